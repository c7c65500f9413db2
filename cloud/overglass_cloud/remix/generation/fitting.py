"""Pictures made to fit a model and back: scaled as a whole to what it can paint, padded, cropped, padded out.

Never stretches: both sides scale alike (to the nearest whole pixel), and what is left to a multiple is
filled with repeated edges and cut off again.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from overglass_cloud.remix.blending import Pixels


@dataclass(frozen=True, slots=True)
class Fitting:
    """Sizes are (width, height)."""

    own: tuple[int, int]
    inner: tuple[int, int]
    "Scaled."
    outer: tuple[int, int]
    "Scaled and padded: what the model paints."

    @classmethod
    def of(cls, width: int, height: int, pixels: int, multiple: int) -> "Fitting":
        """For pictures of a size; `pixels` at most, as near as whole multiples allow."""
        scale = min(1.0, math.sqrt(pixels / (width * height)))
        inner = (max(1, round(width * scale)), max(1, round(height * scale)))
        outer = (-(-inner[0] // multiple) * multiple, -(-inner[1] // multiple) * multiple)
        return cls((width, height), inner, outer)

    def into(self, picture: Pixels) -> Pixels:
        """The picture as the model gets it."""
        if self.inner != self.own:
            picture = cv2.resize(picture, self.inner, interpolation=cv2.INTER_AREA).astype(np.uint8)
        right, below = self.outer[0] - self.inner[0], self.outer[1] - self.inner[1]
        padding = ((0, below), (0, right), (0, 0))
        return np.ascontiguousarray(np.pad(picture, padding, mode="edge"))

    def back(self, picture: Pixels) -> Pixels:
        """What the model made, at the clip's own size."""
        cut = picture[: self.inner[1], : self.inner[0]]
        if self.inner != self.own:
            cut = cv2.resize(cut, self.own, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
        return np.ascontiguousarray(cut)
