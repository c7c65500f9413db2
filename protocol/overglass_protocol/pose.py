"""Where a head is and how a camera sees: poses and intrinsics, as plain numbers.

Knows nothing of pictures, transport or clocks. World axes are right-handed, y up; a camera looks
along -z with x to its right (the convention of OpenXR and OpenGL).
"""

from dataclasses import dataclass
from typing import Self

Vector = tuple[float, float, float]
Quaternion = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Pose:
    """A head's orientation and motion at the moment of capture."""

    orientation: Quaternion
    "Unit quaternion (w, x, y, z) that turns head coordinates into world coordinates."
    angular_velocity: Vector = (0.0, 0.0, 0.0)
    "Radians per second about the head's own axes."
    position: Vector = (0.0, 0.0, 0.0)
    "Metres in the world; zero where the device does not know."


@dataclass(frozen=True, slots=True)
class Intrinsics:
    """A pinhole camera's projection, in pixels of a picture of `width` by `height`."""

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float

    def scaled_to(self, width: int, height: int) -> Self:
        """The same camera seen through a resized picture."""
        sx, sy = width / self.width, height / self.height
        return type(self)(width, height, self.fx * sx, self.fy * sy, self.cx * sx, self.cy * sy)
