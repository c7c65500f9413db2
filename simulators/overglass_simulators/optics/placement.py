"""Where a display lies in a wearer's view, and its picture brought there.

Both look the same way through their middles, so a display's pixels only have to be scaled. Knows no light.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from overglass_protocol.pose import Intrinsics
from overglass_simulators.devices.device import DisplayModel
from overglass_simulators.optics.transfer import Picture

SMOOTH = 4
"A circle's edge is drawn so many times as large and averaged down."


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Whole pixels of the view, the right and the lower bound exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def slices(self) -> tuple[slice, slice]:
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def size(self) -> tuple[int, int]:
        """Width, height."""
        return self.right - self.left, self.bottom - self.top


def eye_view(width: int, height: int, field_of_view: float) -> Intrinsics:
    """What one eye looks at, as a pinhole picture: `field_of_view` in radians across its width."""
    focal = width / (2 * math.tan(field_of_view / 2))
    return Intrinsics(width, height, focal, focal, (width - 1) / 2, (height - 1) / 2)


class Placement:
    """Brings pictures of a display into a view. Works out once what is the same for every picture."""

    def __init__(self, display: DisplayModel, eye: Intrinsics) -> None:
        self._display = display
        screen = display.intrinsics()
        self._scale = eye.fx / screen.fx, eye.fy / screen.fy
        self._origin = eye.cx - self._scale[0] * screen.cx, eye.cy - self._scale[1] * screen.cy
        self.rectangle = self._covered(eye)

    def _covered(self, eye: Intrinsics) -> Rectangle:
        """The pixels whose centre the display covers; a pixel of its own reaches half its width further."""
        (sx, sy), (ox, oy), display = self._scale, self._origin, self._display
        return Rectangle(
            max(0, math.ceil(ox - sx / 2)),
            max(0, math.ceil(oy - sy / 2)),
            min(eye.width, math.floor(ox + sx * (display.width - 0.5)) + 1),
            min(eye.height, math.floor(oy + sy * (display.height - 0.5)) + 1),
        )

    def place(self, shown: Picture) -> Picture:
        """`shown`, of any size in the proportions of the display, as the pixels of `rectangle`.

        Black where a round display is not lit. What is finer than the view is averaged to it, so that no thin
        line is lost.
        """
        screen = self._display.width, self._display.height
        finer = int(shown.shape[1] / (screen[0] * self._scale[0]))
        if finer > 1:
            size = (max(1, shown.shape[1] // finer), max(1, shown.shape[0] // finer))
            shown = np.asarray(cv2.resize(shown, size, interpolation=cv2.INTER_AREA), np.uint8)
        matrix = np.zeros((2, 3))
        for axis, at in ((0, self.rectangle.left), (1, self.rectangle.top)):
            ratio = screen[axis] / shown.shape[1 - axis]
            matrix[axis, axis] = self._scale[axis] * ratio
            matrix[axis, 2] = self._origin[axis] + self._scale[axis] * (ratio - 1) / 2 - at
        placed = cv2.warpAffine(
            shown, matrix, self.rectangle.size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        if self._display.round:
            placed = cv2.multiply(placed, self._lit, scale=1 / 255)
        return np.asarray(placed, np.uint8)

    @cached_property
    def _lit(self) -> npt.NDArray[np.uint8]:
        """(height, width, 3) over `rectangle`: how much of each pixel lies in a round display, 0 to 255."""
        middle = [self._origin[n] + self._scale[n] * (self._display.width - 1) / 2 for n in (0, 1)]
        x, y = (
            (np.arange(side * SMOOTH) + 0.5) / SMOOTH - 0.5 + at - of
            for side, at, of in zip(
                self.rectangle.size, (self.rectangle.left, self.rectangle.top), middle, strict=True
            )
        )
        radius = self._scale[0] * self._display.width / 2
        inside = ((x[None, :] ** 2 + y[:, None] ** 2) <= radius**2).astype(np.uint8) * 255
        small = cv2.resize(inside, self.rectangle.size, interpolation=cv2.INTER_AREA)
        return np.repeat(np.asarray(small, np.uint8)[:, :, None], 3, axis=2)
