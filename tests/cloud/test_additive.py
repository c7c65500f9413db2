"""Paintings as light: strokes are lit whatever their ink, flat areas are clear, and nothing pumps."""

import av
import cv2
import numpy as np
import pytest
from av.video.reformatter import ColorRange

from overglass_cloud.additive import as_light, dark, lit
from overglass_cloud.engines.planes import Levels, Plane, Planes, levels, picture_like, views
from overglass_protocol.errors import LookError

VIDEO, FULL = Levels(16, 219, 224), Levels(0, 255, 255)
SIDE = 256


def drawing(paper: int, ink: int, cb: int = 128, cr: int = 128, width: int = 2) -> Planes:
    """A cross of ink on paper of one colour."""
    luma = np.full((SIDE, SIDE), paper, np.uint8)
    cv2.line(luma, (40, 128), (216, 128), ink, width)
    cv2.line(luma, (128, 40), (128, 216), ink, width)
    half = (SIDE // 2, SIDE // 2)
    return luma, np.full(half, cb, np.uint8), np.full(half, cr, np.uint8)


def away_from_ink(plane: Plane) -> Plane:
    """What is further than a few samples from the cross."""
    side = len(plane)
    far = np.abs(np.arange(side) - side / 2) > side / 16
    return plane[np.ix_(far, far)]


@pytest.mark.parametrize(("paper", "ink"), [(235, 16), (220, 60), (16, 235), (60, 200)])
def test_strokes_are_light_whether_their_ink_is_dark_or_light(paper: int, ink: int) -> None:
    luma = lit(drawing(paper, ink), VIDEO)[0]
    assert luma[128, 60:110].min() > 180
    assert luma[60:110, 128].min() > 180


@pytest.mark.parametrize("paper", [16, 90, 128, 180, 235])
def test_paper_of_no_colour_is_clear_to_the_sample(paper: int) -> None:
    luma, cb, cr = lit(drawing(paper, 235 if paper < 100 else 16), VIDEO)
    assert (away_from_ink(luma) == VIDEO.black).all()
    assert (away_from_ink(cb) == 128).all()
    assert (away_from_ink(cr) == 128).all()


def test_ink_takes_the_colour_of_what_it_outlines() -> None:
    _, cb, cr = lit(drawing(180, 20, cb=100, cr=170), VIDEO)
    assert cr[64, 40] > 165
    assert cb[64, 40] < 105


def test_an_area_of_strong_colour_glows_faintly_in_it_and_a_pale_one_does_not() -> None:
    strong = lit(drawing(150, 150, cb=90, cr=200), VIDEO)
    assert VIDEO.black < strong[0].mean() < VIDEO.black + 0.15 * VIDEO.luma
    assert strong[2].mean() > 132
    pale = lit(drawing(150, 150, cb=124, cr=133), VIDEO)
    assert (pale[0] == VIDEO.black).all()


def test_where_two_areas_meet_there_is_one_line_on_the_darker_side() -> None:
    luma = np.full((SIDE, SIDE), 60, np.uint8)
    luma[:, SIDE // 2 :] = 200
    row = lit((luma, *drawing(0, 0)[1:]), VIDEO)[0][SIDE // 2]
    lines = np.flatnonzero(np.diff((row > 60).astype(int)) == 1)
    assert len(lines) == 1
    assert row.max() > 100
    assert (row[SIDE // 2 + 8 :] == VIDEO.black).all()


def test_grain_is_no_stroke() -> None:
    random = np.random.default_rng(5)
    luma, cb, cr = drawing(140, 140)
    luma = (luma + random.integers(-6, 7, luma.shape)).astype(np.uint8)
    assert (lit((luma, cb, cr), VIDEO)[0] == VIDEO.black).mean() > 0.999


def test_nothing_is_scaled_by_the_rest_of_the_picture() -> None:
    """A sun that rises in one corner changes nothing in the others."""
    before = drawing(120, 40)
    luma = before[0].copy()
    cv2.circle(luma, (230, 26), 20, 235, -1)
    after = lit((luma, *before[1:]), VIDEO)
    for one, other in zip(lit(before, VIDEO), after, strict=True):
        half = len(one) // 2
        assert np.array_equal(one[half:], other[half:])
        assert np.array_equal(one[:, :half], other[:, :half])


def test_a_small_change_of_ink_is_a_small_change_of_light() -> None:
    one, other = (lit(drawing(230, ink), VIDEO)[0].astype(int) for ink in (120, 123))
    assert 0 < np.abs(one - other).max() <= 10


@pytest.mark.parametrize("scale", [VIDEO, FULL])
def test_black_and_white_are_those_of_the_pictures_range(scale: Levels) -> None:
    luma = lit(drawing(scale.black + scale.luma, scale.black, width=3), scale)[0]
    assert (int(luma.min()), int(luma.max())) == (scale.black, scale.black + scale.luma)


def test_colour_never_leaves_its_range() -> None:
    for cb, cr in ((16, 240), (240, 16), (240, 240)):
        for plane in lit(drawing(235, 16, cb, cr), VIDEO)[1:]:
            assert 16 <= plane.min() <= plane.max() <= 240
    for plane in lit(drawing(255, 0, 0, 255), FULL)[1:]:
        assert plane.min() >= 0


@pytest.mark.parametrize("size", [(16, 16), (64, 36), (90, 160), (720, 1280)])
def test_any_size_is_converted_to_the_same_size(size: tuple[int, int]) -> None:
    height, width = size
    picture = av.VideoFrame.from_ndarray(np.full((height * 3 // 2, width), 200, np.uint8), format="yuv420p")
    result = as_light(picture)
    assert (result.width, result.height, result.format.name) == (width, height, "yuv420p")


def test_a_picture_keeps_its_time_and_range_and_is_not_written_to() -> None:
    source = av.VideoFrame.from_ndarray(np.full((96, 64), 128, np.uint8), format="yuv420p")
    source = picture_like(source, drawing(235, 16))
    source.pts, source.color_range = 7, ColorRange.JPEG
    before = source.to_ndarray().copy()
    result = as_light(source)
    assert (result.pts, levels(result)) == (7, FULL)
    assert np.array_equal(source.to_ndarray(), before)


def test_of_a_dark_picture_nothing_is_seen() -> None:
    source = av.VideoFrame.from_ndarray(np.full((96, 64), 200, np.uint8), format="yuv420p")
    luma, cb, cr = views(dark(source))
    assert (luma == 16).all()
    assert (cb == 128).all()
    assert (cr == 128).all()
    assert dark(source).pts == source.pts


def test_what_is_not_planar_is_refused() -> None:
    with pytest.raises(LookError, match="rgb24"):
        as_light(av.VideoFrame(16, 16, "rgb24"))
