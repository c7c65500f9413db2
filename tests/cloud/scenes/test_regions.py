"""Regions: what stays the camera's picture does so to the sample, and no picture gets another one's mask."""

from collections.abc import Callable

import av
import numpy as np
import pytest

from overglass_cloud.engines.planes import picture_like, views
from overglass_cloud.scenes.detectors.contract import Mask
from overglass_cloud.scenes.regions import MASKS_KEPT, NO_MASK, WAITING, Inside, Regions, composed, needs_mask
from overglass_cloud.scheduler import Painted
from overglass_protocol.control import Control, Region
from overglass_protocol.frame import Frame
from tests.cloud.scenes.things import frame

SIZE = (96, 64)
BACKGROUND = Control(look="ink", region="background")


def noise(seed: int, size: tuple[int, int] = SIZE) -> av.VideoFrame:
    samples = np.random.default_rng(seed).integers(16, 236, (size[1] * 3 // 2, size[0]), np.uint8)
    return av.VideoFrame.from_ndarray(samples, format="yuv420p")


def disc(size: tuple[int, int] = SIZE, radius: float = 0.3) -> Mask:
    """Somebody round, with a soft border."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    distance = np.hypot(x - size[0] / 2, y - size[1] / 2) / size[1]
    return np.asarray(np.clip((radius - distance) * 10 + 0.5, 0, 1), np.float32)


def round_person(size: tuple[int, int] = SIZE, radius: float = 0.3) -> Inside:
    return disc(size, radius) >= 0.5


def inside(person: Inside) -> list[Inside]:
    """For luma and both colour planes, which samples are a person's."""
    shared = person[::2, ::2] | person[1::2, ::2] | person[::2, 1::2] | person[1::2, 1::2]
    return [person, shared, shared]


@pytest.mark.parametrize("region", ["background", "people"])
def test_what_is_not_painted_is_exactly_the_source_and_what_is_painted_exactly_the_painting(
    region: Region,
) -> None:
    source, painted, person = noise(1), noise(2), round_person()
    result = composed(source, painted, person, region)
    kept = inside(person if region == "background" else ~person)
    far = [
        ~ours
        for ours in inside(round_person(radius=0.4) if region == "background" else ~round_person(radius=0.2))
    ]
    for ours, theirs, out, stays, paints in zip(
        views(source), views(painted), views(result), kept, far, strict=True
    ):
        assert np.array_equal(out[stays], ours[stays])
        assert np.array_equal(out[paints], theirs[paints])
        assert stays.any()
        assert paints.any()


def test_the_edge_fades_between_the_two() -> None:
    plain = np.zeros((SIZE[1] * 3 // 2, SIZE[0]), np.uint8)
    dark = av.VideoFrame.from_ndarray(plain, format="yuv420p")
    bright = av.VideoFrame.from_ndarray(plain + 255, format="yuv420p")
    big = round_person((960, 640))
    luma = views(composed(dark, bright, big, "background"))[0]
    between = luma[(luma > 0) & (luma < 255)]
    assert between.size > 50


@pytest.mark.parametrize("size", [(96, 64), (64, 64), (48, 32)])
def test_a_mask_of_another_size_is_laid_over_the_whole_picture(size: tuple[int, int]) -> None:
    source, painted = noise(1), noise(2)
    person = np.zeros((size[1], size[0]), np.bool_)
    person[:, : size[0] // 2] = True
    luma = views(composed(source, painted, person, "background"))[0]
    assert np.array_equal(luma[:, :48], views(source)[0][:, :48])
    assert np.array_equal(luma[:, 60:], views(painted)[0][:, 60:])


def test_the_picture_keeps_its_range_and_time_and_nobody_elses_samples_are_written_to() -> None:
    source, painted = noise(1), picture_like(noise(1), tuple(views(noise(2))))  # type: ignore[arg-type]
    painted.pts, painted.color_range = 77, 2
    before = source.to_ndarray(), painted.to_ndarray()
    result = composed(source, painted, round_person(), "people")
    assert (result.pts, int(result.color_range)) == (77, 2)
    assert np.array_equal(source.to_ndarray(), before[0])
    assert np.array_equal(painted.to_ndarray(), before[1])


def test_only_a_part_that_somebody_paints_needs_a_mask() -> None:
    assert needs_mask(BACKGROUND)
    assert not needs_mask(Control(look="ink"))
    assert not needs_mask(Control(look="none", region="people"))


class Joined:
    """Regions, and what they handed on."""

    def __init__(self) -> None:
        self.painted: list[Painted] = []
        self.regions = Regions(self.painted.append)

    def paint(self, n: int, control: Control = BACKGROUND) -> None:
        self.regions.painted(Painted(frame(n, level=200), 1.0, 2.0, control))

    def mask(self, n: int) -> None:
        self.regions.masked(frame(n, level=50), np.ones((48, 64), np.float32))

    def times(self) -> list[int]:
        return [painted.frame.rtp_time // 3000 for painted in self.painted]


@pytest.mark.parametrize("mask_first", [True, False])
def test_picture_and_mask_meet_whichever_comes_last(mask_first: bool) -> None:
    joined = Joined()
    for n in range(3):
        steps = [joined.mask, joined.paint] if mask_first else [joined.paint, joined.mask]
        for step in steps:
            step(n)
    assert joined.times() == [0, 1, 2]
    assert all((views(painted.frame.picture)[0] == 50).all() for painted in joined.painted), "all is kept"
    assert all(painted.painted > 2.0 for painted in joined.painted), "the wait counts as painting"
    assert joined.regions.dropped == {}


def test_a_picture_whose_mask_was_passed_over_is_dropped_and_counted() -> None:
    joined = Joined()
    joined.paint(0)
    joined.paint(1)
    joined.mask(1)
    assert joined.times() == [1]
    joined.mask(3)
    joined.paint(2)
    joined.paint(3)
    assert joined.times() == [1, 3]
    assert joined.regions.dropped == {NO_MASK: 2}


def test_pictures_wait_for_their_masks_only_so_many_at_once() -> None:
    joined = Joined()
    for n in range(WAITING + 3):
        joined.paint(n)
    assert joined.regions.dropped == {NO_MASK: 3}
    joined.mask(WAITING + 2)
    assert joined.times() == [WAITING + 2]


def test_a_picture_of_a_slow_engine_still_finds_its_mask() -> None:
    joined = Joined()
    for n in range(MASKS_KEPT):
        joined.mask(n)
    joined.paint(0)
    assert joined.times() == [0]


def test_the_whole_picture_passes_at_once_and_overtakes_what_still_waits() -> None:
    joined = Joined()
    joined.paint(0)
    joined.paint(1, Control(look="ink"))
    joined.mask(0)
    assert joined.times() == [1]
    assert joined.regions.dropped == {NO_MASK: 1}


def test_another_connection_with_an_older_clock_is_joined_too() -> None:
    joined = Joined()
    joined.mask(1000)
    joined.paint(1000)
    joined.mask(5)
    joined.paint(5)
    assert joined.times() == [1000, 5]


@pytest.mark.parametrize("mask_first", [True, False])
def test_behind_what_is_painted_an_additive_display_is_clear(mask_first: bool) -> None:
    joined = Joined()
    joined.regions.additive = True
    half = np.zeros((48, 64), np.float32)
    half[:, :32] = 1
    scene = np.full((72, 64), 128, np.uint8)
    scene[:48], scene[4:48:12], scene[5:48:12] = 220, 20, 20
    painting = frame(0)
    painting = Frame(picture_like(painting.picture, views(_planar(scene))), rtp_time=painting.rtp_time)
    steps: list[Callable[[], None]] = [
        lambda: joined.regions.masked(frame(0, level=50), half),
        lambda: joined.regions.painted(Painted(painting, 1.0, 2.0, BACKGROUND)),
    ]
    for step in steps if mask_first else steps[::-1]:
        step()
    (done,) = joined.painted
    assert done.worn is not None
    assert (views(done.worn)[0][:, :30] == 16).all(), "a person is seen as they are"
    assert views(done.worn)[0][:, 40:].max() > 150, "behind them there are strokes"
    assert (views(done.frame.picture)[0][:, :30] == 50).all(), "and on a screen the camera's picture"


def test_whole_pictures_become_light_for_an_additive_display_only_and_plain_ones_never() -> None:
    joined = Joined()
    joined.paint(0, Control(look="ink"))
    joined.regions.additive = True
    joined.paint(1, Control(look="ink"))
    joined.paint(2, Control(look="none"))
    assert [painted.worn is not None for painted in joined.painted] == [False, True, False]
    assert all((views(painted.frame.picture)[0] == 200).all() for painted in joined.painted)


def _planar(samples: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(samples, format="yuv420p")
