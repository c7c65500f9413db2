"""What a head's inertial sensor says, and the face of sources that have one. Knows no device."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

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


@runtime_checkable
class Sensing(Protocol):
    """A camera with an inertial sensor beside it."""

    sense: Callable[[Sequence[ImuSample]], None]
    """Hears samples in order, each once; called on the event loop. Whoever wants to hear sets it before
    entering."""
