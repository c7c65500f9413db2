"""How a head moves: what drives the simulated glasses through a world, known exactly at any time."""

from typing import Protocol

from overglass_protocol.pose import Pose


class Motion(Protocol):
    """A head's way. The same time always gives the same pose."""

    def pose(self, time: float) -> Pose:
        """Where the head is at `time` seconds; the angular velocity is the exact derivative."""
        ...
