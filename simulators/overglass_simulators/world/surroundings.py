"""The face of whatever simulated glasses may look at: generated or recorded. Knows neither."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from overglass_protocol.pose import Intrinsics, Pose
from overglass_simulators.world.fiducials import Fiducial


class Surroundings(Protocol):
    """Something to look at, from any pose. Not for several threads at once."""

    @property
    def intrinsics(self) -> Intrinsics: ...

    @property
    def fiducials(self) -> tuple[Fiducial, ...]:
        """Marks at known points that are in its pictures; none in recorded ones."""

    def render(self, time: float, pose: Pose | None = None) -> npt.NDArray[np.uint8]:
        """What is seen at `time` seconds, from `pose` or else from `path`: (height, width, 3), BGR.

        A new array each time, which nobody else writes to.
        """
        ...

    def path(self, time: float) -> Pose:
        """Where its own wearer's head is at `time` seconds."""
        ...

    def seen_by(self, intrinsics: Intrinsics) -> "Surroundings":
        """The same before another camera."""
        ...
