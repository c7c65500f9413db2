"""Where each pixel of a picture was in the one before: optical flow, and which of it can be believed."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from overglass_cloud.quality.pictures import Pixels

Flow = NDArray[np.float32]
"In pixels, x and y."

AGREEMENT, SLACK = 0.01, 0.5
"""Where the way there and the way back do not cancel out, something is hidden: squared pixels, as a share of
the motion's own square and beyond it (Sundaram, Brox, Keutzer, ECCV 2010, equation 5)."""


@dataclass(frozen=True, slots=True)
class Motion:
    """From one picture back to the one before it."""

    origin: Flow
    "(2, height, width). Where each pixel was, x and y."
    seen: NDArray[np.bool_]
    "(height, width). Which pixels are in both pictures; the others were hidden, or cannot be followed."

    @classmethod
    def between(cls, before: Pixels, now: Pixels) -> "Motion":
        """From DIS flow (Kroeger et al., ECCV 2016), both ways. Pictures of one size, reduced."""
        old, new = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (before, now))
        dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        back, there = (
            np.asarray(dis.calc(*pair, np.zeros((*new.shape, 2), np.float32)), np.float32)
            for pair in ((new, old), (old, new))
        )
        height, width = new.shape
        x = np.arange(width, dtype=np.float32) + back[..., 0]
        y = np.arange(height, dtype=np.float32)[:, None] + back[..., 1]
        origin = np.stack((x, y))
        there = _carried(there, origin)
        astray = ((back + there) ** 2).sum(2) > AGREEMENT * ((back**2).sum(2) + (there**2).sum(2)) + SLACK
        inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
        return cls(origin, np.asarray(inside & ~astray, np.bool_))

    @property
    def share(self) -> float:
        """How much of the picture could be followed, 0..1."""
        return float(self.seen.mean())

    def change(self, before: NDArray[Any], now: NDArray[Any]) -> NDArray[np.float32]:
        """What is new in `now`, beyond what moved: (pixels that are seen, channels), signed."""
        moved = _carried(before.astype(np.float32), self.origin)
        return np.asarray((now.astype(np.float32) - moved)[self.seen], np.float32)


def _carried(field: NDArray[np.float32], origin: Flow) -> NDArray[np.float32]:
    x, y = origin
    return np.asarray(cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)
