"""The picture as detectors see it."""

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange

from overglass_cloud.scenes.detectors.contract import Sight, bounds


def grey(luma: int, name: str = "yuv420p", size: tuple[int, int] = (64, 48)) -> av.VideoFrame:
    samples = np.full((size[1] * 3 // 2, size[0]), 128, np.uint8)
    samples[: size[1]] = luma
    return av.VideoFrame.from_ndarray(samples, format=name)


@pytest.mark.parametrize(
    ("name", "marked", "white", "black"),
    [
        ("yuv420p", None, 235, 16),
        ("yuv420p", ColorRange.MPEG, 235, 16),
        ("yuv420p", ColorRange.JPEG, 255, 0),
        ("yuvj420p", None, 255, 0),
    ],
)
def test_white_is_white_and_black_is_black_whatever_the_pictures_range(
    name: str, marked: ColorRange | None, white: int, black: int
) -> None:
    for luma, level in ((white, 255), (black, 0)):
        picture = grey(luma, name)
        if marked is not None:
            picture.color_range = marked
        assert np.abs(Sight(picture).rgb(640).astype(int) - level).max() <= 1


def test_a_large_picture_is_made_smaller_in_proportion_and_a_small_one_left() -> None:
    assert Sight(grey(100, size=(1920, 1080))).rgb(640).shape == (360, 640, 3)
    assert Sight(grey(100, size=(1080, 1920))).rgb(640).shape == (640, 360, 3)
    assert Sight(grey(100, size=(320, 240))).rgb(640).shape == (240, 320, 3)


def test_its_lines_lie_without_gaps_even_where_ffmpeg_pads_them() -> None:
    pixels = Sight(grey(100, size=(70, 50))).rgb(640)
    assert pixels.flags.c_contiguous
    assert pixels.shape == (50, 70, 3)


def test_it_is_converted_once_for_all_detectors() -> None:
    sight = Sight(grey(100))
    assert sight.rgb(640) is sight.rgb(640)


def test_bounds_are_left_top_width_and_height() -> None:
    points = np.array([(0.2, 0.5), (0.6, 0.1), (0.4, 0.9)], np.float32)
    assert bounds(points) == pytest.approx((0.2, 0.1, 0.4, 0.8))
