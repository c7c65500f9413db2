"""Whose turn it is, with whom, and for what."""

import pytest

from overglass_cloud.scheduling.claims import PAUSE, USUAL_RATE, Claim, Task
from overglass_cloud.scheduling.costs import KNOWN_FROM, Size
from overglass_cloud.scheduling.rungs import Rung
from overglass_cloud.scheduling.turns import Batch, Turns

SIZE = (512, 512)


def joined(turns: Turns, look: str | None = "oil", rate: float = 0.0) -> Claim:
    """A claim, that has sent pictures at this rate for a second up to time 0."""
    claim = turns.join(-1.0)
    claim.look = look
    if rate:
        for n in range(int(rate)):
            claim.arrive(n / rate - 1 + 1 / rate)
        claim.waiting = None
    return claim


def costing(turns: Turns, batch: int, seconds: float, size: Size = SIZE) -> None:
    for _ in range(KNOWN_FROM):
        turns.costs.took("oil", size, batch, seconds, 0.0)


def taken(turns: Turns, now: float) -> tuple[Claim, ...]:
    batch = turns.next_batch(now)
    return batch.claims if batch is not None else ()


def test_a_lone_picture_is_taken_at_once_whatever_it_is_expected_to_take() -> None:
    turns = Turns()
    turns.batches["oil"] = 8
    costing(turns, 1, 5.0)
    claim = joined(turns)
    turns.arrived(claim, SIZE, 0.0)
    assert taken(turns, 0.0) == (claim,)
    assert taken(turns, 0.0) == ()


def test_the_earliest_deadline_is_first_so_a_slow_camera_lets_a_fast_one_pass() -> None:
    turns = Turns()
    slow, fast = joined(turns, rate=5.0), joined(turns, rate=30.0)
    turns.arrived(slow, SIZE, 0.20)
    turns.arrived(fast, SIZE, 0.21)
    assert taken(turns, 0.22) == (fast,)
    assert taken(turns, 0.22) == (slow,)


def test_a_slow_camera_is_passed_only_until_its_own_deadline() -> None:
    turns = Turns()
    slow, fast = joined(turns, rate=5.0), joined(turns, rate=30.0)
    turns.arrived(slow, SIZE, 0.2)
    passed, now = 0, 0.2
    while True:
        turns.arrived(fast, SIZE, now)
        claims = taken(turns, now)
        if claims == (slow,):
            break
        assert claims == (fast,)
        passed, now = passed + 1, now + 1 / 30
        turns.painted(Batch("oil", SIZE, claims), 1 / 30, now)
    assert passed <= 6


def test_who_sends_more_often_than_is_painted_does_not_push_its_own_turn_back() -> None:
    turns = Turns()
    restless, patient = joined(turns, rate=30.0), joined(turns, rate=30.0)
    turns.arrived(restless, SIZE, 0.0)
    turns.arrived(patient, SIZE, 0.01)
    assert not turns.arrived(restless, SIZE, 0.033)
    assert taken(turns, 0.04) == (restless,)


def test_who_is_being_painted_does_not_wait_meanwhile() -> None:
    turns = Turns()
    greedy, modest = joined(turns), joined(turns)
    turns.arrived(greedy, SIZE, 0.0)
    batch = turns.next_batch(0.0)
    assert batch is not None
    turns.arrived(greedy, SIZE, 0.001)
    turns.arrived(modest, SIZE, 0.040)
    turns.painted(batch, 0.05, 0.05)
    assert taken(turns, 0.05) == (modest,)


def test_pictures_of_one_look_and_size_go_together_up_to_what_the_engine_likes() -> None:
    turns = Turns()
    turns.batches["oil"] = 2
    alike = [joined(turns) for _ in range(3)]
    other_look, other_size = joined(turns, "ink"), joined(turns)
    for claim in (*alike, other_look):
        turns.arrived(claim, SIZE, 0.0)
    turns.arrived(other_size, (640, 480), 0.0)
    assert [len(taken(turns, 0.0)) for _ in range(4)] == [2, 1, 1, 1]


def test_a_batch_grows_only_as_far_as_the_earliest_deadline_allows() -> None:
    turns = Turns()
    turns.batches["oil"] = 4
    for batch, seconds in ((1, 0.010), (2, 0.018), (3, 0.026), (4, 0.034)):
        costing(turns, batch, seconds)
    claims = [joined(turns, rate=30.0) for _ in range(4)]
    for claim in claims:
        turns.arrived(claim, SIZE, 0.033)
    assert len(taken(turns, 0.038)) == 3


def test_where_the_deadline_cannot_be_met_throughput_is_all_that_helps() -> None:
    turns = Turns()
    turns.batches["oil"] = 4
    costing(turns, 1, 0.050)
    costing(turns, 4, 0.080)
    for claim in [joined(turns, rate=30.0) for _ in range(4)]:
        turns.arrived(claim, SIZE, 0.033)
    assert len(taken(turns, 0.033)) == 4


def test_a_batch_that_was_never_measured_is_tried() -> None:
    turns = Turns()
    turns.batches["oil"] = 2
    for claim in (joined(turns), joined(turns)):
        turns.arrived(claim, SIZE, 0.0)
    assert len(taken(turns, 0.0)) == 2


def test_every_other_picture_is_painted_and_the_ones_between_are_moved_along() -> None:
    turns = Turns()
    claim = joined(turns)
    claim.rung = Rung.ALTERNATE
    did = []
    for n in range(6):
        now = n / 30
        turns.arrived(claim, SIZE, now)
        if (batch := turns.next_batch(now)) is not None:
            did.append(Task.PAINT)
            turns.painted(batch, 0.01, now + 0.01)
        else:
            assert turns.next_aside(now) == (claim, Task.REUSE)
            did.append(Task.REUSE)
            turns.given(claim, now + 0.002, 0.002)
    assert did == [Task.PAINT, Task.REUSE] * 3


def test_a_picture_that_the_last_painting_does_not_fit_is_painted() -> None:
    turns = Turns()
    claim = joined(turns)
    claim.rung, claim.painting = Rung.ALTERNATE, True
    turns.arrived(claim, SIZE, 0.0)
    assert turns.next_aside(0.0) == (claim, Task.REUSE)
    turns.put_back(claim, 0.0)
    assert turns.next_aside(0.0) is None
    assert taken(turns, 0.0) == (claim,)


def test_who_has_nothing_to_paint_never_waits_for_the_device() -> None:
    turns = Turns()
    plain, painted = joined(turns, None), joined(turns)
    painted.rung = Rung.PLAIN
    for claim in (plain, painted):
        turns.arrived(claim, SIZE, 0.0)
    assert turns.next_batch(0.0) is None
    assert [turns.next_aside(0.0), turns.next_aside(0.0)] == [(plain, Task.PASS), (painted, Task.PASS)]


def test_who_left_is_not_taken_any_more() -> None:
    turns = Turns()
    claim = joined(turns)
    turns.arrived(claim, SIZE, 0.0)
    turns.leave(claim)
    turns.leave(claim)
    assert taken(turns, 0.0) == ()


def test_the_rate_is_measured_and_one_who_pauses_asks_for_nothing() -> None:
    turns = Turns()
    claim = joined(turns)
    assert claim.rate(0.0) == USUAL_RATE
    for n in range(8):
        claim.arrive(n / 10)
    assert claim.rate(0.7) == pytest.approx(10)
    assert claim.rate(0.7 + PAUSE + 0.1) == 0
    claim.arrive(5.0)
    assert claim.rate(5.0) == USUAL_RATE
