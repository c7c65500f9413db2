"""What characters are drawn with: smooth shapes in a head's own units, painted once with light and shade, and
quick ones that are drawn anew for every picture.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from overglass_cloud.engines.stage.head import Drawing, Frame

Field = NDArray[Any]
"float32, (height, width), or (height, width, 3) of colours 0 to 1."
Outline = Sequence[tuple[float, float]] | NDArray[Any]
"(n, 2): u, v."
Ink = tuple[int, int, int]
"Red, green, blue, 0 to 255."

LIGHT = np.array((-0.42, -0.62, 0.66))
"From where light falls: the left, above, the front."


def ink(code: str) -> Ink:
    """A colour from its six hexadecimal digits."""
    return int(code[:2], 16), int(code[2:4], 16), int(code[4:], 16)


def mirrored(half: Outline) -> NDArray[Any]:
    """A whole outline from its right half, from the top down."""
    right = np.asarray(half, np.float64)
    return np.concatenate([right, right[::-1] * (-1, 1)])


def smooth(points: Outline, steps: int = 8) -> NDArray[Any]:
    """A closed curve through the points (Catmull and Rom 1974, centripetal would not be seen here)."""
    p = np.asarray(points, np.float64)
    before, after, last = np.roll(p, 1, 0), np.roll(p, -1, 0), np.roll(p, -2, 0)
    t = np.linspace(0, 1, steps, endpoint=False)[:, None, None]
    curve = 0.5 * (
        2 * p + (after - before) * t + (2 * before - 5 * p + 4 * after - last) * t**2
        + (3 * p - before - 3 * after + last) * t**3
    )  # fmt: skip
    return np.asarray(curve.transpose(1, 0, 2).reshape(-1, 2))


def stroke(points: Outline, width: float, taper: float = 0.25) -> NDArray[Any]:
    """The outline of a line through the points, thinner towards its ends by `taper`."""
    p = np.asarray(points, np.float64)
    along = np.gradient(p, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    t = np.linspace(-1, 1, len(p))[:, None]
    half = 0.5 * width * (1 - (1 - taper) * t * t)
    side = np.stack([-along[:, 1], along[:, 0]], axis=1) * half
    return np.concatenate([p + side, (p - side)[::-1]])


def oval(u: float, v: float, wide: float, high: float, turn: float = 0.0, count: int = 28) -> NDArray[Any]:
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    x, y = wide * np.cos(angles), high * np.sin(angles)
    c, s = np.cos(turn), np.sin(turn)
    return np.stack([u + c * x - s * y, v + s * x + c * y], axis=1)


class Easel:
    """A frame at some scale, to paint with care."""

    def __init__(self, frame: Frame, scale: float) -> None:
        self.frame, self.scale = frame, scale
        self.size = round((frame.bottom - frame.top) * scale), round((frame.right - frame.left) * scale)
        rows, columns = (np.arange(side, dtype=np.float32) + 0.5 for side in self.size)
        self.u: Field = (frame.left + columns / scale)[None, :]
        self.v: Field = (frame.top + rows / scale)[:, None]

    def shape(self, outline: Outline, soft: float = 0.0) -> Field:
        """What is inside, 0 to 1, with an edge that is soft by so many units."""
        drawn = np.zeros(self.size, np.uint8)
        fill(drawn, self.frame, self.scale, outline, 255)
        field = drawn.astype(np.float32) / 255
        return self.blur(field, soft) if soft else field

    def blur(self, field: Field, units: float) -> Field:
        """Blurred; what is broad is worked out small."""
        sigma = units * self.scale
        small = max(1, int(sigma / 3))
        if small == 1:
            return np.asarray(cv2.GaussianBlur(field, (0, 0), max(sigma, 0.3)))
        less = cv2.resize(field, None, fx=1 / small, fy=1 / small, interpolation=cv2.INTER_AREA)
        less = cv2.GaussianBlur(less, (0, 0), sigma / small)
        return np.asarray(cv2.resize(less, self.size[::-1], interpolation=cv2.INTER_LINEAR))

    def noise(self, rng: np.random.Generator, u: float, v: float) -> Field:
        """Smooth noise about 0, with blobs so many units wide and high."""
        frame = self.frame
        cells = int((frame.bottom - frame.top) / v) + 2, int((frame.right - frame.left) / u) + 2
        coarse = rng.standard_normal(cells, np.float32)
        return np.asarray(cv2.resize(coarse, self.size[::-1], interpolation=cv2.INTER_CUBIC))

    def bump(self, u: float, v: float, wide: float, high: float) -> Field:
        """A hill, 1 at its top."""
        return np.asarray(np.exp(-(((self.u - u) / wide) ** 2) - ((self.v - v) / high) ** 2))

    def lit(self, heights: Field, gain: float = 1.0) -> Field:
        """How brightly a relief is lit, about 1 where it faces the camera."""
        down, across = np.gradient(heights * np.float32(gain * self.scale))
        facing = (LIGHT[2] - LIGHT[0] * across - LIGHT[1] * down) / np.sqrt(1 + across**2 + down**2)
        return np.asarray(facing / LIGHT[2], np.float32)

    def drawing(self, colours: Field, cover: Field) -> Drawing:
        premultiplied = np.clip(colours, 0, 1) * cover[..., None]
        both = np.concatenate([premultiplied, cover[..., None]], axis=2)
        return np.asarray(np.rint(both * 255), np.uint8)


def paint(colours: Field, code: str, share: Field | float) -> None:
    """Lays a colour over the colours, as much of it as `share` says."""
    one = np.array(ink(code), np.float32) / 255
    share = share[..., None] if isinstance(share, np.ndarray) else share
    colours += (one - colours) * share


def fill(drawn: NDArray[np.uint8], frame: Frame, scale: float, outline: Outline, colour: Any) -> None:
    """Fills an outline, in units, with smooth edges."""
    corners = (np.asarray(outline, np.float64) - (frame.left, frame.top)) * scale - 0.5
    cv2.fillPoly(drawn, [np.rint(corners * 16).astype(np.int32)], colour, cv2.LINE_AA, 4)
