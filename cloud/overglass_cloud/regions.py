"""Only the people, or only the background: what a look painted, joined with the camera's picture by the mask
of people in that very picture.

Picture and mask are made at the same time in different threads; whichever comes last joins them, and
nobody waits. A picture whose mask does not come is dropped: a lower rate is honest, a wrong pixel is not.
"""

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import replace

import av
import cv2
import numpy as np

from overglass_cloud.detectors.contract import Mask
from overglass_cloud.engines.planes import Plane, picture_like, views
from overglass_cloud.scheduler import Painted
from overglass_protocol.control import Control, Region
from overglass_protocol.frame import Frame

EDGE = 0.003
"Share of the mask's longer side, by which what is kept reaches over its border; it fades on the way."
KEPT = 8
"Pictures that wait for their mask, and masks for their picture: a quarter of a second at 30 fps."
NO_MASK = "no mask of people"


def needs_mask(control: Control) -> bool:
    """Whether a picture painted with this document has to be joined."""
    return control.region != "all" and control.look != "none"


def composed(source: av.VideoFrame, painted: av.VideoFrame, mask: Mask, region: Region) -> av.VideoFrame:
    """The painted picture with the source's own samples wherever the region is not.

    All three show the same moment; `mask` may be of another size. The edge lies within the region, so that
    all else is exactly the source.
    """
    kept = _kept(mask if region == "background" else 1 - mask, source.width, source.height)
    # Chroma is shared by four pixels: where one of them is kept, it is.
    small = np.maximum(
        np.maximum(kept[::2, ::2], kept[1::2, ::2]), np.maximum(kept[::2, 1::2], kept[1::2, 1::2])
    )
    planes = zip(views(source), views(painted), (kept, small, small), strict=True)
    y, cb, cr = (_joined(ours, theirs, share) for ours, theirs, share in planes)
    return picture_like(painted, (y, cb, cr))


class Regions:
    """Joins one session's painted pictures with its masks and hands them to `deliver`, in either thread."""

    def __init__(self, deliver: Callable[[Painted], None]) -> None:
        self.dropped: Counter[str] = Counter()
        self._deliver = deliver
        self._lock = threading.Lock()
        self._waiting: OrderedDict[int, Painted] = OrderedDict()
        self._masks: OrderedDict[int, tuple[Frame, Mask]] = OrderedDict()
        self._newest: int | None = None
        "RTP time of the newest mask."

    def painted(self, painted: Painted) -> None:
        """In the engine's thread: a picture, which is handed on now or when its mask comes."""
        key = painted.frame.rtp_time
        with self._lock:
            if not needs_mask(painted.control):
                self._drop_before(key)
                mask = None
            elif (mask := self._masks.pop(key, None)) is None:
                self._wait(key, painted)
                return
        self._deliver(painted if mask is None else _join(painted, *mask))

    def masked(self, frame: Frame, mask: Mask) -> None:
        """In the detectors' thread: where people are in this frame, as it came from the camera."""
        with self._lock:
            if self._newest is not None and frame.rtp_time < self._newest:
                self._masks.clear()  # another connection, with another clock
            self._newest = frame.rtp_time
            self._drop_before(frame.rtp_time)
            painted = self._waiting.pop(frame.rtp_time, None)
            if painted is None:
                self._masks[frame.rtp_time] = frame, mask
                while len(self._masks) > KEPT:
                    self._masks.popitem(last=False)
                return
        self._deliver(_join(painted, frame, mask))

    def clear(self) -> None:
        """Forgets what waits: the masks to come belong to other pictures, or none will come."""
        with self._lock:
            self.dropped.update({NO_MASK: len(self._waiting)} if self._waiting else {})
            self._waiting.clear()
            self._masks.clear()
            self._newest = None

    def _wait(self, key: int, painted: Painted) -> None:
        if self._newest is not None and key <= self._newest:
            self.dropped[NO_MASK] += 1  # a newer picture was looked at, so this one never will be
            return
        self._waiting[key] = painted
        if len(self._waiting) > KEPT:
            self._waiting.popitem(last=False)
            self.dropped[NO_MASK] += 1

    def _drop_before(self, key: int) -> None:
        for late in [other for other in self._waiting if other < key]:
            del self._waiting[late]
            self.dropped[NO_MASK] += 1


def _join(painted: Painted, frame: Frame, mask: Mask) -> Painted:
    picture = composed(frame.picture, painted.frame.picture, mask, painted.control.region)
    return replace(painted, frame=replace(painted.frame, picture=picture), painted=time.monotonic())


def _kept(mask: Mask, width: int, height: int) -> Plane:
    """(height, width): how much of the source stays, 255 wherever the mask is 0.5 or more."""
    radius = max(1, round(EDGE * max(mask.shape)))
    inside = (mask >= 0.5).astype(np.uint8) * 255
    wide = cv2.dilate(inside, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2))
    soft = cv2.max(inside, cv2.blur(wide, (2 * radius - 1,) * 2))
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _joined(source: Plane, painted: Plane, kept: Plane) -> Plane:
    out = np.where(kept == 255, source, painted)
    # Few samples lie on the edge, and only they have to be calculated.
    edge = np.flatnonzero(cv2.inRange(kept, 1, 254))
    ours, theirs, share = source.ravel()[edge], painted.ravel()[edge], kept.ravel()[edge].astype(np.uint16)
    out.ravel()[edge] = (ours * share + theirs * (255 - share) + 127) // 255
    return out
