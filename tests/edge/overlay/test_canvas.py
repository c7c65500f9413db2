"""How lines, dots, areas and words become pixels."""

from fractions import Fraction

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from overglass_edge.overlay.canvas import Canvas, measured
from overglass_edge.overlay.palette import Stroke

RED = (255, 0, 0)
THIN = Stroke(1.0, 1.0)


def grey(width: int = 640, height: int = 480, level: int = 100) -> av.VideoFrame:
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    planes[:height] = level
    picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    picture.pts, picture.time_base = 7, Fraction(1, 30)
    picture.color_range, picture.colorspace = 1, 6
    return picture


def luma(canvas: Canvas) -> NDArray[np.int_]:
    return canvas.picture().to_ndarray()[: canvas.height].astype(int)


def test_a_canvas_is_a_copy_with_the_same_times_and_colours() -> None:
    source = grey()
    canvas = Canvas(source)
    canvas.plate((0, 0, 640, 480), 0, RED, 1.0)
    drawn = canvas.picture()
    assert (source.to_ndarray()[:480] == 100).all()
    assert (drawn.pts, drawn.time_base) == (7, Fraction(1, 30))
    assert (drawn.color_range, drawn.colorspace) == (1, 6)
    assert drawn.format.name == "yuv420p"


@pytest.mark.parametrize(
    ("colorspace", "expected"), [(6, (81, 90, 240)), (1, (63, 102, 240)), (2, (81, 90, 240))]
)
def test_colours_are_those_of_the_pictures_own_space(colorspace: int, expected: tuple[int, int, int]) -> None:
    source = grey(64, 64)
    source.colorspace = colorspace
    canvas = Canvas(source)
    canvas.plate((0, 0, 64, 64), 0, RED, 1.0)
    flat = canvas.picture().to_ndarray().reshape(-1)
    assert (flat[64 * 32], flat[64 * 64 + 500], flat[64 * 80 + 500]) == expected


def test_a_slanted_line_is_smooth_and_touches_only_its_surroundings() -> None:
    canvas = Canvas(grey())
    canvas.lines([[(100, 100), (200, 130)]], (255, 255, 255), Stroke(2.0, 1.0))
    changed = luma(canvas) - 100
    assert set(np.unique(changed)) > {0, 135}
    assert len(np.unique(changed)) > 5  # shades between the two
    rows, columns = np.nonzero(changed)
    assert 97 <= rows.min() <= 100
    assert 130 <= rows.max() <= 133
    assert 97 <= columns.min() <= 100
    assert 200 <= columns.max() <= 203
    assert changed.sum() == pytest.approx(135 * 2.0 * np.hypot(100, 30), rel=0.15)


def test_lines_are_as_wide_as_the_picture_is_large() -> None:
    amounts = []
    for scale in (1, 2):
        canvas = Canvas(grey(640 * scale, 480 * scale))
        canvas.lines([[(100 * scale, 100), (300 * scale, 100)]], (255, 255, 255), Stroke(3.0, 1.0))
        amounts.append((luma(canvas) - 100).sum() / (200 * scale * 135))
    assert amounts[1] == pytest.approx(2 * amounts[0], rel=0.1)


def test_a_halo_darkens_what_is_around_the_line() -> None:
    canvas = Canvas(grey(level=200))
    canvas.lines([[(100, 100), (200, 100)]], (255, 255, 255), Stroke(2.0, 1.0, halo=0.5))
    column = luma(canvas)[90:111, 150]
    assert column.max() == 235
    assert column.min() < 150
    assert column[0] == column[-1] == 200


def test_opacity_is_the_share_of_the_ink() -> None:
    canvas = Canvas(grey())
    canvas.area([(100, 100), (200, 100), (200, 200), (100, 200)], (255, 255, 255), 0.2)
    assert luma(canvas)[150, 150] == pytest.approx(100 + 0.2 * 135, abs=1)


@pytest.mark.parametrize("at", [(-50.0, -50.0), (700.0, 500.0), (1e7, 1e7), (639.5, 479.5), (0.0, 479.0)])
def test_what_lies_outside_is_cut_off(at: tuple[float, float]) -> None:
    x, y = at
    canvas = Canvas(grey())
    canvas.lines([[(x, y), (x + 20, y + 20)]], RED, THIN)
    canvas.dots([at], 3.0, RED)
    canvas.plate((x - 5, y - 5, x + 5, y + 5), 2, RED, 1.0)
    canvas.words(x, y, "words", 13, RED)
    assert canvas.picture().width == 640


def test_dots_are_round_and_where_they_belong() -> None:
    canvas = Canvas(grey())
    canvas.dots([(100.5, 200.5)], 4.0, (255, 255, 255))
    rows, columns = np.nonzero(luma(canvas) - 100)
    assert (rows.mean(), columns.mean()) == (pytest.approx(200, abs=0.6), pytest.approx(100, abs=0.6))
    assert len(rows) == pytest.approx(np.pi * 16, rel=0.4)


def test_words_have_the_size_that_was_measured() -> None:
    canvas = Canvas(grey())
    canvas.words(100, 100, "Ada Lovelace", 16, (255, 255, 255))
    rows, columns = np.nonzero(luma(canvas) - 100)
    width, height = measured("Ada Lovelace", 16)
    assert columns.min() >= 100
    assert columns.max() <= 100 + width
    assert columns.max() > 100 + 0.8 * width
    assert rows.min() >= 100
    assert rows.max() <= 100 + height


@pytest.mark.parametrize("size", [(66, 50), (2, 2), (64, 46)])
def test_pictures_of_any_even_size_can_be_drawn_on(size: tuple[int, int]) -> None:
    canvas = Canvas(grey(*size))
    canvas.lines([[(0, 0), size]], RED, THIN)
    assert (canvas.picture().width, canvas.picture().height) == size
