"""Painting in metres: what the world's textures are drawn with. Knows no subject.

Everything is drawn at twice the size and reduced, so every edge is smooth.
"""

import cv2
import numpy as np
import numpy.typing as npt

from overglass_simulators.world.texture import Colour, Pixels, Texture

Point = tuple[float, float]
Factors = tuple[float, float, float]
"On blue, green and red."

_FINER = 2
_SHIFT = 4  # OpenCV's fixed point: sixteenths of a pixel
_FONT = cv2.FONT_HERSHEY_DUPLEX


def colour(code: str) -> Colour:
    """Blue, green and red of a code like #ff8040."""
    return int(code[5:7], 16), int(code[3:5], 16), int(code[1:3], 16)


def mixed(a: Colour, b: Colour, share: float) -> Colour:
    """`share` of `b` in `a`."""
    blue, green, red = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return blue, green, red


def shaded(a: Colour, factor: float) -> Colour:
    """Darker below 1, lighter above."""
    return mixed(a, (0, 0, 0), 1 - factor) if factor <= 1 else mixed(a, (255, 255, 255), factor - 1)


_SHADOW = colour("#2a1f4d")
_AIRGLOW = 150.0
"Alpha of lit air at its brightest."


class Canvas:
    """A transparent sheet, `width` by `height` metres, x to the right and y up from its lower left.

    With `sunk` it reaches as many metres below y = 0 as well: for a shadow on the ground.
    """

    def __init__(self, width: float, height: float, detail: float, *, sunk: float = 0.0) -> None:
        self.width, self.height = width, height
        self._size = max(2, round(width * detail)), max(2, round((height + sunk) * detail))
        columns, rows = self._size[0] * _FINER, self._size[1] * _FINER
        self._scale = columns / width, rows / (height + sunk)
        self.pixels = np.zeros((rows, columns, 4), np.uint8)

    def poly(self, points: npt.ArrayLike, fill: Colour) -> None:
        """Any outline, (n, 2) metres."""
        cv2.fillPoly(self.pixels, [self._points(points)], (*fill, 255), cv2.LINE_AA, _SHIFT)

    def rect(self, x: float, y: float, width: float, height: float, fill: Colour) -> None:
        """From its lower left corner."""
        self.poly([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], fill)

    def disc(self, x: float, y: float, radius: float, fill: Colour, squash: float = 1.0) -> None:
        """`squash` is its height over its width."""
        self.poly(_arc(x, y, radius, radius * squash, 0, 2 * np.pi), fill)

    def shadow(self, x: float, half: float) -> None:
        """On the ground under something, `half` metres to each side; before anything else is drawn."""
        outline = self._points(_arc(x, 0, half, min(0.13, half * 0.24), 0, 2 * np.pi))
        cv2.fillPoly(self.pixels, [outline], (*mixed((0, 0, 0), _SHADOW, 0.5), 128), cv2.LINE_AA, _SHIFT)

    def arch(self, x: float, y: float, width: float, height: float, fill: Colour, rise: float = 1.0) -> None:
        """A door or window with a round head; `rise` 0 is flat, 1 a half circle."""
        head = rise * width / 2
        top = _arc(x + width / 2, y + height - head, width / 2, head, 0, np.pi)
        self.poly([(x + width, y), *map(tuple, top), (x, y)], fill)

    def line(self, points: npt.ArrayLike, thickness: float, fill: Colour, *, closed: bool = False) -> None:
        """Through (n, 2) metres, `thickness` in metres."""
        wide = max(1, round(thickness * self._scale[0]))
        cv2.polylines(self.pixels, [self._points(points)], closed, (*fill, 255), wide, cv2.LINE_AA, _SHIFT)

    def text(self, words: str, x: float, y: float, width: float, height: float, fill: Colour) -> None:
        """As large as fits in the box, in its middle."""
        (wide, high), _ = cv2.getTextSize(words, _FONT, 1.0, 2)
        columns, rows = width * self._scale[0], height * self._scale[1]
        size = min(columns / wide, rows / high)
        left = x * self._scale[0] + (columns - wide * size) / 2
        base = (self.height - y) * self._scale[1] - (rows - high * size) / 2
        thick = max(1, round(size * 2))
        place = round(left), round(base)
        cv2.putText(self.pixels, words, place, _FONT, size, (*fill, 255), thick, cv2.LINE_AA)

    def shade(self, points: npt.ArrayLike, tone: Colour, share: float, blur: float = 0.0) -> None:
        """Mixes `share` of `tone` into what is inside the outline; `blur` in metres softens its edge."""
        mask = np.zeros(self.pixels.shape[:2], np.uint8)
        cv2.fillPoly(mask, [self._points(points)], 255, cv2.LINE_AA, _SHIFT)
        if blur:
            cv2.blur(mask, (round(blur * self._scale[0]) | 1,) * 2, mask)
        low, high = _span(mask.max(1))
        part, weight = self.pixels[low:high], cv2.convertScaleAbs(mask[low:high], alpha=share)
        kept = cv2.merge([cv2.bitwise_not(weight)] * 3 + [np.full_like(weight, 255)])
        cv2.multiply(part, kept, part, 1 / 255)
        cv2.add(
            part, cv2.merge([cv2.convertScaleAbs(weight, alpha=value / 255) for value in (*tone, 0)]), part
        )

    def wash(self, low: Factors, high: Factors) -> None:
        """Multiplies blue, green and red, by `low` at the foot going over into `high` at the top."""
        share = np.linspace(1, 0, self.pixels.shape[0], dtype=np.float32)[:, None, None]
        factors = np.array([*low, 1], np.float32) * (1 - share) + np.array([*high, 1], np.float32) * share
        self._multiply(np.repeat(factors, self.pixels.shape[1], 1))

    def grain(self, random: np.random.Generator, amount: float) -> None:
        """Uneven paint: soft blotches of a few decimetres, `amount` of the brightness."""
        rows, columns = self.pixels.shape[:2]
        coarse = random.normal(0, amount, (max(2, rows // 24), max(2, columns // 24))).astype(np.float32)
        blotches = cv2.resize(1 + coarse, (columns, rows), interpolation=cv2.INTER_LINEAR)
        self._multiply(cv2.merge([blotches, blotches, blotches, np.ones_like(blotches)]))

    def glow(
        self, x: float, y: float, radius: float, light: Colour, strength: float, *, in_air: bool = False
    ) -> None:
        """Adds light round a point, fading out at `radius`: on what is painted there, or in the air too."""
        part, fall = self._round(x, y, radius)
        tints = *light, (_AIRGLOW if in_air else 0.0)
        light_there = cv2.merge([fall * np.float32(strength * tint) for tint in tints])
        cv2.add(part, light_there, part, None, cv2.CV_8U)
        if in_air:
            part[..., 3] = part.max(2)

    def texture(self, *, opaque: bool = False) -> Texture:
        """The finished sheet."""
        reduced = cv2.resize(self.pixels, self._size, interpolation=cv2.INTER_AREA)
        # Light and shade were laid on without regard to alpha; premultiplied colour is never above it.
        alpha = cv2.merge([cv2.extractChannel(reduced, 3)] * 4)
        return Texture(np.asarray(cv2.min(reduced, alpha), np.uint8), opaque=opaque)

    def _points(self, points: npt.ArrayLike) -> npt.NDArray[np.int32]:
        """Metres to OpenCV's fixed point."""
        metres = np.asarray(points, np.float64).reshape(-1, 2)
        x, y = metres[:, 0] * self._scale[0], (self.height - metres[:, 1]) * self._scale[1]
        return np.round(np.column_stack([x - 0.5, y - 0.5]) * (1 << _SHIFT)).astype(np.int32)

    def _round(self, x: float, y: float, radius: float) -> tuple[Pixels, npt.NDArray[np.float32]]:
        """The sheet round a point, and how near each of its pixels is: 1 there, 0 at `radius`."""
        rows, columns = self.pixels.shape[:2]
        left, right = (int(np.clip((x + side) * self._scale[0], 0, columns)) for side in (-radius, radius))
        high, low = (
            int(np.clip((self.height - y + side) * self._scale[1], 0, rows)) for side in (-radius, radius)
        )
        across = np.arange(left, right, dtype=np.float32)[None, :] / self._scale[0] - x
        up = self.height - np.arange(high, low, dtype=np.float32)[:, None] / self._scale[1] - y
        fall = np.clip(1 - np.hypot(across, up) / radius, 0, 1) ** 2
        return self.pixels[high:low, left:right], fall.astype(np.float32)

    def _multiply(self, factors: npt.ArrayLike) -> None:
        cv2.multiply(self.pixels, np.asarray(factors), self.pixels, 1, cv2.CV_8U)


def _span(inside: npt.ArrayLike) -> tuple[int, int]:
    """The first and one past the last index that is not 0."""
    at = np.flatnonzero(inside)
    return (int(at[0]), int(at[-1]) + 1) if len(at) else (0, 0)


def _arc(x: float, y: float, rx: float, ry: float, begin: float, end: float) -> npt.NDArray[np.float64]:
    angles = np.linspace(begin, end, 40)
    return np.column_stack([x + rx * np.cos(angles), y + ry * np.sin(angles)])
