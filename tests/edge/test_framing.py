"""What becomes of shape, rotation and range between a source and the pictures handed out."""

from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overglass_edge.sources import assumed_intrinsics
from overglass_edge.sources.framing import Framer, Framing
from overglass_protocol.errors import SourceError
from tests.edge.clips import luma, painted

sides = st.integers(min_value=16, max_value=4000)
even_sides = st.integers(min_value=8, max_value=2000).map(lambda half: 2 * half)


def timed(picture: av.VideoFrame) -> av.VideoFrame:
    picture.pts, picture.time_base = 5, Fraction(1, 30)
    return picture


@given(sides, sides, even_sides, even_sides)
def test_a_crop_lies_inside_the_picture_and_covers_the_size(w: int, h: int, to_w: int, to_h: int) -> None:
    framing = Framing.cover((w, h), (to_w, to_h))
    assert 0 <= framing.x <= w - framing.crop_width
    assert 0 <= framing.y <= h - framing.crop_height
    assert (framing.width, framing.height) == (to_w, to_h)
    assert framing.crop_width == w & ~1 or framing.crop_height == h & ~1


def test_a_wide_picture_loses_its_sides_and_is_not_stretched() -> None:
    framing = Framing.cover((848, 480), (512, 512))
    assert (framing.x, framing.y, framing.crop_width, framing.crop_height) == (184, 0, 480, 480)


def test_intrinsics_follow_the_crop_and_the_scale() -> None:
    framing = Framing.cover((848, 480), (512, 512))
    source = assumed_intrinsics(848, 480)
    seen = framing.intrinsics(source)
    assert (seen.width, seen.height, seen.cx, seen.cy) == (512, 512, 256.0, 256.0)
    assert seen.fx == seen.fy == pytest.approx(source.fx * 512 / 480)


def test_an_odd_size_loses_a_row_and_a_column() -> None:
    framing = Framing.cover((641, 481), None)
    assert (framing.x, framing.y, framing.width, framing.height) == (0, 0, 640, 480)
    assert (framing.crop_width, framing.crop_height) == (640, 480)


def test_the_middle_survives_a_crop() -> None:
    picture = Framer((48, 48)).frame(timed(painted(7, (96, 48))))
    assert (picture.width, picture.height, picture.pts, picture.time_base) == (48, 48, 5, Fraction(1, 30))
    left, right = luma(picture)[:, :22], luma(picture)[:, 26:]
    assert left.max() < 40
    assert right.min() > 70


@pytest.mark.parametrize("name", ["yuvj420p", "yuv420p"])
def test_full_range_becomes_limited_range(name: str) -> None:
    bright = av.VideoFrame.from_ndarray(np.full((72, 64), 255, np.uint8), format=name)
    bright.color_range = 2
    picture = Framer(None).frame(timed(bright))
    assert picture.format.name == "yuv420p"
    assert luma(picture).max() == 235


def test_oblong_pixels_become_square() -> None:
    picture = Framer(None).frame(timed(painted(0, (64, 48))), pixel_aspect=Fraction(2))
    assert (picture.width, picture.height) == (128, 48)


def test_a_plain_picture_is_passed_on_without_copying_but_without_its_codecs_orders() -> None:
    given_picture = timed(painted(3))
    given_picture.pict_type = 3
    picture = Framer(None).frame(given_picture)
    assert picture.planes[0].buffer_ptr == given_picture.planes[0].buffer_ptr
    assert picture.pict_type == 0


def test_later_pictures_of_another_shape_are_fitted_to_the_first() -> None:
    framer = Framer(None)
    framer.frame(timed(painted(0, (64, 48))))
    picture = framer.frame(timed(painted(1, (128, 64))))
    assert (picture.width, picture.height) == (64, 48)


@pytest.mark.parametrize("size", [(0, 48), (64, 47), (-2, 2)])
def test_an_odd_or_empty_size_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(SourceError, match="even width and height"):
        Framer(size)
