"""The scheduler: who is painted next, with which document, and what failure does."""

import threading
from collections.abc import Iterator

import pytest

from overglass_cloud.engines.echo import Echo
from overglass_cloud.looks import ALONE, Look
from overglass_cloud.scheduler import Painted, Scheduler, Seat
from overglass_protocol.control import Control
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import LookError
from overglass_protocol.frame import Frame
from tests.cloud.parts import Gated, looks, picture, workshop


class Client:
    """One session's end of a seat."""

    def __init__(self, scheduler: Scheduler, control: Control) -> None:
        self.painted: list[Painted] = []
        self.failures: list[tuple[Control, LookError]] = []
        self._changed = threading.Condition()
        self.seat: Seat = scheduler.seat(control, self._on_painted, self._on_failed, ALONE)

    def submit(self, frame_id: int, width: int = 64) -> None:
        self.seat.submit(Frame(picture(width=width), Envelope(frame_id, frame_id / 30)))

    def ids(self, count: int) -> list[int]:
        """Waits for `count` painted frames and gives their ids."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.painted) >= count, 10)
            return [p.frame.envelope.frame_id for p in self.painted if p.frame.envelope is not None]

    def failure(self) -> LookError:
        with self._changed:
            assert self._changed.wait_for(lambda: self.failures, 10)
            return self.failures[-1][1]

    def _on_painted(self, painted: Painted) -> None:
        with self._changed:
            self.painted.append(painted)
            self._changed.notify()

    def _on_failed(self, control: Control, error: LookError) -> None:
        with self._changed:
            self.failures.append((control, error))
            self._changed.notify()


@pytest.fixture
def engine() -> Gated:
    return Gated()


@pytest.fixture
def scheduler(engine: Gated) -> Iterator[Scheduler]:
    gated = Look("gated", "", "test", lambda workshop: engine, takes_prompt=True)
    dumb = Look("dumb", "", "test", lambda workshop: Echo())
    with Scheduler(looks(gated, dumb), workshop()) as running:
        yield running
        for _ in range(100):
            engine.go_on.release()


GATED = Control(look="gated", version=1)


def test_while_the_engine_is_busy_the_newest_frame_wins_and_the_rest_are_counted(
    scheduler: Scheduler, engine: Gated
) -> None:
    client = Client(scheduler, GATED)
    client.submit(0)
    assert engine.begun.acquire(timeout=10)
    for frame_id in (1, 2, 3):
        client.submit(frame_id)
    engine.go_on.release()
    engine.go_on.release()
    assert client.ids(2) == [0, 3]
    assert client.seat.dropped == {"engine busy": 2}


def test_frames_of_one_look_and_size_are_painted_together_and_others_are_not(
    scheduler: Scheduler, engine: Gated
) -> None:
    first = Client(scheduler, GATED)
    first.submit(0)
    assert engine.begun.acquire(timeout=10)
    others = [Client(scheduler, GATED.model_copy(update={"version": 10 + n})) for n in range(2)]
    wide = Client(scheduler, GATED.model_copy(update={"version": 20}))
    for client in others:
        client.submit(1)
    wide.submit(1, width=128)
    for _ in range(3):
        engine.go_on.release()
    assert [client.ids(1) for client in (*others, wide)] == [[1], [1], [1]]
    assert engine.batches == [[1], [10, 11], [20]]


def test_the_seat_that_waited_longest_since_it_was_served_is_next(
    scheduler: Scheduler, engine: Gated
) -> None:
    engine.max_batch = 1
    greedy, modest = Client(scheduler, GATED), Client(scheduler, GATED.model_copy(update={"version": 2}))
    greedy.submit(0)
    assert engine.begun.acquire(timeout=10)
    greedy.submit(1)
    modest.submit(0)
    for _ in range(3):
        engine.go_on.release()
    greedy.ids(2)
    modest.ids(1)
    assert engine.batches == [[1], [2], [1]]


def test_a_document_is_taken_whole_at_a_frame_and_memory_is_kept_within_a_look(
    scheduler: Scheduler, engine: Gated
) -> None:
    client = Client(scheduler, GATED)
    for _ in range(2):
        engine.go_on.release()
    client.submit(0)
    client.ids(1)
    client.seat.control = GATED.model_copy(update={"version": 5})
    client.submit(1)
    client.ids(2)
    assert [p.control.version for p in client.painted] == [1, 5]
    assert [previous for _, previous in engine.prepared] == [None, 1]


def test_a_document_that_a_look_refuses_is_told_and_the_one_before_stays(
    scheduler: Scheduler, engine: Gated
) -> None:
    client = Client(scheduler, GATED)
    for _ in range(3):
        engine.go_on.release()
    client.submit(0)
    client.ids(1)
    client.seat.control = Control(look="gated", version=2, prompt="forbidden")
    for frame_id in (1, 2):
        client.submit(frame_id)
        client.ids(frame_id + 1)
    assert client.failure().cure == "Ask for something else."
    assert len(client.failures) == 1
    assert [p.control.version for p in client.painted] == [1, 1, 1]


def test_a_prompt_to_a_look_that_takes_none_is_refused_with_the_cure(scheduler: Scheduler) -> None:
    client = Client(scheduler, Control(look="dumb", version=1))
    client.submit(0)
    client.ids(1)
    client.seat.control = Control(look="dumb", version=2, prompt="a city of paper")
    client.submit(1)
    client.ids(2)
    assert client.failure().message == "the look 'dumb' takes no prompt"
    assert "Leave the prompt out" in client.failure().cure
    client.seat.control = Control(look="dumb", version=3, prompt=" ")
    client.submit(2)
    client.ids(3)
    assert [p.control.version for p in client.painted] == [1, 1, 3]


def test_the_plain_picture_bears_a_prompt_that_waits_for_its_look(scheduler: Scheduler) -> None:
    client = Client(scheduler, Control(look="none", version=1, prompt="a city of paper"))
    client.submit(0)
    client.ids(1)
    assert not client.failures
    assert client.painted[0].control.version == 1


def test_a_look_that_fails_while_painting_is_told_and_the_plain_picture_goes_on(scheduler: Scheduler) -> None:
    client = Client(scheduler, Control(look="broken", version=3))
    client.submit(0)
    assert "out of paint" in client.failure().message
    client.submit(1)
    assert client.ids(1) == [1]
    assert client.painted[0].control.look == "none"
    client.seat.control = Control(look="none", version=4)
    client.submit(2)
    client.ids(2)
    assert client.painted[1].control.version == 4


def test_starting_a_look_that_cannot_is_an_error_with_the_cure_every_time(scheduler: Scheduler) -> None:
    for _ in range(2):
        with pytest.raises(LookError, match="models pull"):
            scheduler.start_look("missing").result(10)
    with pytest.raises(LookError, match="driver exploded"):
        scheduler.start_look("crashing").result(10)
    scheduler.start_look("none").result(10)


def test_a_seat_that_is_left_is_not_painted_any_more(scheduler: Scheduler, engine: Gated) -> None:
    busy, gone = Client(scheduler, GATED), Client(scheduler, GATED)
    busy.submit(0)
    assert engine.begun.acquire(timeout=10)
    gone.submit(0)
    gone.seat.leave()
    gone.seat.submit(Frame(picture()))
    engine.go_on.release()
    engine.go_on.release()
    busy.submit(1)
    busy.ids(2)
    assert gone.painted == []
