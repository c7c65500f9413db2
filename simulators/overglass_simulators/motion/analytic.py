"""Motions that a formula gives, one axis at a time: standing, turning, looking to and fro.

Their derivatives are exact, so that what is measured against them has no error of its own.
"""

import math
from dataclasses import dataclass
from typing import Literal

from overglass_protocol.pose import Pose, Vector
from overglass_protocol.rotation import about

EYES = 1.66
"Metres from the ground to a standing person's eyes."
STANDING: Vector = (2.9, EYES, 0.0)
"Where somebody stands who does not walk: beside the street's middle, a step from where `Walk` sets out."

Axis = Literal["yaw", "pitch", "roll"]
"To the left about y, up about x, to the left shoulder about z."
_AXES: dict[Axis, Vector] = {"yaw": (0.0, 1.0, 0.0), "pitch": (1.0, 0.0, 0.0), "roll": (0.0, 0.0, 1.0)}


@dataclass(frozen=True, slots=True)
class Still:
    """Looks straight ahead, along -z."""

    place: Vector = STANDING

    def pose(self, time: float) -> Pose:
        return Pose((1.0, 0.0, 0.0, 0.0), position=self.place)


@dataclass(frozen=True, slots=True)
class Constant:
    """Turns on the spot at a constant rate."""

    rate: float = math.radians(30)
    "Radians a second."
    axis: Axis = "yaw"
    place: Vector = STANDING

    def pose(self, time: float) -> Pose:
        return _about(self.axis, self.rate * time, self.rate, self.place)


@dataclass(frozen=True, slots=True)
class Sinusoidal:
    """Looks to and fro, straight ahead and fastest at the start."""

    amplitude_degrees: float
    "From the middle to either side."
    hertz: float
    axis: Axis = "yaw"
    place: Vector = STANDING

    def pose(self, time: float) -> Pose:
        amplitude, frequency = math.radians(self.amplitude_degrees), 2 * math.pi * self.hertz
        angle = amplitude * math.sin(frequency * time)
        rate = amplitude * frequency * math.cos(frequency * time)
        return _about(self.axis, angle, rate, self.place)


def _about(axis: Axis, angle: float, rate: float, place: Vector) -> Pose:
    """Turned about one axis, which is then the same in the head and in the world."""
    x, y, z = _AXES[axis]
    return Pose(about((x * angle, y * angle, z * angle)), (x * rate, y * rate, z * rate), place)
