"""What a head's inertial sensor says. Knows no device."""

from dataclasses import dataclass

from overglass_protocol.pose import Vector


@dataclass(frozen=True, slots=True)
class ImuSample:
    """One reading, in the head's own axes (those of `overglass_protocol.pose`)."""

    time: float
    "When it was measured, seconds on this machine's monotonic clock, as the device believes."
    gyro: Vector
    "Angular velocity, radians per second."
    accel: Vector
    "Specific force, metres per second squared: (0, 9.81, 0) in a head that is upright and at rest."
