"""Where people are in a picture whose own mask is not made yet: the nearest mask, carried there.

Every pixel of the mask goes where the picture's pixels went (dense optical flow, DIS of Kroeger et al. 2016),
which takes a millisecond. Knows pictures and masks, no detector.
"""

import threading
from collections import deque
from dataclasses import dataclass
from typing import TypeVar

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from overglass_cloud.engines.planes import Plane, views
from overglass_cloud.scenes.detectors.contract import Mask

Flow = NDArray[np.float32]
"(height, width, 2): x, y."
Sample = TypeVar("Sample", np.uint8, np.float32)

KEPT = 16
"Masks: half a second of them, since a slow engine paints a picture when newer ones have been looked at."
LONGEST = 320
"Pixels of a kept mask's longer side. The segmenter itself sees 256x256."
FLOW_LONGEST = 160
"Pixels of the longer side of what flow is found in: motion is smooth, and a quarter as many cost a quarter."
MAX_AGE = 0.5
"Seconds between a picture and the nearest mask, after which nothing is known of it."


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    at: float
    mask: Mask
    luma: Plane
    "Of its picture, small."


class Masks:
    """The newest masks of one session; from any thread."""

    def __init__(self) -> None:
        self._kept: deque[_Kept] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def keep(self, at: float, mask: Mask, picture: av.VideoFrame) -> None:
        """Takes the mask of the picture of time `at`, seconds."""
        kept = _Kept(at, at_most(mask, LONGEST), at_most(views(picture)[0], FLOW_LONGEST))
        with self._lock:
            while self._kept and at <= self._kept[-1].at:
                self._kept.pop()  # of another connection, with another clock
            self._kept.append(kept)

    def mask(self, at: float, picture: av.VideoFrame) -> Mask | None:
        """The mask of this picture of time `at`; None if the nearest is more than MAX_AGE away."""
        with self._lock:
            nearest = min(self._kept, key=lambda kept: abs(kept.at - at), default=None)
        if nearest is None or abs(nearest.at - at) > MAX_AGE:
            return None
        if nearest.at == at:
            return nearest.mask
        return carried(nearest.mask, nearest.luma, at_most(views(picture)[0], FLOW_LONGEST))


def carried(mask: Mask, before: Plane, after: Plane) -> Mask:
    """The mask of the picture with luma `before` as it would be in the one with luma `after`.

    Both lumas are of one size, or the mask is left as it is; the mask may be of another.
    """
    return mask if before.shape != after.shape else moved(mask, flow_between(after, before))


def flow_between(luma: Plane, other: Plane) -> Flow:
    """Where in the other picture of the same size each pixel of this one lies, in pixels from where it is."""
    found = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    return np.asarray(found.calc(luma, other, None), np.float32)  # type: ignore[call-overload]


def moved(mask: Mask, flow: Flow) -> Mask:
    """The mask of the other picture as it would be in this one; of any size, over the whole picture."""
    height, width = mask.shape
    scale = np.array((width / flow.shape[1], height / flow.shape[0]), np.float32)
    way = cv2.resize(flow, (width, height), interpolation=cv2.INTER_LINEAR) * scale
    mode = cv2.INTER_LINEAR | cv2.WARP_RELATIVE_MAP
    there = cv2.remap(mask, way, None, mode, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
    return np.asarray(there, np.float32)


def at_most(samples: NDArray[Sample], longest: int) -> NDArray[Sample]:
    """A copy, made smaller in proportion where the longer side has more than `longest` samples."""
    scale = min(1.0, longest / max(samples.shape))
    if scale == 1:
        return samples.copy()
    size = (max(1, round(samples.shape[1] * scale)), max(1, round(samples.shape[0] * scale)))
    return np.asarray(cv2.resize(samples, size, interpolation=cv2.INTER_AREA), samples.dtype)
