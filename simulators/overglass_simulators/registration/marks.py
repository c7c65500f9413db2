"""Marks of known colours found in a picture, and which point of the world each is. See `world.fiducials`."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from overglass_protocol.pose import Intrinsics, Pose
from overglass_simulators.world.fiducials import Fiducial
from overglass_simulators.world.scene import Array, project
from overglass_simulators.world.texture import Colour

_HALF = 128
_PURE = 70
"How far each of a mark's three channels has to be on its side of the half: not what the world is like."
_SMALLEST = 25
"Pixels of a mark's disc; below that its middle is uncertain."
_EDGE = 2
"Pixels from the picture's edge within which a mark may be cut off."
_NEAR = 0.06
"Share of the picture's width within which a mark is looked for: a fifth of the way to the next like it."


_TO_BGR = np.array(
    [
        [1.164, 2.018, 0.0, -1.164 * 16 - 2.018 * 128],
        [1.164, -0.391, -0.813, -1.164 * 16 + (0.391 + 0.813) * 128],
        [1.164, 0.0, 1.596, -1.164 * 16 - 1.596 * 128],
    ]
)
"Of luma, blue and red difference, and 1: BT.601 in limited range."


@dataclass(frozen=True, slots=True)
class Found:
    mark: Fiducial
    at: tuple[float, float]
    "Column and row of its middle."


def bgr(planes: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """(3 h / 2, w) planar 4:2:0 as (h, w, 3), colours where the world's camera has them from.

    It takes them from the upper left of each four pixels (as OpenCV does), so they belong there; spread
    evenly over the four they would come to lie a third of a pixel aside.
    """
    height, width = planes.shape[0] * 2 // 3, planes.shape[1]
    halves = planes[height:].reshape(2, height // 2, width // 2)
    finer = np.array([[0.5, 0.0, 0.0], [0.0, 0.5, 0.0]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    chroma = [
        cv2.warpAffine(half, finer, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        for half in halves
    ]
    return np.asarray(cv2.transform(cv2.merge([planes[:height], *chroma]), _TO_BGR), np.uint8)


def find(
    picture: npt.NDArray[np.uint8], marks: Sequence[Fiducial], seen: Intrinsics, pose: Pose
) -> list[Found]:
    """Those of `marks` that are whole in a picture (h, w, 3; BGR) taken at about `pose`."""
    found = []
    points = middles_of(marks, seen, pose)
    for colour in sorted({mark.colour for mark in marks}):
        middles = _middles(picture, colour)
        for mark, (x, y, depth) in zip(marks, points.tolist(), strict=True):
            if mark.colour != colour or depth <= 0 or not len(middles):
                continue
            apart = np.hypot(middles[:, 0] - x, middles[:, 1] - y)
            nearest = int(apart.argmin())
            if apart[nearest] < _NEAR * seen.width:
                column, row = middles[nearest].tolist()
                found.append(Found(mark, (column, row)))
    return found


def middles_of(marks: Sequence[Fiducial], seen: Intrinsics, pose: Pose) -> Array:
    """(n, 3): column, row and depth at which marks are seen; only those of a depth above 0 are in front."""
    eye = np.array(pose.position)
    with np.errstate(divide="ignore", invalid="ignore"):
        return project(np.stack([mark.point(eye) for mark in marks]), seen, pose)


def _middles(picture: npt.NDArray[np.uint8], colour: Colour) -> Array:
    """(n, 2): centroids of the spots of that colour that are not cut by the picture's edge."""
    low = tuple(_HALF + _PURE // 2 if part > _HALF else 0 for part in colour)
    high = tuple(255 if part > _HALF else _HALF - _PURE // 2 for part in colour)
    _, _, spots, middles = cv2.connectedComponentsWithStats(cv2.inRange(picture, low, high))
    height, width = picture.shape[:2]
    left, top, wide, tall, area = spots[1:].T
    whole = (area >= _SMALLEST) & (left >= _EDGE) & (top >= _EDGE)
    whole &= (left + wide <= width - _EDGE) & (top + tall <= height - _EDGE)
    return np.asarray(middles[1:][whole], np.float64)
