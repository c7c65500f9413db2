from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace

from overglass_cloud.marking.detection import luma_of
from overglass_cloud.marking.watermark import Watermark
from tests.cloud.marking.clips import scenery, walk


def test_the_mark_is_not_seen() -> None:
    picture = walk(1)[0]
    marked = Watermark(0xCAFE1234).mark(picture)
    change = luma_of(marked).astype(float) - luma_of(picture)
    assert 10 * np.log10(255**2 / (change**2).mean()) > 42
    assert np.abs(change).max() <= 4
    assert change.any()


def test_only_luma_changes_and_the_source_does_not() -> None:
    picture = scenery(320, 240)
    before = picture.to_ndarray()
    marked = Watermark(7).mark(picture)
    assert np.array_equal(picture.to_ndarray(), before)
    for one, other in zip(picture.planes[1:], marked.planes[1:], strict=True):
        assert bytes(one)[: one.width] == bytes(other)[: other.width]


def test_time_and_colours_are_kept() -> None:
    picture = scenery(320, 240)
    picture.pts, picture.time_base = 91, Fraction(1, 600)
    picture.colorspace, picture.color_range = Colorspace.ITU709, ColorRange.MPEG
    marked = Watermark(7).mark(picture)
    assert (marked.pts, marked.time_base) == (91, Fraction(1, 600))
    assert (marked.colorspace, marked.color_range) == (Colorspace.ITU709, ColorRange.MPEG)


@pytest.mark.parametrize("level", [0, 255])
def test_black_and_white_do_not_wrap_around(level: int) -> None:
    picture = av.VideoFrame.from_ndarray(np.full((180, 160), level, np.uint8), format="yuv420p")
    marked = luma_of(Watermark(7).mark(picture)).astype(int)
    assert np.abs(marked - level).max() <= 4


def test_the_same_number_always_marks_the_same_way() -> None:
    picture = scenery(320, 240)
    one, other = (Watermark(99).mark(picture).to_ndarray() for _ in range(2))
    assert np.array_equal(one, other)
    assert not np.array_equal(one, Watermark(98).mark(picture).to_ndarray())
