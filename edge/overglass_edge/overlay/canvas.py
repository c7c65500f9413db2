"""A copy of a picture to draw on: smooth lines, dots, areas and words, straight into its YUV planes.

Each shape is drawn several times as large as a mask, which is then averaged down; only what a shape
covers is touched. Knows no scene.
"""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache, partial
from math import ceil, floor

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from overglass_edge.overlay.palette import HALO, PAPER, Colour, Stroke
from overglass_protocol.errors import DisplayError

Point = tuple[float, float]
"Pixels from the left and the top."
Line = Sequence[Point]
Area = tuple[float, float, float, float]
"Left, top, right, bottom; pixels."
Plane = NDArray[np.uint8]
Move = Callable[[Line], list[Point]]
"From the picture into an enlarged mask."
Draw = Callable[[ImageDraw.ImageDraw, Move], None]

FINENESS, LARGE_FINENESS, LARGE = 3, 2, 1.25
"""Each pixel of a mask is the mean of so many by so many; of fewer in a picture whose unit is larger than
LARGE, where lines are wide and masks are slow."""
_BT709 = 1
"FFmpeg's number for the colours of HD; everything else is taken for BT.601."


class Canvas:
    """Starts as a copy of `picture` (yuv420p). `unit` is the length of a pixel of a 480 pixel picture.

    `additive` says that its display adds light: then lines get no dark surroundings, which nobody would see.
    """

    def __init__(self, picture: av.VideoFrame, additive: bool = False) -> None:
        self.additive = additive
        self.width, self.height = picture.width, picture.height
        self.unit = max(0.5, min(self.width, self.height) / 480)
        self._fineness = LARGE_FINENESS if self.unit > LARGE else FINENESS
        self._source = picture
        self._pixels = np.asarray(picture.to_ndarray(), np.uint8)
        flat, size = self._pixels.reshape(-1), self.width * self.height
        half = (self.height // 2, self.width // 2)
        self._luma: Plane = flat[:size].reshape(self.height, self.width)
        self._chroma: tuple[Plane, Plane] = (
            flat[size : size * 5 // 4].reshape(half),
            flat[size * 5 // 4 :].reshape(half),
        )

    def picture(self) -> av.VideoFrame:
        """What was drawn, with the source's times and colours."""
        source = self._source
        picture = av.VideoFrame.from_ndarray(self._pixels, format="yuv420p")
        picture.pts = source.pts
        if source.time_base is not None:
            picture.time_base = source.time_base
        picture.color_range, picture.colorspace = source.color_range, source.colorspace
        picture.color_primaries, picture.color_trc = source.color_primaries, source.color_trc
        return picture

    def lines(self, lines: Sequence[Line], colour: Colour, stroke: Stroke) -> None:
        """Polylines with round joints and ends. They share one mask, so near ones belong together."""
        everything = [point for line in lines for point in line]
        haloed = stroke.halo and not self.additive
        passes = [(PAPER, stroke.width + 2 * HALO, stroke.halo)] if haloed else []
        for ink, width, opacity in (*passes, (colour, stroke.width, stroke.opacity)):
            thickness = width * self.unit
            draw = partial(_draw_lines, lines, thickness * self._fineness)
            self._paint(_around(everything, thickness), ink, opacity, draw)

    def area(self, outline: Line, colour: Colour, opacity: float) -> None:
        """The inside of a polygon."""
        self._paint(_around(outline, 0), colour, opacity, partial(_draw_polygon, outline))

    def plate(self, area: Area, radius: float, colour: Colour, opacity: float) -> None:
        """A filled box with round corners."""
        self._paint(area, colour, opacity, partial(_draw_plate, area, radius * self._fineness))

    def dots(self, points: Line, radius: float, colour: Colour, opacity: float = 1.0) -> None:
        """Round dots; `radius` in pixels."""
        draw = partial(_draw_dots, points, _disc(radius * self._fineness))
        self._paint(_around(points, radius + 1), colour, opacity, draw)

    def words(self, left: float, top: float, text: str, size: float, colour: Colour) -> None:
        """One line of text with its upper left corner there; what does not fit is cut off."""
        x, y = max(0, round(left)) & ~1, max(0, round(top)) & ~1
        mask = _lettered(text, round(size))
        room = (min(mask.width, self.width - x), min(mask.height, self.height - y))
        if min(room) > 0:
            self._blend(mask.crop((0, 0, *room)), x, y, colour, 1.0)

    def _paint(self, area: Area, colour: Colour, opacity: float, draw: Draw) -> None:
        left, top = max(0, floor(area[0])) & ~1, max(0, floor(area[1])) & ~1
        right, bottom = min(self.width, ceil(area[2])), min(self.height, ceil(area[3]))
        if right <= left or bottom <= top:
            return
        fine = self._fineness
        mask = Image.new("L", ((right - left + 1 & ~1) * fine, (bottom - top + 1 & ~1) * fine))
        draw(ImageDraw.Draw(mask), lambda line: [((x - left) * fine, (y - top) * fine) for x, y in line])
        self._blend(mask.reduce(fine), left, top, colour, opacity)

    def _blend(self, mask: Image.Image, left: int, top: int, colour: Colour, opacity: float) -> None:
        """Lays the colour over the planes where the mask is. All of its sides are even, and inside."""
        if opacity < 1:
            mask = mask.point([round(value * opacity) for value in range(256)])
        inks = _yuv(colour, bt709=int(self._source.colorspace) == _BT709)
        _lay(self._luma, mask, left, top, inks[0])
        coarse = mask.reduce(2)
        for plane, ink in zip(self._chroma, inks[1:], strict=True):
            _lay(plane, coarse, left // 2, top // 2, ink)


def measured(text: str, size: float) -> tuple[int, int]:
    """Width and height of a line of text, pixels."""
    return _lettered(text, round(size)).size


def _lay(plane: Plane, mask: Image.Image, left: int, top: int, ink: int) -> None:
    part = plane[top : top + mask.height, left : left + mask.width]
    image = Image.fromarray(part)
    image.paste(ink, (0, 0), mask)
    part[:] = np.asarray(image)


def _draw_lines(lines: Sequence[Line], thickness: float, pen: ImageDraw.ImageDraw, move: Move) -> None:
    end = thickness / 2 - 0.5
    for line in lines:
        points = move(line)
        pen.line(points, 255, max(1, round(thickness)), joint="curve")
        for x, y in (points[0], points[-1]):
            pen.ellipse((x - end, y - end, x + end, y + end), 255)


def _draw_polygon(outline: Line, pen: ImageDraw.ImageDraw, move: Move) -> None:
    pen.polygon(move(outline), 255)


def _draw_plate(area: Area, radius: float, pen: ImageDraw.ImageDraw, move: Move) -> None:
    (left, top), (right, bottom) = move([area[:2], area[2:]])
    pen.rounded_rectangle((left, top, right - 1, bottom - 1), radius, 255)


def _draw_dots(points: Line, stamp: Image.Image, pen: ImageDraw.ImageDraw, move: Move) -> None:
    for x, y in move(points):
        pen.bitmap((round(x - stamp.width / 2), round(y - stamp.height / 2)), stamp, 255)


@cache
def _disc(radius: float) -> Image.Image:
    size = ceil(2 * radius)
    stamp = Image.new("1", (size, size))
    ImageDraw.Draw(stamp).ellipse((0, 0, size - 1, size - 1), 1)
    return stamp


@lru_cache(maxsize=256)
def _lettered(text: str, size: int) -> Image.Image:
    """The text as a mask with even sides, as high as the tallest letter and the deepest."""
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise DisplayError(
            "Pillow here has no fonts", cure="Reinstall it: pip install --force-reinstall pillow"
        )
    ascent, descent = font.getmetrics()
    mask = Image.new("L", (ceil(font.getlength(text)) + 1 & ~1, ascent + descent + 1 & ~1))
    ImageDraw.Draw(mask).text((0, 0), text, 255, font)
    return mask


@cache
def _yuv(colour: Colour, *, bt709: bool) -> tuple[int, int, int]:
    """In limited range (ITU-R BT.709 or BT.601)."""
    red, green, blue = (part / 255 for part in colour)
    of_red, of_blue = (0.2126, 0.0722) if bt709 else (0.299, 0.114)
    luma = of_red * red + (1 - of_red - of_blue) * green + of_blue * blue
    cb, cr = (blue - luma) / (2 - 2 * of_blue), (red - luma) / (2 - 2 * of_red)
    return round(16 + 219 * luma), round(128 + 224 * cb), round(128 + 224 * cr)


def _around(points: Line, margin: float) -> Area:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin
