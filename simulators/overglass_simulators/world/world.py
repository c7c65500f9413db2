"""The generated world: a scene, the walk through it and the camera that sees it, in one."""

import math
from collections.abc import Sequence
from copy import copy

import numpy as np
import numpy.typing as npt

from overglass_protocol.pose import Intrinsics, Pose
from overglass_simulators.motion import Motion
from overglass_simulators.motion.walk import Walk
from overglass_simulators.world.fiducials import Fiducial, Marks, around
from overglass_simulators.world.render import Renderer
from overglass_simulators.world.scene import Panel, Scene, pinhole
from overglass_simulators.world.street import Street

FIELD = math.radians(75)
"Field of view from left to right: between a phone's and a headset's."


class World:
    """A walk down an endless street at sundown, or another scene.

    The same arguments give the same pictures, byte for byte. Not safe for several threads at once.
    """

    def __init__(
        self,
        seed: int = 0,
        width: int = 848,
        height: int = 480,
        *,
        field: float = FIELD,
        scene: Scene | None = None,
        motion: Motion | None = None,
        fiducials: bool | Sequence[Fiducial] = False,
    ) -> None:
        """`width` and `height` even; `field` of view in radians from left to right.

        Without a `scene` it is a street, without a `motion` a walk. `fiducials` are painted in: those
        given, or those around a standing head.
        """
        if width % 2 or height % 2:
            raise ValueError(f"a picture of {width}x{height} cannot be 4:2:0: both have to be even")
        self.intrinsics = pinhole(width, height, field)
        self.scene: Scene = scene or Street(seed, focal=self.intrinsics.fx)
        self.fiducials = _asked(fiducials)
        self._motion: Motion = motion or Walk()
        self._marks = Marks(self.fiducials)
        self._renderer = Renderer(self.intrinsics, self.scene.haze)

    def seen_by(self, intrinsics: Intrinsics) -> "World":
        """The same world before another camera; it shares what was painted, so one thread has both."""
        world = copy(self)
        world.intrinsics = intrinsics
        world._renderer = Renderer(intrinsics, self.scene.haze)
        return world

    def path(self, time: float) -> Pose:
        """Where its own wearer's head is at `time` seconds; the angular velocity is the exact derivative."""
        return self._motion.pose(time)

    def render(self, time: float, pose: Pose | None = None) -> npt.NDArray[np.uint8]:
        """What is seen at `time` seconds, from `pose` or else from `path`: (height, width, 3), BGR.

        A pixel's centre is at its whole-numbered column and row (see `scene.project`).
        """
        pose = pose or self.path(time)
        return self._renderer.render(self._panels(time, pose), pose)

    def depths(self, time: float, pose: Pose | None = None) -> npt.NDArray[np.float32]:
        """Metres to what `render` shows: (height, width), along the camera's axis, exact.

        Infinite for the sky and what is as far. Takes about ten times as long as the picture.
        """
        pose = pose or self.path(time)
        return self._renderer.depths(self._panels(time, pose), pose)

    def _panels(self, time: float, pose: Pose) -> list[Panel]:
        eye = np.array(pose.position)
        return [*self.scene.panels(eye, time), *self._marks.panels(eye)]


def _asked(fiducials: bool | Sequence[Fiducial]) -> tuple[Fiducial, ...]:
    if isinstance(fiducials, bool):
        return around() if fiducials else ()
    return tuple(fiducials)
