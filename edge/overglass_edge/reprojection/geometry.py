"""Where the pixels of a captured picture lie on a display that has moved since: exact homographies.

Axes are those of `overglass_protocol.pose`; the centre of the pixel in column i and row j is at (i, j).
Knows no pictures and no time.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from overglass_protocol.pose import Intrinsics, Pose, Vector
from overglass_protocol.rotation import matrix

Array = npt.NDArray[np.float64]
Polygon = list[tuple[float, float]]
"Corners in order, in pixels."


@dataclass(frozen=True, slots=True)
class Plane:
    """All points whose product with `normal` is `distance`, in the captured camera's axes."""

    normal: Vector
    "Of length 1."
    distance: float
    "Metres from the camera, along `normal`; not zero."

    @classmethod
    def facing(cls, depth: float) -> Self:
        """Parallel to the picture, so many metres before the camera."""
        return cls((0.0, 0.0, -1.0), depth)


def rotation_homography(seen: Intrinsics, shown: Intrinsics, captured: Pose, displayed: Pose) -> Array:
    """(3, 3) from pixels of the captured picture to pixels of the display, for what is far away.

    H = K_d R_d^T R_c K_c^-1 (Hartley and Zisserman, Multiple View Geometry, 8.4.2). Its third component
    is positive for what lies before the display.
    """
    turn = matrix(displayed.orientation).T @ matrix(captured.orientation)
    return np.asarray(lens(shown) @ turn @ _unlens(seen), np.float64)


def plane_homography(
    seen: Intrinsics, shown: Intrinsics, captured: Pose, displayed: Pose, plane: Plane
) -> Array:
    """(3, 3) likewise, for what lies on a plane; the head's way between both moments counts too.

    H = K_d R_d^T (R_c + (p_c - p_d) n^T / distance) K_c^-1 (ibid., 13.1).
    """
    way = np.subtract(captured.position, displayed.position)
    carried = matrix(captured.orientation) + np.outer(way, plane.normal) / plane.distance
    return np.asarray(lens(shown) @ matrix(displayed.orientation).T @ carried @ _unlens(seen), np.float64)


def moved(points: npt.ArrayLike, homography: Array) -> Array:
    """(n, 2) pixels to (n, 2) pixels; not a number where a point comes to lie behind."""
    places = np.asarray(points, np.float64).reshape(-1, 2) @ homography[:, :2].T + homography[:, 2]
    depth = places[:, 2:]
    return np.asarray(places[:, :2] / np.where(depth > 0, depth, np.nan), np.float64)


def lens(intrinsics: Intrinsics) -> Array:
    """(3, 3) from a point in the camera's axes to its homogeneous pixel; the third is its depth."""
    return np.array(
        [
            [intrinsics.fx, 0.0, -intrinsics.cx],
            [0.0, -intrinsics.fy, -intrinsics.cy],
            [0.0, 0.0, -1.0],
        ]
    )


def _unlens(intrinsics: Intrinsics) -> Array:
    fx, fy = intrinsics.fx, intrinsics.fy
    return np.array(
        [[1 / fx, 0.0, -intrinsics.cx / fx], [0.0, -1 / fy, intrinsics.cy / fy], [0.0, 0.0, -1.0]]
    )


def resizing(width: float, height: float, to_width: float, to_height: float) -> Array:
    """(3, 3) from pixels of a picture to those of the same picture resized: edges stay at edges."""
    x, y = to_width / width, to_height / height
    return np.array([[x, 0.0, (x - 1) / 2], [0.0, y, (y - 1) / 2], [0.0, 0.0, 1.0]])


def covered(seen: tuple[int, int], shown: tuple[int, int], homography: Array) -> Polygon:
    """The part of a display that a picture covers; both given as width and height. Empty if none.

    Cut on the display, where the picture's edges are straight lines even if some of it lies behind.
    """
    if np.linalg.det(homography) <= 1e-12 * np.abs(homography).max() ** 3:
        return []  # Seen from its edge, or from behind.
    back = np.linalg.inv(homography)
    x, y, depth = back / np.abs(back[2]).max()
    width, height = seen
    polygon = [(-0.5, -0.5), (shown[0] - 0.5, -0.5), (shown[0] - 0.5, shown[1] - 0.5), (-0.5, shown[1] - 0.5)]
    for edge in (x + 0.5 * depth, (width - 0.5) * depth - x, y + 0.5 * depth, (height - 0.5) * depth - y):
        polygon = _cut(polygon, edge.tolist())
    return polygon


def area(polygon: Polygon) -> float:
    """Square pixels, of one without crossings."""
    following = polygon[1:] + polygon[:1]
    return abs(sum(a * d - b * c for (a, b), (c, d) in zip(polygon, following, strict=True))) / 2


def _cut(polygon: Polygon, edge: Sequence[float]) -> Polygon:
    """The part of a convex polygon with a x + b y + c >= 0 (Sutherland and Hodgman)."""
    a, b, c = edge
    heights = [a * x + b * y + c for x, y in polygon]
    kept: Polygon = []
    for index, (point, height) in enumerate(zip(polygon, heights, strict=True)):
        previous, before = polygon[index - 1], heights[index - 1]
        if (before < 0) != (height < 0):
            share = before / (before - height)
            kept.append(
                (
                    previous[0] + share * (point[0] - previous[0]),
                    previous[1] + share * (point[1] - previous[1]),
                )
            )
        if height >= 0:
            kept.append(point)
    return kept


def guarded(intrinsics: Intrinsics, margin: float) -> Intrinsics:
    """The wider field that still covers `intrinsics` after any turn by up to `margin` radians.

    As many pixels a degree, even sides. A ray (x, y, 1) stays inside of the edge X that lies `margin`
    away from it: (X - x) / sqrt((1 + X^2) (1 + x^2 + y^2)) = sin(margin), largest in the corners.
    Raises ValueError when no flat picture is as wide.
    """
    left, right = (
        (intrinsics.cx + 0.5) / intrinsics.fx,
        (intrinsics.width - 0.5 - intrinsics.cx) / intrinsics.fx,
    )
    top, bottom = (
        (intrinsics.cy + 0.5) / intrinsics.fy,
        (intrinsics.height - 0.5 - intrinsics.cy) / intrinsics.fy,
    )
    tall, wide = max(top, bottom), max(left, right)
    before_x, before_y = (
        math.ceil((_edge(near, across, margin) - near) * focal - 1e-6)
        for near, across, focal in ((left, tall, intrinsics.fx), (top, wide, intrinsics.fy))
    )
    after_x, after_y = (
        math.ceil((_edge(near, across, margin) - near) * focal - 1e-6)
        for near, across, focal in ((right, tall, intrinsics.fx), (bottom, wide, intrinsics.fy))
    )
    width, height = before_x + intrinsics.width + after_x, before_y + intrinsics.height + after_y
    return Intrinsics(
        width + width % 2,
        height + height % 2,
        intrinsics.fx,
        intrinsics.fy,
        intrinsics.cx + before_x,
        intrinsics.cy + before_y,
    )


def _edge(near: float, across: float, margin: float) -> float:
    """The tangent at which an edge has to lie to be `margin` beyond one at the tangent `near`."""
    sine = math.sin(margin) * math.sqrt(1 + near * near + across * across)
    if not 0 <= margin < math.pi / 2 or sine >= 1:
        raise ValueError(f"no flat picture is wider by {margin} radians on each side")
    return (near + sine * math.sqrt(1 - sine * sine + near * near)) / (1 - sine * sine)
