"""The scheduler when there is too little time: what comes back, in which order, and what is said of it."""

import threading
import time
from collections.abc import Iterator, Sequence

import av
import numpy as np
import pytest

from overglass_cloud.looks import Look, Sitter, State
from overglass_cloud.scheduler import Scheduler, Seat
from overglass_cloud.scheduling.claims import Claim, Task
from overglass_cloud.scheduling.rungs import Rung, smaller
from overglass_protocol.control import Control
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import LookError
from overglass_protocol.frame import Frame
from tests.cloud.parts import Inverted, looks, workshop
from tests.cloud.test_reuse import SIZE, negative, scene
from tests.cloud.test_scheduler import Client

WANTED = Control(look="oil", version=1, prompt="thick")


class Ink(Inverted):
    """The cheaper look: paints all grey, and may fail."""

    broken = False

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> State:
        assert control.prompt is None, "a prompt is not meant for it"
        return None

    def paint(self, pictures: Sequence[av.VideoFrame], states: Sequence[State]) -> list[av.VideoFrame]:
        if self.broken:
            raise RuntimeError("the ink is dry")
        grey = np.full((SIZE[1] * 3 // 2, SIZE[0]), 50, np.uint8)
        return [
            av.VideoFrame.from_ndarray(grey, format="yuv420p").reformat(p.width, p.height) for p in pictures
        ]


@pytest.fixture
def oil() -> Inverted:
    return Inverted()


@pytest.fixture
def ink() -> Ink:
    return Ink()


@pytest.fixture
def scheduler(oil: Inverted, ink: Ink) -> Iterator[Scheduler]:
    known = looks(
        Look("oil", "", "test", lambda workshop: oil, cheaper="ink", needs=("gpu",), takes_prompt=True),
        Look("ink", "", "classical", lambda workshop: ink, takes_prompt=True),
    )
    with Scheduler(known, workshop()) as running:
        for name in ("oil", "ink"):
            running.start_look(name).result(10)
        yield running


class Wearer(Client):
    """A client on a rung of the test's choice."""

    def __init__(self, scheduler: Scheduler, rung: Rung) -> None:
        super().__init__(scheduler, WANTED)
        self.show(0)
        self.claim.rung, self.claim.patience = rung, 1e9

    @property
    def claim(self) -> Claim:
        return self.seat._claim

    def show(self, frame_id: int, source: av.VideoFrame | None = None) -> av.VideoFrame:
        """Sends a picture and gives what comes back."""
        already = len(self.painted)
        self.seat.submit(Frame(source or scene((frame_id, 0)), Envelope(frame_id, frame_id / 30)))
        self.ids(already + 1)
        return self.painted[-1].frame.picture


def apart(one: av.VideoFrame, other: av.VideoFrame) -> float:
    return float(np.abs(one.to_ndarray().astype(int) - other.to_ndarray()).mean())


def test_on_the_second_rung_the_engine_gets_less_and_the_wearer_the_same_size(
    scheduler: Scheduler, oil: Inverted
) -> None:
    wearer = Wearer(scheduler, Rung.SMALLER)
    result = wearer.show(1)
    assert oil.sizes == [SIZE, smaller(SIZE)]
    assert (result.width, result.height) == SIZE
    assert apart(result, negative(scene((1, 0)))) < 40
    assert wearer.seat.standing.rung == "smaller"


def test_on_the_third_every_other_picture_is_moved_along_and_all_come_back_in_order(
    scheduler: Scheduler, oil: Inverted
) -> None:
    wearer = Wearer(scheduler, Rung.ALTERNATE)
    shown = [wearer.show(n) for n in range(1, 9)]
    assert [p.frame.envelope.frame_id for p in wearer.painted if p.frame.envelope] == list(range(9))
    assert len(oil.sizes) == 5
    for n, result in enumerate(shown, 1):
        source = scene((n, 0))
        assert apart(result, negative(source)) < apart(result, source), "it is a painting, too"
    assert {p.control.version for p in wearer.painted} == {1}


def test_a_new_scene_is_painted_though_it_was_not_its_turn(scheduler: Scheduler, oil: Inverted) -> None:
    wearer = Wearer(scheduler, Rung.ALTERNATE)
    white = scene()
    for plane in white.planes:
        plane.update(bytes([255]) * plane.buffer_size)
    result = wearer.show(1, white)
    assert len(oil.sizes) == 2
    assert result.to_ndarray()[: SIZE[1]].mean() < 5


def test_a_new_document_is_shown_by_the_next_picture_on_the_third_rung_too(scheduler: Scheduler) -> None:
    wearer = Wearer(scheduler, Rung.ALTERNATE)
    wearer.seat.control = WANTED.model_copy(update={"version": 2})
    wearer.show(1)
    assert wearer.painted[-1].control.version == 2


def test_on_the_fourth_another_look_stands_in_under_the_same_document(scheduler: Scheduler) -> None:
    wearer = Wearer(scheduler, Rung.CHEAPER)
    wearer.claim.painting = False
    result = wearer.show(1)
    assert int(np.median(result.to_ndarray()[: SIZE[1]])) in range(48, 53)
    assert wearer.painted[-1].control == WANTED.model_copy(update={"look": "ink", "prompt": None})
    assert "'ink' instead of 'oil'" in wearer.seat.standing.detail


def test_a_look_that_stood_in_and_failed_is_not_held_against_the_one_wanted(
    scheduler: Scheduler, ink: Ink
) -> None:
    wearer = Wearer(scheduler, Rung.CHEAPER)
    ink.broken, wearer.claim.painting = True, False
    wearer.seat.submit(Frame(scene(), Envelope(1, 0.0)))
    for _ in range(1000):
        if wearer.claim.cheaper is None:
            break
        threading.Event().wait(0.01)
    wearer.show(2)
    assert wearer.failures == []
    assert wearer.painted[-1].control.look == "oil"


def test_on_the_last_the_picture_goes_back_as_it_came_and_does_not_wait_for_the_device(
    scheduler: Scheduler,
) -> None:
    wearer = Wearer(scheduler, Rung.PLAIN)
    result = wearer.show(1)
    assert apart(result, scene((1, 0))) == 0
    standing = wearer.seat.standing
    assert (standing.rung, standing.device) == ("plain", "gpu")
    assert "overlays only" in standing.detail
    assert wearer.painted[-1].control.version == 1


def test_another_look_starts_at_the_top_again(scheduler: Scheduler) -> None:
    wearer = Wearer(scheduler, Rung.PLAIN)
    wearer.seat.control = Control(look="ink", version=2)
    wearer.show(1)
    assert wearer.seat.standing.rung == "full"


class World:
    """Three sessions at 30 pictures a second, a device that takes 50 ms a picture, and the clock of them all.

    In place of the module `time`. It goes on only while the device paints or all is done, so that no thread
    of this machine can be late.
    """

    max_batch = 1

    def __init__(self) -> None:
        self.now = self.start = 1000.0
        self.sent = 0
        self.arrived: dict[int, float] = {}
        self.wearers: list[Client] = []
        self._sending = threading.Lock()

    def monotonic(self) -> float:
        return self.now

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> State:
        return None

    def paint(self, pictures: Sequence[av.VideoFrame], states: Sequence[State]) -> list[av.VideoFrame]:
        end = self.now + 0.050 * len(pictures)
        self.rest(painting=len(pictures))
        while self._next_before(end):
            self.send()
            self.rest(painting=len(pictures))
        self.now = end
        return list(pictures)

    def send(self) -> None:
        """The next picture of each."""
        with self._sending:
            n, self.sent = self.sent, self.sent + 1
            self.arrived[n] = self.now = max(self.now, self.start + n / 30)
            for wearer in self.wearers:
                wearer.submit(n, width=320)

    def _next_before(self, end: float) -> bool:
        with self._sending:
            return self.start + self.sent / 30 < end

    def rest(self, painting: int = 0) -> None:
        """Waits until all is done that does not wait for the device."""
        for _ in range(10_000):
            with self.wearers[0].seat._desk._lock:  # type: ignore[attr-defined]
                seats = [wearer.seat for wearer in self.wearers]
                idle = [seat for seat in seats if not seat._claim.under_way]
                waits = [s for s in idle if s._pending is not None and not (painting and self.is_due(s))]
                if len(idle) == len(seats) - painting and not waits:
                    return
            threading.Event().wait(0.0005)
        raise AssertionError("the scheduler does not come to rest")

    def is_due(self, seat: Seat) -> bool:
        return seat._desk._turns.task(seat._claim) is Task.PAINT  # type: ignore[attr-defined]

    def latencies(self, wearer: Client) -> list[float]:
        ids = [p.frame.envelope.frame_id for p in wearer.painted if p.frame.envelope is not None]
        assert ids == sorted(set(ids))
        return [p.painted - self.arrived[n] for n, p in zip(ids, wearer.painted, strict=True)]


def test_three_sessions_with_a_slow_look_step_down_and_nobody_falls_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    for module in ("scheduler", "painting", "documents"):
        monkeypatch.setattr(f"overglass_cloud.{module}.time", world)
    with Scheduler(looks(Look("slow", "", "test", lambda workshop: world)), workshop()) as scheduler:
        scheduler.start_look("slow").result(10)
        for _ in range(3):
            world.now += 0.01
            world.wearers.append(Client(scheduler, Control(look="slow", version=1)))
        while world.sent < 150:
            world.send()
            world.rest()
        rungs = [wearer.seat.standing.rung for wearer in world.wearers]
    for wearer in world.wearers:
        latencies = world.latencies(wearer)
        assert len(latencies) > 100, "nobody starves"
        assert max(latencies[-50:]) < 0.060
        assert max(latencies) < 0.25
    assert rungs == ["alternate", "plain", "plain"], "who came first keeps most"
    assert all(wearer.seat.standing.detail for wearer in world.wearers)


def test_whom_there_is_no_time_for_finds_no_room_and_one_without_a_look_does(
    scheduler: Scheduler,
) -> None:
    for size in ((320, 240), smaller((320, 240))):
        for _ in range(10):
            scheduler._turns.costs.took("oil", size, 1, 0.4, time.monotonic())
            scheduler._turns.costs.took("ink", size, 1, 0.3, time.monotonic())
    Wearer(scheduler, Rung.FULL)
    assert not scheduler.has_room("oil", 30.0, 0)
    assert scheduler.has_room("none", 30.0, 0)


def test_an_error_of_the_wanted_look_is_told_on_a_lower_rung_too(scheduler: Scheduler) -> None:
    wearer = Wearer(scheduler, Rung.SMALLER)
    wearer.seat.control = Control(look="missing", version=2)
    wearer.show(1)
    assert isinstance(wearer.failure(), LookError)
