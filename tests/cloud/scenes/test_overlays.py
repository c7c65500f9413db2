"""One session's overlays: what is looked for, what a picture is told of it, what is said when it fails."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from overglass_cloud.engines.planes import views
from overglass_cloud.scenes.capabilities import Capabilities
from overglass_cloud.scenes.detectors.contract import Found, Sight
from overglass_cloud.scenes.overlays import Overlays
from overglass_cloud.scheduler import Painted
from overglass_protocol.control import Control
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import DetectorError, OverglassError
from overglass_protocol.frame import Frame
from overglass_protocol.scene import Scene
from tests.cloud.scenes.test_regions import disc
from tests.cloud.scenes.things import WITHIN, Told, capabilities, frame, thing

FACES = Control(overlays=("faces",))


class Session:
    """Overlays, with what they hand on and say."""

    def __init__(self, these: Capabilities) -> None:
        self.painted: list[Painted] = []
        self.complaints: list[OverglassError] = []
        self.happened = threading.Condition()
        self.changed = 0
        self.overlays = Overlays(these, self._on_painted, self.complaints.append, self._on_changed)

    def until(self, condition: Callable[[], object]) -> None:
        with self.happened:
            assert self.happened.wait_for(condition, WITHIN)

    def scene(self, n: int) -> Scene | None:
        return self.overlays.scene_for(frame(n))

    def look_at(self, n: int, detector: Told) -> None:
        """Looks at the n-th picture and waits until it has been seen."""
        self.overlays.look_at(frame(n))
        assert detector.begun.acquire(timeout=WITHIN)
        deadline = time.monotonic() + WITHIN
        while (scene := self.scene(n)) is None or scene.age > 0:
            assert time.monotonic() < deadline, "the picture was not looked at"
            time.sleep(0)

    def known(self, ask: Callable[[], object]) -> None:
        """Waits until an engine is told something."""
        deadline = time.monotonic() + WITHIN
        while ask() is None:
            assert time.monotonic() < deadline, "nothing became known"
            time.sleep(0)

    def _on_painted(self, painted: Painted) -> None:
        with self.happened:
            self.painted.append(painted)
            self.happened.notify_all()

    def _on_changed(self) -> None:
        with self.happened:
            self.changed += 1
            self.happened.notify_all()


@contextmanager
def session(these: Capabilities) -> Iterator[Session]:
    opened = Session(these)
    try:
        yield opened
    finally:
        opened.overlays.close()
    assert "detectors" not in {thread.name for thread in threading.enumerate()}


def one_face(sight: Sight) -> Found:
    return Found((thing(),))


def person(sight: Sight) -> Found:
    return Found((thing(kind="person"),), disc((64, 48)))


def broken(sight: Sight) -> Found:
    raise DetectorError("the detector broke", cure="Mend it.")


def test_nobody_looks_until_somebody_wants_to_know() -> None:
    faces = Told(one_face)
    with session(capabilities(faces=faces)) as s:
        assert s.overlays.steer(Control(look="ink")).look == "ink"
        s.overlays.look_at(frame(0))
        assert s.scene(0) is None
        assert "detectors" not in {thread.name for thread in threading.enumerate()}
        assert not faces.begun.acquire(blocking=False)


def test_a_picture_that_was_looked_at_gets_its_own_scene_in_its_envelope() -> None:
    faces = Told(one_face)
    with session(capabilities(faces=faces)) as s:
        s.overlays.steer(FACES)
        s.look_at(0, faces)
        envelope = s.overlays.finished(frame(0), Envelope(0, 0.0))
        assert envelope.scene is not None
        assert envelope.scene.age == 0
        assert [found.kind for found in envelope.scene.things] == ["face"]


def test_a_picture_whose_look_is_not_done_gets_what_is_expected_and_how_old_that_is() -> None:
    faces = Told(one_face)
    with session(capabilities(faces=faces)) as s:
        s.overlays.steer(FACES)
        s.look_at(0, faces)
        faces.gated = True
        s.overlays.look_at(frame(1))
        assert faces.begun.acquire(timeout=WITHIN)
        scene = s.scene(1)
        assert scene is not None
        assert scene.age == pytest.approx(1 / 30)
        assert [found.track for found in scene.things] == [1]
        faces.go_on.release()


def test_a_picture_that_comes_back_late_still_gets_its_own_scene() -> None:
    faces = Told(one_face)
    with session(capabilities(faces=faces)) as s:
        s.overlays.steer(FACES)
        for n in range(4):
            s.look_at(n, faces)
        late = s.scene(1)
        assert late is not None
        assert late.age == 0


def test_where_nothing_is_found_the_scene_says_so() -> None:
    faces = Told(lambda sight: Found())
    with session(capabilities(faces=faces)) as s:
        s.overlays.steer(FACES)
        s.look_at(0, faces)
        scene = s.scene(0)
        assert scene is not None
        assert scene.things == ()


def test_pictures_that_are_sent_in_time_are_looked_at_afterwards_and_slow_ones_meanwhile() -> None:
    faces = Told(one_face)
    with session(capabilities(faces=faces)) as s:
        s.overlays.steer(FACES)
        s.look_at(0, faces)
        s.overlays.finished(frame(0), Envelope(0, 0.0))
        s.overlays.look_at(frame(1))
        assert not faces.begun.acquire(timeout=0.05), "it has not been sent yet"
        s.overlays.finished(frame(1), Envelope(1, 0.0))
        assert faces.begun.acquire(timeout=WITHIN)
        s.overlays.look_at(frame(2))
        s.overlays.look_at(frame(3))
        assert faces.begun.acquire(timeout=WITHIN), "the one before has still not been sent"


def test_while_it_looks_the_newest_picture_wins() -> None:
    seen: list[int] = []

    def note(sight: Sight) -> Found:
        seen.append(int(sight.rgb(640)[0, 0, 0]))
        return Found()

    faces = Told(note)
    faces.gated = True
    with session(capabilities(faces=faces)) as s:
        s.overlays.steer(FACES)
        s.overlays.look_at(frame(0, level=16))
        assert faces.begun.acquire(timeout=WITHIN)
        for n, level in ((1, 90), (2, 120), (3, 235)):
            s.overlays.look_at(frame(n, level=level))
        faces.go_on.release(2)
        assert faces.begun.acquire(timeout=WITHIN)
        faces.gated = False
    assert seen == [0, 255]


def test_what_is_no_longer_wanted_is_closed_and_the_rest_goes_on() -> None:
    faces, hands = Told(one_face), Told(lambda sight: Found((thing(kind="hand"),)))
    with session(capabilities(faces=faces, hands=hands)) as s:
        s.overlays.steer(Control(overlays=("faces", "hands")))
        s.look_at(0, faces)
        scene = s.scene(0)
        assert scene is not None
        assert {found.kind for found in scene.things} == {"face", "hand"}
        s.overlays.steer(Control(overlays=("hands",)))
        s.look_at(1, hands)
        assert faces.closed.wait(WITHIN)
        assert not hands.closed.is_set()
        s.overlays.steer(Control())
        assert hands.closed.wait(WITHIN)
        assert s.scene(1) is None


def test_one_that_is_missing_is_complained_of_once_with_its_cure_and_the_rest_go_on() -> None:
    faces = Told(one_face)
    with session(capabilities("hands", faces=faces)) as s:
        both = Control(overlays=("faces", "hands"))
        s.overlays.steer(both)
        s.overlays.steer(both.model_copy(update={"strength": 0.5}))
        assert [error.cure for error in s.complaints] == ["Run: overglass models pull hands_model."]
        s.look_at(0, faces)
        s.overlays.steer(FACES)
        s.overlays.steer(both)
        assert len(s.complaints) == 2, "asked for anew, so answered anew"


@pytest.mark.parametrize("error", [DetectorError("no", cure="Mend it."), RuntimeError("driver exploded")])
def test_one_that_cannot_start_is_complained_of_and_the_rest_go_on(error: Exception) -> None:
    def fail() -> Told:
        raise error

    hands = Told(lambda sight: Found((thing(kind="hand"),)))
    with session(capabilities(faces=fail, hands=hands)) as s:
        control = Control(overlays=("faces", "hands"))
        s.overlays.steer(control)
        s.look_at(0, hands)
        s.until(lambda: s.changed == 1)
        s.overlays.steer(control)
        assert [str(error) in str(complaint) for complaint in s.complaints] == [True]
        s.look_at(1, hands)
        assert s.changed == 1, "it is not tried again"


def test_one_that_fails_on_a_picture_is_closed_and_complained_of() -> None:
    faces = Told(broken)
    with session(capabilities(faces=faces)) as s:
        s.overlays.steer(FACES)
        s.overlays.look_at(frame(0))
        s.until(lambda: s.changed == 1)
        assert faces.closed.wait(WITHIN)
        s.overlays.steer(FACES)
        assert [complaint.cure for complaint in s.complaints] == ["Mend it."]


# --- regions --------------------------------------------------------------------------------------

BACKGROUND = Control(look="ink", region="background")


def paint(s: Session, n: int, control: Control) -> None:
    s.overlays.painted(Painted(frame(n, level=200), 1.0, 2.0, control))


def test_a_region_is_joined_by_the_mask_of_its_own_picture_and_brings_no_scene() -> None:
    people = Told(person)
    with session(capabilities(people=people)) as s:
        assert s.overlays.steer(BACKGROUND) == BACKGROUND
        paint(s, 0, BACKGROUND)
        s.overlays.look_at(frame(0, level=50))
        s.until(lambda: s.painted)
        luma = views(s.painted[0].frame.picture)[0]
        assert (luma[24, 32], luma[0, 0]) == (50, 200)
        assert s.scene(0) is None


def test_a_region_whose_segmenter_is_missing_shows_the_plain_picture_and_says_why() -> None:
    with session(capabilities("people")) as s:
        assert s.overlays.steer(BACKGROUND).look == "none"
        assert [error.cure for error in s.complaints] == ["Run: overglass models pull people_model."]
        plain = s.overlays.steer(BACKGROUND)
        paint(s, 0, plain)
        assert len(s.painted) == 1


def test_a_segmenter_that_breaks_leaves_the_plain_picture() -> None:
    people = Told(broken)
    with session(capabilities(people=people)) as s:
        s.overlays.steer(BACKGROUND)
        s.overlays.look_at(frame(0))
        s.until(lambda: s.changed == 1)
        assert s.overlays.steer(BACKGROUND).look == "none"


def test_two_sessions_do_not_get_each_others_masks() -> None:
    def everywhere(sight: Sight) -> Found:
        return Found((), disc((64, 48)) * 0 + 1)

    one, two = Told(person), Told(everywhere)
    with session(capabilities(people=one)) as s, session_beside(capabilities(people=two)) as other:
        for each in (s, other):
            each.overlays.steer(BACKGROUND)
            paint(each, 0, BACKGROUND)
            each.overlays.look_at(frame(0, level=50))
        for each, corner in ((s, 200), (other, 50)):
            each.until(lambda each=each: each.painted)  # type: ignore[misc]
            assert views(each.painted[0].frame.picture)[0][0, 0] == corner


@contextmanager
def session_beside(these: Capabilities) -> Iterator[Session]:
    opened = Session(these)
    try:
        yield opened
    finally:
        opened.overlays.close()


def test_the_engine_never_waits_for_a_mask() -> None:
    people = Told(person)
    people.gated = True
    with session(capabilities(people=people)) as s:
        s.overlays.steer(BACKGROUND)
        s.overlays.look_at(Frame(frame(0).picture, rtp_time=0))
        assert people.begun.acquire(timeout=WITHIN)
        paint(s, 0, BACKGROUND)  # comes back although the detector stands still
        assert s.painted == []
        people.go_on.release()
        s.until(lambda: s.painted)


# --- what an engine asks --------------------------------------------------------------------------


def test_what_a_look_sees_is_looked_for_and_told_to_the_engine_but_not_shown() -> None:
    faces, hands = Told(one_face), Told(lambda sight: Found((thing(kind="hand"),)))
    with session(capabilities(faces=faces, hands=hands)) as s:
        s.overlays.steer(Control(look="fox", overlays=("hands",)), ("faces",))
        s.look_at(0, hands)
        told, shown = s.overlays.scene(frame(0).picture), s.scene(0)
        assert told is not None
        assert shown is not None
        assert {found.kind for found in told.things} == {"face", "hand"}
        assert {found.kind for found in shown.things} == {"hand"}
        s.overlays.steer(Control(look="ink", overlays=("hands",)))
        s.look_at(1, hands)
        assert faces.closed.is_set()


def test_what_a_look_sees_brings_no_scene_where_no_overlay_is_asked_for() -> None:
    faces = Told(one_face)
    with session(capabilities(faces=faces)) as s:
        s.overlays.steer(Control(look="fox"), ("faces",))
        s.overlays.look_at(frame(0))
        s.known(lambda: s.overlays.scene(frame(0).picture))
        assert s.scene(0) is None


def test_a_slow_detector_makes_an_old_scene_and_mask_and_nobody_waits() -> None:
    people, faces = Told(person), Told(one_face)
    with session(capabilities(people=people, faces=faces)) as s:
        s.overlays.steer(Control(look="stage"), ("people", "faces"))
        s.overlays.look_at(frame(0))
        s.known(lambda: s.overlays.scene(frame(0).picture))
        people.gated = True
        s.overlays.look_at(frame(1))
        assert people.begun.acquire(timeout=WITHIN)
        late = frame(2).picture
        scene, mask = s.overlays.scene(late), s.overlays.mask(late)  # while the detector stands still
        assert scene is not None
        assert scene.age == pytest.approx(2 / 30)
        assert mask is not None
        assert mask[24, 32] == 1
        people.go_on.release(10)


def test_of_a_picture_without_its_time_an_engine_is_told_nothing() -> None:
    people = Told(person)
    with session(capabilities(people=people)) as s:
        s.overlays.steer(Control(look="stage"), ("people",))
        s.overlays.look_at(frame(0))
        s.known(lambda: s.overlays.mask(frame(0).picture))
        timeless = frame(0).picture
        timeless.pts = None
        assert s.overlays.mask(timeless) is None
        assert s.overlays.scene(timeless) is None


def test_a_look_that_cannot_see_leaves_the_plain_picture_and_the_cure_is_told_once() -> None:
    with session(capabilities("faces")) as s:
        for strength in (1.0, 0.5):
            assert s.overlays.steer(Control(look="fox", strength=strength), ("faces",)).look == "none"
        assert [error.cure for error in s.complaints] == ["Run: overglass models pull faces_model."]
        assert s.overlays.scene(frame(0).picture) is None
