"""Where things are on the display, where they ought to be, and the figures of the difference.

All displayed moments at once: in every array the first index is the moment, n of them. Exact geometry with
the true poses; knows nothing of how a mode chose its map.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from overglass_protocol import rotation
from overglass_protocol.pose import Intrinsics, Pose

Array = npt.NDArray[np.float64]

COLUMNS, ROWS = 9, 7
"Points looked at in the captured picture, each for an equal part of it."
_ROUNDING = 1e-6
"Pixels."
_FINE = 4
"Times finer is the grid on which uncovered area is counted."


@dataclass(frozen=True, slots=True, eq=False)
class Poses:
    """(n, 3, 3) that turn head coordinates into the world's, and (n, 3) metres."""

    turns: Array
    places: Array

    @classmethod
    def of(cls, poses: list[Pose]) -> "Poses":
        turns = np.stack([rotation.matrix(pose.orientation) for pose in poses])
        return cls(turns, np.array([pose.position for pose in poses]))


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one kind of thing over all moments and points."""

    mean_deg: float
    p95_deg: float
    max_deg: float
    p95_px: float | None
    "Of the points that belong within the display; None where none ever does."
    judder_deg: float
    "Root of the mean square of how much an error changes from one shown picture to the next."


def grid(intrinsics: Intrinsics, columns: int = COLUMNS, rows: int = ROWS) -> Array:
    """(columns * rows, 2): the middles of equal parts of a picture, as column and row."""
    x, y = np.meshgrid(
        (np.arange(columns) + 0.5) * intrinsics.width / columns - 0.5,
        (np.arange(rows) + 0.5) * intrinsics.height / rows - 0.5,
    )
    return np.stack([x.ravel(), y.ravel()], 1)


def rays(intrinsics: Intrinsics, places: Array) -> Array:
    """(..., 3): the directions of places (..., 2) in head coordinates, one metre deep."""
    x = (places[..., 0] - intrinsics.cx) / intrinsics.fx
    y = (intrinsics.cy - places[..., 1]) / intrinsics.fy
    return np.stack([x, y, np.full_like(x, -1.0)], -1)


def places(intrinsics: Intrinsics, directions: Array) -> Array:
    """(..., 2): where directions (..., 3) are seen; not a number for those behind."""
    depth = np.where(directions[..., 2] < -1e-6, -directions[..., 2], np.nan)
    x = intrinsics.cx + intrinsics.fx * directions[..., 0] / depth
    y = intrinsics.cy - intrinsics.fy * directions[..., 1] / depth
    return np.stack([x, y], -1)


def mapped(maps: Array, at: Array) -> Array:
    """(n, p, 3): homogeneous places to which (n, 3, 3) move the (p, 2); the third is above 0 in front."""
    moved = np.column_stack([at, np.ones(len(at))]) @ maps.transpose(0, 2, 1)
    return np.asarray(moved, np.float64)


def true_directions(intrinsics: Intrinsics, captured: Poses, photon: Poses, depth: float) -> Array:
    """(n, p, 3) head coordinates at the photon of what stood `depth` metres deep in the grid's places."""
    seen = rays(intrinsics, grid(intrinsics)) @ captured.turns.transpose(0, 2, 1)
    if np.isfinite(depth):
        seen = seen * depth + (captured.places - photon.places)[:, None]
    return np.asarray(seen @ photon.turns, np.float64)


def figures(intrinsics: Intrinsics, maps: Array, true: Array) -> Figures:
    """How far `maps` (n, 3, 3) of captured places are from the true directions (n, p, 3)."""
    moved = mapped(maps, grid(intrinsics))
    shown = _homogeneous_rays(intrinsics, moved)
    error = _unit(shown) - _unit(true)
    # The chord is exact where an angle's cosine is not: near zero.
    degrees = np.degrees(2 * np.arcsin(np.clip(np.linalg.norm(error, axis=-1) / 2, 0, 1)))
    steps = np.degrees(np.linalg.norm(np.diff(error, axis=0), axis=-1))
    return Figures(
        mean_deg=float(degrees.mean()),
        p95_deg=float(np.percentile(degrees, 95)),
        max_deg=float(degrees.max()),
        p95_px=_p95_px(intrinsics, moved, places(intrinsics, true)),
        judder_deg=float(np.sqrt((steps**2).mean())) if len(steps) else 0.0,
    )


def uncovered(intrinsics: Intrinsics, maps: Array) -> float:
    """Share of the display, over all moments, that the moved picture does not reach."""
    fine = grid(intrinsics, COLUMNS * _FINE, ROWS * _FINE)
    source = mapped(np.asarray(np.linalg.inv(maps), np.float64), fine)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = source[..., :2] / source[..., 2:]
    inside = (source[..., 2] > 0) & _within(intrinsics, at)
    return float(1 - inside.mean())


def _homogeneous_rays(intrinsics: Intrinsics, moved: Array) -> Array:
    x = (moved[..., 0] - intrinsics.cx * moved[..., 2]) / intrinsics.fx
    y = (intrinsics.cy * moved[..., 2] - moved[..., 1]) / intrinsics.fy
    return np.stack([x, y, -moved[..., 2]], -1)


def _p95_px(intrinsics: Intrinsics, moved: Array, true: Array) -> float | None:
    seen = _within(intrinsics, true) & (moved[..., 2] > 1e-6)
    if not seen.any():
        return None
    apart = moved[seen][:, :2] / moved[seen][:, 2:] - true[seen]
    return float(np.percentile(np.linalg.norm(apart, axis=-1), 95))


def _within(intrinsics: Intrinsics, at: Array) -> npt.NDArray[np.bool_]:
    """Whether places lie on the display, whose edges are half a pixel outside its outermost centres."""
    beyond = np.array([intrinsics.width, intrinsics.height]) - 0.5 + _ROUNDING
    return np.asarray((at >= -0.5 - _ROUNDING).all(-1) & (at <= beyond).all(-1))


def _unit(directions: Array) -> Array:
    return np.asarray(directions / np.linalg.norm(directions, axis=-1, keepdims=True), np.float64)
