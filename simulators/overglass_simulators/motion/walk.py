"""Where the street leads and how somebody walks along it, with exact derivatives.

Knows nothing of what stands there. The street runs towards -z without end.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from overglass_protocol.pose import Pose, Vector
from overglass_protocol.rotation import from_angles
from overglass_simulators.motion.analytic import EYES

Wave = tuple[float, float, float]
"Amplitude, angular frequency, phase."

_SWEEP: Sequence[Wave] = ((9.0, 0.020, 0.0), (2.0, 0.040, 1.1))
"The street's middle line: metres to the right at -z metres along."
_STRIDES = 2 * math.pi * 1.75
"Steps, as angular frequency: 1.75 a second is a common walk (Winter, Biomechanics of gait)."


def swing(waves: Sequence[Wave], at: float) -> tuple[float, float, float]:
    """A sum of sines: its value, its slope and its slope's slope."""
    value = slope = bend = 0.0
    for amplitude, frequency, phase in waves:
        sine, cosine = math.sin(frequency * at + phase), math.cos(frequency * at + phase)
        value += amplitude * sine
        slope += amplitude * frequency * cosine
        bend -= amplitude * frequency * frequency * sine
    return value, slope, bend


def middle(along: float) -> tuple[float, float, float]:
    """The street's middle line `along` metres towards -z: x, its slope, and its slope's slope."""
    return swing(_SWEEP, along)


@dataclass(frozen=True, slots=True)
class Walk:
    """Somebody walking down the street and looking about."""

    speed: float = 1.9
    "Metres per second towards -z."
    eyes: float = EYES
    "Metres above the ground."
    beside: float = 1.1
    "Metres to the right of the street's middle."
    glance: Sequence[Wave] = ((0.20, 0.43, 0.4), (0.09, 1.07, 2.0), (0.012, _STRIDES / 2, 0.0))
    "Yaw besides the street's own, radians to the left."
    nod: Sequence[Wave] = ((0.035, 0.61, 1.0), (0.007, _STRIDES, 0.5))
    "Pitch besides `lift`, radians up."
    lift: float = 0.075
    tilt: Sequence[Wave] = ((0.008, _STRIDES / 2, 0.9), (0.010, 0.37, 0.0))
    "Roll, radians to the left."
    bounce: Sequence[Wave] = ((0.022, _STRIDES, 0.0),)
    "Height besides `eyes`, metres."

    def pose(self, time: float) -> Pose:
        """Where the head is at `time` seconds, and how fast it turns just then."""
        along = self.speed * time
        x, slope, bend = middle(along)
        glance, glance_rate, _ = swing(self.glance, time)
        nod, nod_rate, _ = swing(self.nod, time)
        tilt, tilt_rate, _ = swing(self.tilt, time)
        # The street's own heading is the angle whose tangent is its slope, to the right.
        yaw = glance - math.atan(slope)
        yaw_rate = glance_rate - self.speed * bend / (1 + slope * slope)
        pitch = self.lift + nod
        return Pose(
            orientation=from_angles(yaw, pitch, tilt),
            angular_velocity=_own_axes(pitch, tilt, (yaw_rate, nod_rate, tilt_rate)),
            position=(x + self.beside, self.eyes + swing(self.bounce, time)[0], -along),
        )


def _own_axes(pitch: float, roll: float, rates: Vector) -> Vector:
    """Rates of yaw, pitch and roll, as an angular velocity about the head's own axes.

    omega = Rz(-roll) (Rx(-pitch) (0, yaw', 0) + (pitch', 0, 0)) + (0, 0, roll').
    """
    yaw_rate, pitch_rate, roll_rate = rates
    x, y, z = pitch_rate, yaw_rate * math.cos(pitch), -yaw_rate * math.sin(pitch)
    c, s = math.cos(roll), math.sin(roll)
    return c * x + s * y, -s * x + c * y, z + roll_rate
