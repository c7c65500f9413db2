"""Arithmetic of orientations: unit quaternions (w, x, y, z) and turning, in the axes of `pose`.

A head's orientation turns head coordinates into world coordinates. Plain numbers in and out, but for
`matrix`. Knows no cameras and no clocks.
"""

import math

import numpy as np
import numpy.typing as npt

from overglass_protocol.pose import Quaternion, Vector

IDENTITY: Quaternion = (1.0, 0.0, 0.0, 0.0)


def multiply(first: Quaternion, second: Quaternion) -> Quaternion:
    """The turn by `second`, then by `first` (Hamilton's product)."""
    a, b, c, d = first
    w, x, y, z = second
    return (
        a * w - b * x - c * y - d * z,
        a * x + b * w + c * z - d * y,
        a * y - b * z + c * w + d * x,
        a * z + b * y - c * x + d * w,
    )


def inverse(of: Quaternion) -> Quaternion:
    w, x, y, z = of
    return w, -x, -y, -z


def normalised(of: Quaternion) -> Quaternion:
    """The same orientation at length 1. Raises ValueError for one without a length."""
    length = math.sqrt(sum(part * part for part in of))
    if not 1e-9 < length < math.inf:
        raise ValueError(f"{of} is no orientation")
    w, x, y, z = (part / length for part in of)
    return w, x, y, z


def about(rotation: Vector) -> Quaternion:
    """A turn by the length of `rotation` in radians about its direction (the exponential map)."""
    angle = math.sqrt(sum(part * part for part in rotation))
    share = 0.5 - angle * angle / 48 if angle < 1e-4 else math.sin(angle / 2) / angle
    x, y, z = rotation
    return math.cos(angle / 2), share * x, share * y, share * z


def rotation_of(quaternion: Quaternion) -> Vector:
    """The inverse of `about`: direction times radians, the shorter way round."""
    w, x, y, z = quaternion if quaternion[0] >= 0 else (-part for part in quaternion)
    sine = math.sqrt(x * x + y * y + z * z)
    share = 2.0 if sine < 1e-9 else 2 * math.atan2(sine, w) / sine
    return share * x, share * y, share * z


def turned(orientation: Quaternion, angular_velocity: Vector, seconds: float) -> Quaternion:
    """Where a head is after turning for so long at a constant rate about its own axes (radians a second)."""
    x, y, z = angular_velocity
    return multiply(orientation, about((x * seconds, y * seconds, z * seconds)))


def angle(first: Quaternion, second: Quaternion) -> float:
    """Radians from one orientation to the other."""
    return math.sqrt(sum(part * part for part in rotation_of(multiply(inverse(first), second))))


def from_angles(yaw: float, pitch: float, roll: float) -> Quaternion:
    """Turns by yaw about y, then pitch about the new x, then roll about the new z; radians."""
    return multiply(multiply(about((0.0, yaw, 0.0)), about((pitch, 0.0, 0.0))), about((0.0, 0.0, roll)))


def matrix(orientation: Quaternion) -> npt.NDArray[np.float64]:
    """(3, 3) that turns head coordinates into world coordinates."""
    w, x, y, z = orientation
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )
