"""A painted place to stand before: layers of a panorama that runs round, each at a depth of its own.

What is near moves more than what is far when the camera turns, and some layers drift by themselves. A place
is painted once, large; a `Backdrop` is the place at one picture's size. Knows no person and no session.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from overglass_cloud.engines.planes import Levels, Plane, Planes, light_of, to_planes

Colours = NDArray[Any]
"float32, (height, width, 3): red, green, blue, 0 to 1."
Share = NDArray[Any]
"float32, (height, width): how much of what lies behind is covered, 0 to 1."

HEIGHT = 600
"Pixels that places are painted in. Somebody stands before them, so that they need not be finer."
ROUND = 2048
"Pixels once around, so that a place is wider than any picture of it."
SLACK = 0.12
"Of the picture's height, by how much a place is higher: half above, half below."
FAR = 0.6
"""How much of the camera's motion what is farthest takes part in. Where a camera only turns that would be all
of it; less makes a place deep."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One sheet of a place, (HEIGHT, ROUND), seamless from right to left."""

    colours: Colours
    share: Share | None = None
    "None: it covers everything."
    depth: float = 0.0
    "0 is as far as the sky, 1 as near as the room."
    drift: float = 0.0
    "Of the picture's width a second, to the left."
    glows: bool = False
    "Light, which is added to what lies behind and covers nothing."


Place = Callable[[np.random.Generator], Sequence[Layer]]
"Paints a place, from the back to the front."


@dataclass(frozen=True, slots=True, eq=False)
class _Sheet:
    planes: Planes
    "One round and a picture wide; already multiplied by the share, if there is one."
    rest: tuple[Plane, Plane] | None
    "255 less the share, for luma and for colour."
    depth: float
    drift: float
    glows: bool


class Backdrop:
    """A place at one picture's size."""

    def __init__(self, layers: Sequence[Layer], size: tuple[int, int], scale: Levels) -> None:
        """`size` is (height, width), even both."""
        self.size = size
        height, width = size
        self._slack = 2 * round(SLACK * height / 2)
        tall = height + self._slack
        self.round = max(2 * round(ROUND * tall / HEIGHT / 2), 2 * (width // 2))
        self._white = scale.black + scale.luma
        self._sheets = [self._sheet(layer, (tall, self.round), scale) for layer in layers]

    def view(self, x: float, y: float, seconds: float) -> Planes:
        """What is seen when the room has moved by (x, y) pixels across the picture, after so many seconds."""
        base, *over = self._sheets
        luma, cb, cr = self._part(base, x, y, seconds)[0]
        for sheet in over:
            (ours, ours_cb, ours_cr), rest = self._part(sheet, x, y, seconds)
            if rest is None:
                luma = np.minimum(cv2.add(luma, ours), self._white).astype(np.uint8)
                cb, cr = _tinted(cb, ours_cb), _tinted(cr, ours_cr)
            else:
                luma = _over(luma, ours, rest[0])
                cb, cr = _over(cb, ours_cb, rest[1]), _over(cr, ours_cr, rest[1])
        return luma, cb, cr

    def _part(
        self, sheet: _Sheet, x: float, y: float, seconds: float
    ) -> tuple[Planes, tuple[Plane, Plane] | None]:
        height, width = self.size
        share = FAR + (1 - FAR) * sheet.depth
        left = int(sheet.drift * seconds * width - x * share) % self.round // 2
        top = int(np.clip(self._slack / 2 - y * share, 0, self._slack)) // 2

        def cut(plane: Plane, fine: int) -> Plane:
            return plane[fine * top : fine * top + fine * height // 2, fine * left :][:, : fine * width // 2]

        luma, cb, cr = sheet.planes
        rest = None if sheet.rest is None else (cut(sheet.rest[0], 2), cut(sheet.rest[1], 1))
        return (cut(luma, 2), cut(cb, 1), cut(cr, 1)), rest

    def _sheet(self, layer: Layer, size: tuple[int, int], scale: Levels) -> _Sheet:
        half = (size[0] // 2, size[1] // 2)
        colours = _sized(layer.colours, size)
        y, cb, cr = to_planes(light_of(colours), scale)
        rest = None
        if layer.glows:
            y = y - scale.black
        elif layer.share is not None:
            shares = [_sized(layer.share, each) for each in (size, half)]
            y, cb, cr = (
                np.rint(plane * share).astype(np.uint8)
                for plane, share in zip((y, cb, cr), (shares[0], shares[1], shares[1]), strict=True)
            )
            rest = self._around(_rest(shares[0])), self._around(_rest(shares[1]))
        return _Sheet(
            (self._around(y), self._around(cb), self._around(cr)), rest, layer.depth, layer.drift, layer.glows
        )

    def _around(self, plane: Plane) -> Plane:
        """The plane with its beginning once more behind its end, so that any view is one piece."""
        return np.concatenate([plane, plane[:, : self.size[1] * plane.shape[1] // self.round]], axis=1)


def _over(behind: Plane, ours: Plane, rest: Plane) -> Plane:
    return np.asarray(cv2.add(cv2.multiply(behind, rest, scale=1 / 255), ours), np.uint8)


def _tinted(behind: Plane, ours: Plane) -> Plane:
    """Colour differences added, both about 128."""
    return np.asarray(cv2.addWeighted(behind, 1, ours, 1, -128), np.uint8)


def _sized(field: Colours, size: tuple[int, int]) -> Colours:
    way = cv2.INTER_AREA if size[0] < field.shape[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(field, size[::-1], interpolation=way), np.float32)


def _rest(share: Share) -> Plane:
    return np.asarray(np.rint(255 - 255 * share), np.uint8)
