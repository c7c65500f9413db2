from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange

from overglass_cloud.marking.detection import luma_of
from overglass_cloud.marking.label import Kind, Label
from tests.cloud.marking.clips import scenery


def plain(level: int, width: int, height: int) -> av.VideoFrame:
    samples = np.full((height * 3 // 2, width), level, np.uint8)
    samples[height:] = 128
    return av.VideoFrame.from_ndarray(samples, format="yuv420p")


def changed(before: av.VideoFrame, after: av.VideoFrame) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of what is different."""
    rows, columns = np.nonzero(luma_of(before) != luma_of(after))
    return int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max())


@pytest.mark.parametrize("kind", ["modified", "generated"])
@pytest.mark.parametrize("size", [(256, 256), (848, 480), (720, 1280), (1920, 1080)])
def test_the_label_stands_top_right_within_the_margin(kind: Kind, size: tuple[int, int]) -> None:
    width, height = size
    before = plain(200, width, height)
    top, bottom, left, right = changed(before, Label(kind).on(before))
    assert 2 <= top <= 0.06 * max(size)
    assert width - 0.06 * max(size) <= right < width - 2
    assert left > width / 2
    assert 12 <= bottom - top <= 0.12 * height


@pytest.mark.parametrize("ground", [16, 128, 235])
def test_letters_are_light_on_dark_whatever_is_behind(ground: int) -> None:
    before = plain(ground, 640, 480)
    after = Label("modified").on(before)
    top, bottom, left, right = changed(before, after)
    part = luma_of(after)[top : bottom + 1, left : right + 1]
    assert part.max() >= 225
    assert np.percentile(part, 25) <= 110


def test_the_words_differ() -> None:
    before = plain(128, 640, 480)
    assert not np.array_equal(
        Label("modified").on(before).to_ndarray(), Label("generated").on(before).to_ndarray()
    )


def test_letters_are_without_colour_and_the_rest_is_untouched() -> None:
    before = scenery(640, 480, 4)
    after = Label("modified").on(before)
    assert np.array_equal(luma_of(before)[100:], luma_of(after)[100:])
    drawn = after.to_ndarray(format="rgb24")
    letters = drawn[luma_of(after) >= 232]
    assert len(letters) > 20
    assert np.median(np.ptp(letters.astype(int), axis=1)) < 25


def test_a_new_picture_keeps_time_and_colours_and_leaves_the_source_alone() -> None:
    before = plain(60, 320, 256)
    before.pts, before.time_base, before.color_range = 5, Fraction(1, 90), ColorRange.JPEG
    kept = before.to_ndarray()
    after = Label("modified").on(before)
    assert (after.pts, after.time_base, after.color_range) == (5, Fraction(1, 90), ColorRange.JPEG)
    assert np.array_equal(before.to_ndarray(), kept)
    assert luma_of(after).max() > 240, "white is 255 in full range"


@pytest.mark.parametrize("size", [(64, 64), (16, 16), (128, 32)])
def test_pictures_too_small_for_it_get_what_fits(size: tuple[int, int]) -> None:
    before = plain(128, *size)
    assert not np.array_equal(Label("modified").on(before).to_ndarray(), before.to_ndarray())
