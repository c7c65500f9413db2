"""Cameras and heads at random, and the pinhole by itself: what geometry is held against."""

import math

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from overglass_protocol import rotation
from overglass_protocol.pose import Intrinsics, Pose, Vector

Array = npt.NDArray[np.float64]

SQUARE = Intrinsics(1280, 720, 900.0, 900.0, 639.5, 359.5)


def vectors(length: float) -> st.SearchStrategy[Vector]:
    part = st.floats(-length, length, allow_nan=False)
    return st.tuples(part, part, part)


@st.composite
def cameras(draw: st.DrawFn) -> Intrinsics:
    width, height = draw(st.integers(64, 2000)), draw(st.integers(64, 2000))
    share = st.floats(0.3, 0.7)
    focal = st.floats(0.4, 3.0)
    return Intrinsics(
        width, height, draw(focal) * width, draw(focal) * width, draw(share) * width, draw(share) * height
    )


def head(turn: Vector = (0.0, 0.0, 0.0), place: Vector = (0.0, 0.0, 0.0)) -> Pose:
    """Turned about a vector in radians, at a place in metres."""
    return Pose(rotation.about(turn), position=place)


def degrees(yaw: float, pitch: float = 0.0, roll: float = 0.0) -> Pose:
    return Pose(rotation.from_angles(*map(math.radians, (yaw, pitch, roll))))


def in_world(points: Array, pose: Pose) -> Array:
    """(n, 3) from the head's axes."""
    return np.asarray(points @ rotation.matrix(pose.orientation).T + np.array(pose.position), np.float64)


def seen_by(points: Array, camera: Intrinsics, pose: Pose) -> tuple[Array, Array]:
    """(n, 2) pixels and (n,) depths of (n, 3) points in the world, written out by hand."""
    x, y, z = (points - np.array(pose.position)).T
    (a, b, c), (d, e, f), (g, h, i) = rotation.matrix(pose.orientation).T
    right, up, back = a * x + b * y + c * z, d * x + e * y + f * z, g * x + h * y + i * z
    depth = -back
    return np.column_stack([camera.cx + camera.fx * right / depth, camera.cy - camera.fy * up / depth]), depth
