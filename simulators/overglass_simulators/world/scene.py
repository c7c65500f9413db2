"""What a world is made of: flat panels in space, and the pinhole that sees them.

Knows nothing of what the panels show. Axes are those of `overglass_protocol.pose`.
"""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from overglass_protocol import rotation
from overglass_protocol.pose import Intrinsics, Pose
from overglass_simulators.world.texture import Colour, Texture

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """A texture stretched over a parallelogram, seen from its front."""

    plane: Array
    """(3, 3): its columns are the vector along the texture's top edge to the right, the vector down
    its left edge, and the place of its top left corner; metres in the world."""
    texture: Texture
    hazy: bool = True
    "Whether distance fades it."
    two_sided: bool = False
    "Whether it is seen from behind too, mirrored."
    reach: float = math.inf
    "Metres at which it has faded away; small things are too many to be painted as far as one can see."


def panel(
    corner: npt.ArrayLike,
    right: npt.ArrayLike,
    down: npt.ArrayLike,
    texture: Texture,
    *,
    hazy: bool = True,
    two_sided: bool = False,
    reach: float = math.inf,
) -> Panel:
    """A panel from its top left corner and its two edges, in metres."""
    return Panel(
        np.stack([np.asarray(edge, np.float64) for edge in (right, down, corner)], 1),
        texture,
        hazy,
        two_sided,
        reach,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """A texture that stands upright and turns to whoever looks: what is round, or too thin to tell."""

    foot: Array
    "(3,): the middle of its lower edge, metres in the world."
    width: float
    height: float
    texture: Texture
    hazy: bool = True
    reach: float = math.inf

    def facing(self, eye: Array) -> Panel:
        """As it stands before `eye` (3,)."""
        x, y, z = self.foot.tolist()
        away_x, away_z = x - float(eye[0]), z - float(eye[2])
        scale = self.width / max(math.hypot(away_x, away_z), 1e-6)
        right_x, right_z = -away_z * scale, away_x * scale
        plane = np.array(
            [
                [right_x, 0.0, x - right_x / 2],
                [0.0, -self.height, y + self.height],
                [right_z, 0.0, z - right_z / 2],
            ]
        )
        return Panel(plane, self.texture, self.hazy, reach=self.reach)


@dataclass(frozen=True, slots=True)
class Haze:
    """Air: what is far takes on its colour."""

    colour: Colour
    begins: float
    "Metres at which it is first felt."
    depth: float
    "Metres beyond that, after which a third of the contrast is left."
    ends: float
    "Metres at which nothing else is seen."

    def share(self, distances: Array) -> Array:
        """How much of the colour at those distances is haze, 0 to 1."""
        clear = np.exp(-np.maximum(distances - self.begins, 0) / self.depth)
        last = np.clip((self.ends - distances) / (0.2 * self.ends), 0, 1)
        return np.asarray(1 - clear * last, np.float64)


class Scene(Protocol):
    """Something to look at."""

    haze: Haze

    def panels(self, eye: Array, time: float) -> list[Panel]:
        """What may be seen from `eye` (3,) at `time` seconds, in the order to paint it: far to near."""
        ...


def projection(intrinsics: Intrinsics, pose: Pose) -> Array:
    """(3, 3) that takes (point - position) to homogeneous pixels; the third is the depth in metres."""
    lens = np.array(
        [
            [intrinsics.fx, 0.0, -intrinsics.cx],
            [0.0, -intrinsics.fy, -intrinsics.cy],
            [0.0, 0.0, -1.0],
        ]
    )
    return np.asarray(lens @ rotation.matrix(pose.orientation).T, np.float64)


def project(points: Array, intrinsics: Intrinsics, pose: Pose) -> Array:
    """(n, 3) points in the world to (n, 3): column, row and depth. Behind the camera depth is negative.

    Beside it, where depth is 0, column and row are infinite or no numbers.

    The centre of the pixel in column i and row j is at (i, j).
    """
    seen = (points - np.array(pose.position)) @ projection(intrinsics, pose).T
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.column_stack([seen[:, :2] / seen[:, 2:], seen[:, 2]])


def pinhole(width: int, height: int, field: float) -> Intrinsics:
    """A camera of `field` radians from the left edge to the right, looking through its middle."""
    focal = width / (2 * math.tan(field / 2))
    return Intrinsics(width, height, focal, focal, (width - 1) / 2, (height - 1) / 2)
