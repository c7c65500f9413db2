"""Looks made of scenes in a session, between its scheduler and its detectors: made-up ones and real ones."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import av
import numpy as np
import pytest

from overglass_cloud.engines.planes import views
from overglass_cloud.engines.stage import LOOKS, environment_of
from overglass_cloud.looks import Look
from overglass_cloud.models.manifest import Manifest
from overglass_cloud.models.store import Store
from overglass_cloud.scenes.capabilities import Capabilities
from overglass_cloud.scenes.detectors.contract import Found, Sight
from overglass_cloud.scenes.overlays import Overlays
from overglass_cloud.scheduler import Painted, Scheduler
from overglass_protocol.control import Control
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import OverglassError
from tests.cloud.parts import looks, workshop
from tests.cloud.scenes.things import WITHIN, Told, capabilities, shown
from tests.cloud.stage.sitters import inside, luma, rough_picture, somebody
from tests.cloud.stage.test_environment import Grey
from tests.shared import MODELS, clip, model

GREY = environment_of(Look("grey", "", "test", lambda workshop: Grey()), "environment-grey", "")
BY_NAME = {look.name: look for look in (*LOOKS, GREY)}


class Session:
    """One session's seat and overlays, joined as a visit joins them."""

    def __init__(self, scheduler: Scheduler, these: Capabilities, look: Look) -> None:
        self.painted: list[Painted] = []
        self.complaints: list[OverglassError] = []
        self._capabilities = these
        self._happened = threading.Condition()
        self.overlays = Overlays(these, self._on_painted, self.complaints.append, lambda: None)
        control = self.overlays.steer(Control(look=look.name), look.sees)
        self._seat = scheduler.seat(control, self.overlays.painted, lambda *failure: None, self.overlays)

    def show(self, n: int, picture: av.VideoFrame) -> av.VideoFrame:
        """What becomes of the n-th picture; it comes back before anything else happens."""
        frame = shown(n, picture)
        with self._happened:
            count = len(self.painted)
            self._seat.submit(frame)
            self.overlays.look_at(frame)
            assert self._happened.wait_for(lambda: len(self.painted) > count, WITHIN), "a late picture"
        self.overlays.finished(frame, Envelope(n, 0.0))
        return self.painted[-1].frame.picture

    def until(
        self, done: Callable[[av.VideoFrame, av.VideoFrame], bool], source: Iterator[av.VideoFrame]
    ) -> int:
        """Shows pictures until one is as it should be; gives its number."""
        for n, picture in enumerate(source):
            looked = self._capabilities.detections
            if done(picture, self.show(n, picture)):
                return n
            self._look(looked)
        raise AssertionError("it never came to that")

    def _look(self, looked: int) -> None:
        """Waits until the detectors have looked once more; pictures of a camera come no faster than that."""
        deadline = time.monotonic() + WITHIN
        while self._capabilities.detections <= looked:
            assert time.monotonic() < deadline, "nobody looks"
            time.sleep(0)

    def _on_painted(self, painted: Painted) -> None:
        with self._happened:
            self.painted.append(painted)
            self._happened.notify_all()


@contextmanager
def session(these: Capabilities, look: Look) -> Iterator[Session]:
    with Scheduler(looks(*BY_NAME.values()), workshop()) as scheduler:
        opened = Session(scheduler, these, look)
        try:
            yield opened
        finally:
            opened.overlays.close()


def pictures(first: int = 0) -> Iterator[av.VideoFrame]:
    for n in range(first, first + 2000):
        yield rough_picture(n)


def is_replaced(source: av.VideoFrame, out: av.VideoFrame) -> bool:
    return bool((luma(out)[:40, :80] == 100).all())


def somebody_there(sight: Sight) -> Found:
    return Found((), somebody())


def test_a_look_that_needs_masks_gets_them_in_a_session() -> None:
    with session(capabilities(people=Told(somebody_there)), GREY) as s:
        n = s.until(is_replaced, pictures())
        kept = inside(somebody())
        assert np.array_equal(luma(s.painted[-1].frame.picture)[kept], luma(rough_picture(n))[kept])


def test_a_detector_that_stands_still_holds_no_picture_up() -> None:
    people = Told(somebody_there)
    with session(capabilities(people=people), GREY) as s:
        n = s.until(is_replaced, pictures())
        people.gated = True
        for k in range(n + 1, n + 11):
            assert is_replaced(rough_picture(k), s.show(k, rough_picture(k))), "the old mask will do"
        for k in range(n + 11, n + 60):
            out = s.show(k, rough_picture(k))
        assert np.array_equal(luma(out), luma(rough_picture(n + 59))), "nobody knows any more"
        people.go_on.release(100)


def test_without_its_model_the_plain_picture_is_seen_and_the_cure_is_told() -> None:
    with session(capabilities("people"), GREY) as s:
        out = s.show(0, rough_picture())
        assert np.array_equal(luma(out), luma(rough_picture()))
        assert [error.cure for error in s.complaints] == ["Run: overglass models pull people_model."]


@pytest.fixture
def signing() -> list[av.VideoFrame]:
    with av.open(str(clip("sign_sister.mkv"))) as container:
        return [frame.reformat(format="yuv420p") for frame in container.decode(video=0)]


def real(*models: str) -> Capabilities:
    for name in models:
        model(name)
    return Capabilities(Store(MODELS, Manifest.shipped()))


def again_and_again(clip: list[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """There and back, so that nobody jumps; a minute of it."""
    for _ in range(10):
        for frame in (*clip, *clip[-2:0:-1]):
            yield frame.reformat(format="yuv420p", width=frame.width, height=frame.height)


ALIKE = 3.0
"Grey levels; a busy machine may make the scheduler paint smaller for a while."


def change(source: av.VideoFrame, out: av.VideoFrame, rows: slice, columns: slice) -> float:
    return float(np.abs(luma(out) - luma(source))[rows, columns].mean())


HEAD, CHEST, ROOM = (
    (slice(70, 180), slice(260, 350)),
    (slice(260, 420), slice(230, 360)),
    (slice(20, 440), slice(0, 100)),
)


@pytest.mark.parametrize("name", ["environment-aurora", "environment-reef", "environment-paper", "spotlight"])
def test_a_real_signer_stays_and_the_room_does_not(name: str, signing: list[av.VideoFrame]) -> None:
    def done(source: av.VideoFrame, out: av.VideoFrame) -> bool:
        return change(source, out, *ROOM) > 30 and change(source, out, *CHEST) < ALIKE

    with session(real("selfie_segmenter.tflite"), BY_NAME[name]) as s:
        s.until(done, again_and_again(signing))
        assert s.complaints == []


@pytest.mark.parametrize("name", ["character-fox", "character-robot"])
def test_a_real_face_wears_the_head_and_all_else_stays(name: str, signing: list[av.VideoFrame]) -> None:
    def done(source: av.VideoFrame, out: av.VideoFrame) -> bool:
        elsewhere = max(change(source, out, *CHEST), change(source, out, *ROOM))
        return change(source, out, *HEAD) > 15 and elsewhere < ALIKE

    with session(real("face_landmarker.task"), BY_NAME[name]) as s:
        s.until(done, again_and_again(signing))
        assert views(s.painted[-1].frame.picture)[0].shape == (480, 640)
        assert s.complaints == []
