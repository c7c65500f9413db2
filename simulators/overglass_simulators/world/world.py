"""The generated world: a scene, the walk through it and the camera that sees it, in one."""

import math

import numpy as np
import numpy.typing as npt

from overglass_protocol.pose import Pose
from overglass_simulators.motion.walk import Walk
from overglass_simulators.world.render import Renderer
from overglass_simulators.world.scene import Scene, pinhole
from overglass_simulators.world.street import Street

FIELD = math.radians(75)
"Field of view from left to right: between a phone's and a headset's."


class World:
    """A walk down an endless street at sundown. The same arguments give the same pictures, byte for byte.

    Not safe for several threads at once.
    """

    def __init__(
        self,
        seed: int = 0,
        width: int = 848,
        height: int = 480,
        *,
        field: float = FIELD,
        scene: Scene | None = None,
    ) -> None:
        """`width` and `height` even; `field` of view in radians from left to right."""
        if width % 2 or height % 2:
            raise ValueError(f"a picture of {width}x{height} cannot be 4:2:0: both have to be even")
        self.intrinsics = pinhole(width, height, field)
        self.scene: Scene = scene or Street(seed, focal=self.intrinsics.fx)
        self._walk = Walk()
        self._renderer = Renderer(self.intrinsics, self.scene.haze)

    def path(self, time: float) -> Pose:
        """Where the walker's head is at `time` seconds; the angular velocity is the exact derivative."""
        return self._walk.pose(time)

    def render(self, time: float, pose: Pose | None = None) -> npt.NDArray[np.uint8]:
        """What is seen at `time` seconds, from `pose` or else from the walk: (height, width, 3), BGR.

        A pixel's centre is at its whole-numbered column and row (see `scene.project`).
        """
        pose = pose or self.path(time)
        return self._renderer.render(self.scene.panels(np.array(pose.position), time), pose)
