"""The last painting, moved along: where things are afterwards, and when that is refused."""

import av
import cv2
import numpy as np
import pytest

from overglass_cloud.engines.planes import Plane, picture_like, views
from overglass_cloud.engines.reuse import Painting, moved
from overglass_protocol.rtc import TIME_BASE
from tests.cloud.parts import picture

SIZE = (320, 240)


def scene(shift: tuple[int, int] = (0, 0), seed: int = 1, size: tuple[int, int] = SIZE) -> av.VideoFrame:
    """Clouds of grey, moved by so many pixels."""
    width, height = size
    rng = np.random.default_rng(seed)
    noise = cv2.GaussianBlur(rng.standard_normal((height + 100, width + 100), np.float32), (0, 0), 5)
    x, y = 50 - shift[0], 50 - shift[1]
    cut = noise[y : y + height, x : x + width]
    luma = np.clip(128 + 400 * cut, 0, 255).astype(np.uint8)
    chroma = np.full((height // 2, width // 2), 128, np.uint8)
    return picture_like(picture(width=width, height=height), (luma, chroma, chroma))


def negative(of: av.VideoFrame) -> av.VideoFrame:
    """A painting that cannot be taken for its source: light is dark and all is red."""
    y, cb, cr = views(of)
    red: Plane = np.full_like(cr, 200)
    return picture_like(of, (255 - y, cb, red))


def apart(one: av.VideoFrame, other: av.VideoFrame) -> float:
    """Mean difference of luma, but for a border into which things come from outside."""
    a, b = (views(each)[0][16:-16, 16:-16].astype(int) for each in (one, other))
    return float(np.abs(a - b).mean())


@pytest.mark.parametrize("shift", [(6, 0), (-4, 3), (0, -9)])
def test_a_painting_is_moved_to_where_the_scene_has_got_to(shift: tuple[int, int]) -> None:
    last = Painting(scene(), negative(scene()))
    result = moved(last, scene(shift))
    assert result is not None
    wanted = negative(scene(shift))
    assert apart(result, wanted) < 0.25 * apart(last.painted, wanted)
    assert views(result)[2].min() >= 199


def test_what_stands_still_stays_as_it_was_painted() -> None:
    last = Painting(scene(), negative(scene()))
    result = moved(last, scene())
    assert result is not None
    assert apart(result, last.painted) < 0.5


def test_it_gets_the_time_of_the_new_picture_and_leaves_the_old_painting_alone() -> None:
    last = Painting(scene(), negative(scene()))
    before = last.painted.to_ndarray().copy()
    new = scene((3, 0))
    new.pts, new.time_base = 1234, TIME_BASE
    result = moved(last, new)
    assert result is not None
    assert (result.pts, result.time_base) == (1234, TIME_BASE)
    assert np.array_equal(last.painted.to_ndarray(), before)


def test_another_scene_or_size_cannot_be_reached_from_here() -> None:
    last = Painting(scene(), negative(scene()))
    assert moved(last, scene(seed=2)) is None
    assert moved(last, scene(size=(240, 320))) is None


def test_a_large_picture_and_a_tiny_one_are_moved_too() -> None:
    for size in ((1280, 720), (32, 32)):
        last = Painting(scene(size=size), negative(scene(size=size)))
        result = moved(last, scene((2, 0), size=size))
        assert result is not None
        assert (result.width, result.height) == size
