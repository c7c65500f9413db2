"""The recorder's queue: it refuses rather than waits or grows."""

import pytest

from overglass_edge.recording.backlog import Backlog
from overglass_edge.recording.losses import Losses
from overglass_protocol.latest import Closed


def backlog(max_heavy: int = 3, max_bytes: int = 100, max_light: int = 2) -> Backlog[str]:
    return Backlog(max_heavy=max_heavy, max_bytes=max_bytes, max_light=max_light)


def test_what_was_put_comes_out_in_order() -> None:
    waiting = backlog()
    assert waiting.put("picture", 10)
    assert waiting.put("line")
    assert [waiting.take(0), waiting.take(0), waiting.take(0)] == ["picture", "line", None]


def test_pictures_are_bounded_in_number_and_in_bytes() -> None:
    waiting = backlog()
    assert [waiting.put("p", 10) for _ in range(4)] == [True, True, True, False]
    heavy = backlog()
    assert [heavy.put("p", 60), heavy.put("p", 60), heavy.put("p", 40)] == [True, False, True]


def test_pictures_leave_room_for_lines() -> None:
    waiting = backlog()
    for _ in range(4):
        waiting.put("p", 10)
    assert [waiting.put("line") for _ in range(3)] == [True, True, False]


def test_room_comes_back_as_items_are_taken() -> None:
    waiting = backlog(max_heavy=1)
    waiting.put("a", 100)
    assert not waiting.put("b", 1)
    waiting.take(0)
    assert waiting.put("b", 100)


def test_it_is_done_when_the_last_item_has_been_worked_off() -> None:
    waiting = backlog()
    waiting.put("line")
    waiting.take(0)
    assert not waiting.wait_until_done(0)
    waiting.take(0)
    assert waiting.wait_until_done(0)


def test_closed_it_gives_what_is_left_and_takes_nothing_more() -> None:
    waiting = backlog()
    waiting.put("line")
    waiting.close()
    assert not waiting.put("more")
    assert waiting.take(0) == "line"
    with pytest.raises(Closed):
        waiting.take(0)


def test_abandoned_it_says_what_is_lost_and_releases_who_waits() -> None:
    waiting = backlog()
    waiting.put("a", 1)
    waiting.put("line")
    assert waiting.abandon() == ["a", "line"]
    assert waiting.wait_until_done(0)
    assert not waiting.put("b", 1)


def test_losses_are_told_once_as_runs_of_ids() -> None:
    losses = Losses()
    assert losses.add(4, "slow")
    assert not losses.add(5, "slow")
    losses.add(9, "slow")
    losses.add(6, "size")
    told = {loss.reason: loss.runs for loss in losses.take()}
    assert told == {"slow": [[4, 5], [9, 9]], "size": [[6, 6]]}
    assert losses.take() == []
    assert losses.count == 4
    assert losses.add(10, "slow")
