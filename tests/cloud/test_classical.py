"""The classical looks keep their promises: on made-up pictures, and on a real walk where there is one."""

import runpy
import sys
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.video.reformatter import ColorRange

from overglass_cloud.engines import classical, planes
from overglass_cloud.engines.classical import LOOKS
from overglass_cloud.looks import ALONE, Look, Looks
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError
from tests.cloud.parts import workshop

FULL, VIDEO = planes.Levels(0, 255, 255), planes.Levels(16, 219, 224)
WALK = Path(__file__).parents[2].parent / "shared" / "clips" / "walk_first_person.mp4"

every_look = pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)


def picture(width: int = 256, height: int = 192, *, full: bool = False, seed: int = 1) -> av.VideoFrame:
    """A sky, a ground, two boxes and a disc in colour, with a little noise; unmarked, or full range."""
    y, x = np.mgrid[:height, :width] / (height, width)[0]
    luma = np.where(y < 0.45, 0.9 - 0.4 * y, 0.35 + 0.2 * y)
    cb, cr = np.where(y < 0.45, 0.15, -0.08), np.where(y < 0.45, -0.1, 0.03)
    for where, brightness, blue, red in (
        ((x > 0.1) & (x < 0.4) & (y > 0.2) & (y < 0.8), 0.75, -0.1, 0.05),
        ((x > 0.18) & (x < 0.3) & (y > 0.35) & (y < 0.6), 0.1, 0.1, -0.05),
        ((x - 0.8) ** 2 + (y - 0.55) ** 2 < 0.04, 0.3, -0.1, 0.3),
    ):
        luma[where], cb[where], cr[where] = brightness, blue, red
    luma += np.random.default_rng(seed).normal(0, 0.01, luma.shape)
    light = luma.astype(np.float32), cb[::2, ::2].astype(np.float32), cr[::2, ::2].astype(np.float32)
    made = planes.picture_like(
        av.VideoFrame(width, height, "yuv420p"), planes.to_planes(light, FULL if full else VIDEO)
    )
    made.pts, made.time_base = 4711, Fraction(1, 90_000)
    made.color_range = ColorRange.JPEG if full else ColorRange.UNSPECIFIED
    return made


def blank(frame: av.VideoFrame) -> av.VideoFrame:
    """The frame itself, overwritten with zeros."""
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    return frame


def paint(look: Look, *pictures: av.VideoFrame, control: Control | None = None) -> list[av.VideoFrame]:
    """What a fresh session sees of these pictures, one after the other."""
    engine = look.start(workshop())
    state = engine.prepare(control or Control(look=look.name), None, ALONE)
    return [engine.paint([each], [state])[0] for each in pictures]


def distance(a: av.VideoFrame, b: av.VideoFrame) -> float:
    """Mean difference of luma, in levels."""
    return float(np.abs(planes.views(a)[0].astype(int) - planes.views(b)[0]).mean())


def same(a: av.VideoFrame, b: av.VideoFrame) -> bool:
    return all(map(np.array_equal, planes.views(a), planes.views(b)))


def flicker(frames: list[av.VideoFrame]) -> float:
    """Mean difference from one picture to the next, in levels."""
    return float(np.mean([distance(a, b) for a, b in pairwise(frames)]))


def likeness(a: av.VideoFrame, b: av.VideoFrame) -> float:
    """Correlation of edge strength, a little blurred: lines beside an edge count as on it."""
    soft = [cv2.GaussianBlur(planes.views(each)[0].astype(np.float32), (0, 0), 2) for each in (a, b)]
    edges = [cv2.magnitude(cv2.Sobel(y, cv2.CV_32F, 1, 0), cv2.Sobel(y, cv2.CV_32F, 0, 1)) for y in soft]
    return float(np.corrcoef(edges[0].ravel(), edges[1].ravel())[0, 1])


def test_three_looks_are_offered_and_each_is_registered_once() -> None:
    assert [look.name for look in LOOKS] == ["ink", "comic", "neon"]
    assert {look.engine for look in LOOKS} == {"classical"}
    assert Looks(LOOKS).names == ("ink", "comic", "neon")
    installed = [look.name for look in Looks.installed()]
    assert all(installed.count(look.name) == 1 for look in LOOKS)


@every_look
def test_size_format_time_and_colour_meaning_are_kept(look: Look) -> None:
    source = picture()
    source.colorspace = source.color_primaries = source.color_trc = 1
    [result] = paint(look, source)
    assert result is not source
    kept = ["width", "height", "pts", "time_base", "colorspace", "color_primaries", "color_trc"]
    assert [getattr(result, name) for name in kept] == [getattr(source, name) for name in kept]
    assert result.format.name == "yuv420p"


@every_look
def test_a_picture_without_a_time_is_painted_too(look: Look) -> None:
    [result] = paint(look, blank(av.VideoFrame(64, 64, "yuv420p")))
    assert (result.pts, result.time_base) == (None, None)


@every_look
def test_the_given_pictures_are_not_written_to(look: Look) -> None:
    sources = [picture(seed=seed) for seed in range(3)]
    before = [bytes(plane) for source in sources for plane in source.planes]
    paint(look, *sources)
    assert [bytes(plane) for source in sources for plane in source.planes] == before


@every_look
def test_the_memory_of_a_session_is_no_part_of_a_picture_it_was_given(look: Look) -> None:
    first, second, third = (picture(seed=seed) for seed in range(3))
    expected = paint(look, first, second, third)[2]
    engine = look.start(workshop())
    state = engine.prepare(Control(look=look.name), None, ALONE)
    for source in (first, second):
        engine.paint([source], [state])
        blank(source)
    assert same(engine.paint([third], [state])[0], expected)


@every_look
def test_strength_0_gives_back_the_source(look: Look) -> None:
    source = picture()
    [result] = paint(look, source, control=Control(look=look.name, strength=0))
    assert result is source


@every_look
def test_strength_in_between_moves_steadily_from_the_source_to_the_look(look: Look) -> None:
    source = picture()
    document = Control(look=look.name)
    stages = [document.model_copy(update={"strength": fifth / 5}) for fifth in range(6)]
    steps = [paint(look, source, control=stage)[0] for stage in stages]
    from_source = [distance(step, source) for step in steps]
    to_look = [distance(step, steps[-1]) for step in steps]
    assert from_source == sorted(from_source)
    assert to_look == sorted(to_look, reverse=True)
    assert from_source[3] == pytest.approx(0.6 * from_source[5], abs=1)


@every_look
@pytest.mark.parametrize("size", [(130, 98), (98, 130), (642, 66), (1282, 722)])
def test_line_padding_never_shows(look: Look, size: tuple[int, int]) -> None:
    source = picture(*size)
    assert any(plane.line_size != plane.width for plane in source.planes)
    scribbled = planes.picture_like(source, planes.views(source))
    for plane in scribbled.planes:
        raw = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, -1)
        raw[:, plane.width :] = 77
    [a], [b] = paint(look, source), paint(look, scribbled)
    assert (a.width, a.height) == size
    assert same(a, b)
    assert likeness(a, source) > 0.3  # sheared by one sample a line, it would be about zero


@every_look
def test_the_size_may_change_in_mid_session(look: Look) -> None:
    results = paint(look, picture(256, 192), picture(130, 98), picture(256, 192))
    assert [(result.width, result.height) for result in results] == [(256, 192), (130, 98), (256, 192)]
    assert same(results[1], paint(look, picture(130, 98))[0])


@every_look
def test_a_still_picture_gives_a_still_result_after_a_few_frames(look: Look) -> None:
    results = paint(look, picture(seed=2), *[picture(seed=1)] * 6)
    assert all(same(results[4], later) for later in results[5:])


@every_look
def test_noise_on_a_still_scene_flickers_less_than_when_every_frame_stood_alone(look: Look) -> None:
    noisy = [picture(seed=seed) for seed in range(8)]
    together = paint(look, *noisy)[3:]
    alone = [paint(look, each)[0] for each in noisy][3:]
    assert flicker(together) < 0.5 * flicker(alone)


@every_look
def test_a_cut_leaves_no_ghost(look: Look) -> None:
    after = paint(look, blank(picture()), picture(), picture())[-1]
    assert distance(after, paint(look, picture())[0]) < 1


@every_look
def test_the_result_is_far_from_a_copy_and_keeps_the_structure(look: Look) -> None:
    source = picture(640, 480)
    [result] = paint(look, source)
    assert distance(result, source) > 12
    assert likeness(result, source) > 0.6


def test_the_looks_differ_from_each_other() -> None:
    source = picture()
    ink, comic, neon = (paint(look, source)[0] for look in LOOKS)
    assert min(distance(ink, comic), distance(comic, neon), distance(neon, ink)) > 12


@every_look
def test_full_range_and_video_range_show_the_same_picture(look: Look) -> None:
    full, video = picture(full=True), picture(full=False)
    [painted_full], [painted_video] = paint(look, full), paint(look, video)
    assert painted_full.color_range == ColorRange.JPEG
    a = planes.to_light(planes.views(painted_full), FULL)
    b = planes.to_light(planes.views(painted_video), VIDEO)
    assert all(np.abs(one - other).mean() < 0.01 for one, other in zip(a, b, strict=True))


@every_look
def test_video_range_is_never_left(look: Look) -> None:
    [result] = paint(look, picture())
    y, cb, cr = planes.views(result)
    assert y.min() >= 16
    assert y.max() <= 235
    assert min(cb.min(), cr.min()) >= 16
    assert max(cb.max(), cr.max()) <= 240


@every_look
def test_a_new_document_keeps_the_memory_and_the_same_seed_the_same_paper(look: Look) -> None:
    engine = look.start(workshop())
    first = engine.prepare(Control(look=look.name, seed=3), None, ALONE)
    engine.paint([picture(seed=1)], [first])
    second = engine.prepare(Control(look=look.name, seed=3, version=1), first, ALONE)
    [changed] = engine.paint([picture(seed=2)], [second])
    unchanged = paint(look, picture(seed=1), picture(seed=2), control=Control(look=look.name, seed=3))[1]
    assert same(changed, unchanged)


def test_the_seed_chooses_the_paper() -> None:
    engine = LOOKS[0].start(workshop())
    state = engine.prepare(Control(look="ink", seed=1), None, ALONE)
    [one] = engine.paint([picture()], [state])
    [other] = engine.paint([picture()], [engine.prepare(Control(look="ink", seed=2), state, ALONE)])
    assert not same(one, other)
    assert same(one, paint(LOOKS[0], picture(), control=Control(look="ink", seed=1))[0])


def test_a_state_of_another_engine_is_not_touched() -> None:
    look = LOOKS[0]
    engine = look.start(workshop())
    state = engine.prepare(Control(look=look.name), {"of": "another engine"}, ALONE)
    assert same(engine.paint([picture()], [state])[0], paint(look, picture())[0])


def test_pictures_of_several_sessions_are_painted_in_order() -> None:
    engine = LOOKS[1].start(workshop())
    states = [engine.prepare(Control(look="comic", strength=strength), None, ALONE) for strength in (1, 0)]
    sources = [picture(seed=1), picture(seed=2)]
    painted, untouched = engine.paint(sources, states)
    assert same(painted, paint(LOOKS[1], sources[0])[0])
    assert untouched is sources[1]


def test_a_picture_of_another_format_is_refused_with_the_cure() -> None:
    with pytest.raises(LookError, match=r"rgb24.*Convert it to yuv420p"):
        paint(LOOKS[0], av.VideoFrame(64, 64, "rgb24"))


@pytest.mark.parametrize(
    ("trouble", "cure"),
    [
        (ModuleNotFoundError("No module named 'cv2'"), r"pip install 'overglass\[cloud\]'"),
        (ImportError("libGL.so.1: cannot open shared object file"), "apt install libgl1 libglib2.0-0"),
    ],
)
def test_without_opencv_looks_are_listed_and_starting_one_says_the_cure(
    monkeypatch: pytest.MonkeyPatch, trouble: ImportError, cure: str
) -> None:
    class Absent:
        """Stands where an import looks first, and fails for cv2 as the machine would."""

        def find_spec(self, name: str, *_: object) -> None:
            if name == "cv2":
                raise trouble

    monkeypatch.delitem(sys.modules, "cv2")
    monkeypatch.setattr(sys, "meta_path", [Absent(), *sys.meta_path])
    for look in runpy.run_path(classical.__file__)["LOOKS"]:
        with pytest.raises(LookError, match=cure):
            look.start(workshop())


@every_look
@pytest.mark.skipif(not WALK.exists(), reason="needs ../shared/clips/walk_first_person.mp4")
def test_a_real_walk_is_restyled_calmly(look: Look) -> None:
    with av.open(str(WALK)) as container:
        sources = list(islice(container.decode(video=0), 8))
    results = paint(look, *sources)
    assert [result.pts for result in results] == [source.pts for source in sources]
    assert distance(results[-1], sources[-1]) > 12
    assert likeness(results[-1], sources[-1]) > 0.55
    assert flicker(results[3:]) < 1.5 * flicker(sources[3:])
