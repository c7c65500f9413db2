"""One picture to be shown, and what has to be known to show it later than it was captured."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from overglass_protocol.pose import Intrinsics, Pose
from overglass_protocol.scene import Anchor

Picture = npt.NDArray[np.uint8]
"(h, w, 3) BGR, or (h, w, 4) BGRA with the colours premultiplied by alpha."


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """What was painted for one moment. Nobody writes to its picture any more."""

    picture: Picture
    "Of any size: it fills the field of `intrinsics`."
    intrinsics: Intrinsics
    "How the camera saw for which it was painted."
    capture_time: float
    "When that camera looked, seconds on this machine's monotonic clock."
    pose: Pose | None = None
    "Where the head was then; None where nobody knows, and then it stays fixed to the head."
    anchor: Anchor = "world"
    """World: it stays where it was seen. Head: at the angle at which it was seen, however the head turns.
    Screen: it fills the display as far as its shape allows."""
    depth: float | None = None
    "Metres to the plane it lies on, facing the camera; None for far away. Only for what sticks to the world."
