"""Looks that take several intervals a picture: they are painted seldom, and moved along in between."""

import pytest

from overglass_cloud.scheduling.claims import Claim, Task
from overglass_cloud.scheduling.load import MOST_ADMITTED, MOST_APART
from overglass_cloud.scheduling.rungs import Rung, in_words
from overglass_cloud.scheduling.turns import Batch, Turns

SIZE = (640, 480)
FPS = 30.0


def lived(seconds: float, wearers: int = 1, until: float = 6.0) -> tuple[Turns, list[Claim], list[Task]]:
    """Sessions that send thirty pictures a second for a while, painted by a look that takes so long whatever
    their size; and what was done with the first one's pictures."""
    turns, done = Turns(), list[Task]()
    claims = [turns.join(0.0) for _ in range(wearers)]
    for claim in claims:
        claim.look = "slow"
    now, free_at = 0.0, seconds
    under_way: Batch | None = None
    while now < until:
        now += 1 / FPS
        for claim in claims:
            turns.arrived(claim, SIZE, now)
        while (aside := turns.next_aside(now)) is not None:
            done += [aside[1]] * (aside[0] is claims[0])
            turns.given(aside[0], now, 0.002)
        if under_way is not None and now >= free_at:
            turns.painted(under_way, seconds, now)
            under_way = None
        if under_way is None and (under_way := turns.next_batch(now)) is not None:
            done += [Task.PAINT] * (claims[0] in under_way.claims)
            free_at = now + seconds
        turns.review(now)
    return turns, claims, done


@pytest.mark.parametrize(("seconds", "stride"), [(0.05, 2), (0.13, 5), (0.2, 8)])
def test_one_wearer_of_a_slow_look_sees_it_painted_as_often_as_it_can_be(seconds: float, stride: int) -> None:
    turns, (claim,), done = lived(seconds)
    assert claim.rung is Rung.ALTERNATE
    assert turns.load.served(claim).stride == stride
    recent = done[-4 * stride :]
    assert recent.count(Task.PAINT) == 4
    assert recent.count(Task.REUSE) == 4 * stride - 4


def test_it_is_said_how_seldom_it_is_painted() -> None:
    for seconds, words in ((0.13, "one picture in 5 painted"), (0.05, "every other picture painted")):
        turns, (claim,), _ = lived(seconds)
        assert words in in_words(claim.rung, "slow", turns.load.served(claim), SIZE)


def test_an_empty_service_has_room_for_a_look_that_it_knows_to_be_slow() -> None:
    turns, (claim,), _ = lived(0.13)
    assert not turns.load.has_room("slow", None, FPS, 0, 6.0), "two of them are too many"
    turns.leave(claim)
    assert turns.load.has_room("slow", None, FPS, 0, 6.0)
    assert not turns.load.has_room("slow", None, FPS, 1, 6.0), "somebody waits before"


def test_a_look_too_slow_to_be_moved_along_for_so_long_gives_way_to_the_plain_picture() -> None:
    turns, (claim,), _ = lived(1.3 * MOST_ADMITTED * MOST_APART / FPS, until=20.0)
    assert claim.rung is Rung.PLAIN
    turns.leave(claim)
    assert turns.load.has_room("slow", None, FPS, 0, 20.0), "an idle device is no reason to refuse anybody"
    assert not turns.load.has_room("slow", None, FPS, 1, 20.0)
