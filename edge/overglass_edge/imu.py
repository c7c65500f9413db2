"""The face of sources that have a head's inertial sensor beside them. Knows no device."""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from overglass_protocol.imu import ImuSample


@runtime_checkable
class Sensing(Protocol):
    """A camera with an inertial sensor beside it."""

    sense: Callable[[Sequence[ImuSample]], None]
    """Hears samples in order, each once; called on the event loop. Whoever wants to hear sets it before
    entering."""
