"""How a head is held, from the landmarks of its face, and a drawn head laid onto it.

Heads are measured in their own unit, the distance between the outer corners of the eyes, from the point
between these: u to the picture's right, v down, w towards the camera. Knows landmarks, no character.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from overglass_protocol.scene import Points

Field = NDArray[Any]
"float32."
Drawing = NDArray[np.uint8]
"(height, width, 4): red, green, blue, already multiplied by the fourth, the cover; 0 to 255."

MIDDLE = {
    10: (-0.65, 0.12), 151: (-0.47, 0.18), 9: (-0.28, 0.24), 8: (-0.18, 0.24), 168: (-0.08, 0.24),
    6: (0.0, 0.30), 195: (0.14, 0.43), 4: (0.30, 0.54), 1: (0.37, 0.52), 2: (0.47, 0.36),
}  # fmt: skip
PAIRS = {
    (33, 263): (0.50, 0.00, 0.00), (133, 362): (0.20, -0.01, 0.06), (127, 356): (0.79, 0.09, -0.55),
    (234, 454): (0.79, 0.26, -0.58), (93, 323): (0.78, 0.43, -0.56), (54, 284): (0.66, -0.40, -0.21),
    (103, 332): (0.55, -0.52, -0.08), (67, 297): (0.39, -0.60, 0.04), (21, 251): (0.74, -0.25, -0.33),
    (162, 389): (0.78, -0.10, -0.46), (50, 280): (0.55, 0.35, 0.11), (98, 327): (0.18, 0.45, 0.27),
}  # fmt: skip
"""Where landmarks that no expression moves are on a face: (v, w) in the middle, (u, v, w) on either side.
Means of what the Face Landmarker sees in two signers, both sides made alike."""
LANDMARKS = 478

_AT = [*MIDDLE, *(index for pair in PAIRS for index in pair)]
_MODEL: Field = np.array(
    [(0.0, v, w) for v, w in MIDDLE.values()]
    + [(side * u, v, w) for u, v, w in PAIRS.values() for side in (-1, 1)]
)
_CENTRE: Field = _MODEL.mean(axis=0)
_INVERSE: Field = np.linalg.pinv(_MODEL - _CENTRE)


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """Where a head is in a picture."""

    origin: Field
    "(2,): pixels, of the point between the eyes."
    axes: Field
    "(2, 3): pixels for each unit of u, v and w."
    scale: float
    "Pixels in a unit, seen from the front."

    def seen(self, points: Field) -> Field:
        """(n, 3) in units to (n, 2) in pixels."""
        return np.asarray(self.origin + points @ self.axes.T)


def pose_of(points: Points, width: int, height: int) -> Pose:
    """How the head is held whose 478 landmarks, in shares of the picture, these are.

    The weak perspective (a turned, scaled and moved face seen from afar) that fits best: the affine least
    squares solution, made a rotation again by its singular values.
    """
    seen = points[_AT] * np.array((width, height), np.float64)
    middle = seen.mean(axis=0)
    affine = (_INVERSE @ (seen - middle)).T
    left, stretch, right = np.linalg.svd(affine, full_matrices=False)
    scale = float(stretch.mean())
    axes = scale * (left @ right)
    return Pose(middle - axes @ _CENTRE, axes, scale)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What of a head's front a drawing shows, in units."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True, eq=False)
class Relief:
    """The shape of a drawn head: how far each point of the drawing stands out."""

    frame: Frame
    heights: Field
    "(rows, columns) over the frame: w."

    def laid(self, drawing: Drawing, pose: Pose, size: tuple[int, int]) -> tuple[Drawing, int, int] | None:
        """The drawing as it is seen on a head held like this, in a picture of `size` (height, width).

        What of it is in the picture, and the column and row where that begins, both even, as its sides are.
        None if all of it is outside.
        """
        box = self._box(pose, size)
        if box is None:
            return None
        x0, y0, x1, y1 = box
        step = max(2.0, pose.scale / 14)
        columns, rows = round((x1 - x0) / step) + 2, round((y1 - y0) / step) + 2
        x, y = np.meshgrid(np.linspace(x0, x1, columns), np.linspace(y0, y1, rows))
        u, v = self._behind(np.stack([x, y], axis=-1), pose)
        height, width = drawing.shape[:2]
        across = (u - self.frame.left) * (width / (self.frame.right - self.frame.left)) - 0.5
        down = (v - self.frame.top) * (height / (self.frame.bottom - self.frame.top)) - 0.5
        way = _enlarged(np.stack([across, down], axis=-1).astype(np.float32), x1 - x0, y1 - y0)
        seen = cv2.remap(drawing, way, None, cv2.INTER_LINEAR)  # type: ignore[call-overload]
        return np.asarray(seen, np.uint8), x0, y0

    def _box(self, pose: Pose, size: tuple[int, int]) -> tuple[int, int, int, int] | None:
        frame = self.frame
        heights = (float(self.heights.min()), float(self.heights.max()))
        corners = [
            (u, v, w) for u in (frame.left, frame.right) for v in (frame.top, frame.bottom) for w in heights
        ]
        seen = pose.seen(np.array(corners))
        low = np.maximum(np.floor(seen.min(axis=0) / 2) * 2, 0).astype(int)
        high = np.minimum(np.ceil(seen.max(axis=0) / 2) * 2, size[::-1]).astype(int)
        if (high - low < 2).any():
            return None
        return int(low[0]), int(low[1]), int(high[0]), int(high[1])

    def _behind(self, points: Field, pose: Pose) -> tuple[Field, Field]:
        """Which (u, v) is seen at each point: the height is there where it is, so it is found by turns."""
        inverse = np.linalg.inv(pose.axes[:, :2])
        flat = (points - pose.origin) @ inverse.T
        lean = inverse @ pose.axes[:, 2]
        rows, columns = self.heights.shape
        frame = self.frame
        scale = np.array((columns / (frame.right - frame.left), rows / (frame.bottom - frame.top)))
        u, v = flat[..., 0], flat[..., 1]
        for _ in range(TURNS):
            x = ((u - frame.left) * scale[0] - 0.5).astype(np.float32)
            y = ((v - frame.top) * scale[1] - 0.5).astype(np.float32)
            w = cv2.remap(self.heights, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            u, v = (u + flat[..., 0] - lean[0] * w) / 2, (v + flat[..., 1] - lean[1] * w) / 2
        return u, v


TURNS = 8
"Each halves what is still wrong."


def _enlarged(grid: Field, width: int, height: int) -> Field:
    """A grid whose outermost points are the corners of the picture's, for every pixel of it."""
    rows, columns = grid.shape[:2]
    how = np.array((((columns - 1) / width, 0, 0), (0, (rows - 1) / height, 0)))
    mode = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(grid, how, (width, height), flags=mode, borderMode=cv2.BORDER_REPLICATE))
