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
from numpy.typing import NDArray

from overglass_cloud import additive
from overglass_cloud.engines.planes import Plane, picture_like, views
from overglass_cloud.scenes.detectors.contract import PERSON, Mask
from overglass_cloud.scheduler import Painted
from overglass_protocol.control import Control, Region
from overglass_protocol.frame import Frame

Inside = NDArray[np.bool_]
"(height, width) over the whole picture, of a size of its own: where people are."

EDGE = 0.003
"Share of the mask's longer side, by which what is kept reaches over its border; it fades on the way."
WAITING = 8
"Pictures that wait for their mask at once: a quarter of a second at 30 fps."
MASKS_KEPT = 32
"Masks that wait for their picture: a second, since engines are slower than detectors."
NO_MASK = "no mask of people"


def needs_mask(control: Control) -> bool:
    """Whether a picture painted with this document has to be joined."""
    return control.region != "all" and control.look != "none"


def composed(source: av.VideoFrame, painted: av.VideoFrame, person: Inside, region: Region) -> av.VideoFrame:
    """The painted picture with the source's own samples wherever the region is not.

    All three show the same moment; `person` may be of another size. The edge lies within the region, so that
    all else is exactly the source.
    """
    kept = _kept(person if region == "background" else ~person, source.width, source.height)
    # Chroma is shared by four pixels: where one of them is kept, it is.
    small = np.maximum(
        np.maximum(kept[::2, ::2], kept[1::2, ::2]), np.maximum(kept[::2, 1::2], kept[1::2, 1::2])
    )
    planes = zip(views(source), views(painted), (kept, small, small), strict=True)
    y, cb, cr = (_joined(ours, theirs, share) for ours, theirs, share in planes)
    return picture_like(painted, (y, cb, cr))


class Regions:
    """Joins one session's painted pictures with its masks and hands them to `deliver`, in either thread;
    for an additive display as light too."""

    def __init__(
        self, deliver: Callable[[Painted], None], is_light: Callable[[str], bool] = lambda look: False
    ) -> None:
        """`is_light`: whether a look paints light on black by itself."""
        self.dropped: Counter[str] = Counter()
        self.additive = False
        "Whether the wearer's display adds light to the world. May be set in any thread."
        self._deliver = deliver
        self._is_light = is_light
        self._lock = threading.Lock()
        self._waiting: OrderedDict[int, Painted] = OrderedDict()
        self._masks: OrderedDict[int, tuple[Frame, Inside]] = OrderedDict()
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
        self._deliver(self._whole(painted) if mask is None else self._join(painted, *mask))

    def masked(self, frame: Frame, mask: Mask) -> None:
        """In the detectors' thread: where people are in this frame, as it came from the camera."""
        person = mask >= PERSON
        with self._lock:
            if self._newest is not None and frame.rtp_time < self._newest:
                self._masks.clear()  # another connection, with another clock
            self._newest = frame.rtp_time
            self._drop_before(frame.rtp_time)
            painted = self._waiting.pop(frame.rtp_time, None)
            if painted is None:
                self._masks[frame.rtp_time] = frame, person
                while len(self._masks) > MASKS_KEPT:
                    self._masks.popitem(last=False)
                return
        self._deliver(self._join(painted, frame, person))

    def clear(self) -> None:
        """Forgets what waits: the masks to come belong to other pictures, or none will come."""
        with self._lock:
            self.dropped.update({NO_MASK: len(self._waiting)} if self._waiting else {})
            self._waiting.clear()
            self._masks.clear()
            self._newest = None

    def _whole(self, painted: Painted) -> Painted:
        """The plain picture stays as the camera made it: that is what was asked for."""
        look = painted.control.look
        if not self.additive or look == "none" or self._is_light(look):
            return painted
        worn = additive.as_light(painted.frame.picture)
        return replace(painted, worn=worn, painted=time.monotonic())

    def _join(self, painted: Painted, frame: Frame, person: Inside) -> Painted:
        """Behind what is not painted an additive display is clear, for there the world itself is seen."""
        source, picture, region = frame.picture, painted.frame.picture, painted.control.region
        worn = None
        if self.additive:
            is_light = self._is_light(painted.control.look)
            worn = composed(
                additive.dark(source), picture if is_light else additive.as_light(picture), person, region
            )
        joined = replace(painted.frame, picture=composed(source, picture, person, region))
        return replace(painted, frame=joined, painted=time.monotonic(), worn=worn)

    def _wait(self, key: int, painted: Painted) -> None:
        if self._newest is not None and key <= self._newest:
            self.dropped[NO_MASK] += 1  # a newer picture was looked at, so this one never will be
            return
        self._waiting[key] = painted
        if len(self._waiting) > WAITING:
            self._waiting.popitem(last=False)
            self.dropped[NO_MASK] += 1

    def _drop_before(self, key: int) -> None:
        for late in [other for other in self._waiting if other < key]:
            del self._waiting[late]
            self.dropped[NO_MASK] += 1


def _kept(inside: Inside, width: int, height: int) -> Plane:
    """(height, width): how much of the source stays, 255 wherever `inside` is true."""
    radius = max(1, round(EDGE * max(inside.shape)))
    full = inside.astype(np.uint8) * 255
    wide = cv2.dilate(full, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2))
    soft = cv2.max(full, cv2.blur(wide, (2 * radius - 1,) * 2))
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _joined(source: Plane, painted: Plane, kept: Plane) -> Plane:
    out = np.where(kept == 255, source, painted)
    # Few samples lie on the edge, and only they have to be calculated.
    edge = np.flatnonzero(cv2.inRange(kept, 1, 254))
    ours, theirs, share = source.ravel()[edge], painted.ravel()[edge], kept.ravel()[edge].astype(np.uint16)
    out.ravel()[edge] = (ours * share + theirs * (255 - share) + 127) // 255
    return out
