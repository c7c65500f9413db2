"""Where a steady operator would point a crop that follows a subject. Pure."""

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

DEAD = 0.08
"How far, in the picture's sides, a subject may stray before the camera follows."
STEADY = 0.6
"Standard deviation of the smoothing, in seconds."


def path(
    focus: NDArray[np.float64], room: tuple[float, float], shots: Sequence[int], rate: float
) -> NDArray[np.float64]:
    """The crop's left top corner for each picture, in shares of the picture: count by 2.

    `focus` is the subject's centre, count by 2; `room` is the share of the picture that the crop may move in
    x and y; `shots` are the pictures that begin a shot, but the first. Aims are held inside the room
    before they are averaged, so that the path cannot overshoot.
    """
    made = np.empty_like(focus)
    edges = [0, *shots, len(focus)]
    span = np.array(room)
    for start, end in pairwise(edges):
        aims = np.clip(focus[start:end] - (1 - span) / 2, 0, span)
        made[start:end] = _smooth(_held(_smooth(aims, rate * STEADY / 2)), rate * STEADY)
    return made


def _held(aims: NDArray[np.float64]) -> NDArray[np.float64]:
    """Moves only when the aim leaves the dead zone, and then by as much as it left it."""
    held = aims.copy()
    # The first place is what the shot's beginning is about, not a single picture of it.
    at = np.median(aims, axis=0) if len(aims) else aims
    for index, aim in enumerate(aims):
        at = np.clip(at, aim - DEAD, aim + DEAD)
        held[index] = at
    return held


def _smooth(values: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    if len(values) < 3 or sigma < 0.5:
        return values
    reach = int(3 * sigma)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    return np.stack([np.convolve(side, kernel / kernel.sum(), "valid") for side in padded.T], axis=1)


class Saliency:
    """The centre of what moves on its own and stands out, picture after picture. Holds the last one.

    Contrast is local; motion is what is left when the camera's shift is taken out.
    """

    def __init__(self) -> None:
        self._last: NDArray[np.float32] | None = None

    def centre(self, picture: NDArray[np.uint8]) -> tuple[float, float]:
        """Of a small grey picture, in shares of its sides."""
        grey = (picture / 255).astype(np.float32)
        contrast = cv2.GaussianBlur(np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 6)), (0, 0), 6)
        weight = np.asarray(contrast / (contrast.sum() + 1e-6), np.float64)
        if self._last is not None:
            (x, y), _ = cv2.phaseCorrelate(self._last, grey)
            shift = np.array([[1, 0, x], [0, 1, y]])
            size = (grey.shape[1], grey.shape[0])
            moved = cv2.warpAffine(self._last, shift, size, borderMode=cv2.BORDER_REPLICATE)
            motion = cv2.GaussianBlur(np.maximum(np.abs(grey - moved) - 0.06, 0), (0, 0), 4)
            weight = weight + 3 * motion / max(float(motion.sum()), 0.002 * grey.size)
        self._last = grey
        return _centre(weight)


def _centre(weight: NDArray[np.float64]) -> tuple[float, float]:
    """Of the strongest part, with a slight pull to the middle."""
    height, width = weight.shape
    strong = np.maximum(weight - 0.5 * weight.max(), 0) + 1e-9
    strong /= strong.sum()
    x = float(strong.sum(0) @ (np.arange(width) + 0.5)) / width
    y = float(strong.sum(1) @ (np.arange(height) + 0.5)) / height
    return 0.9 * x + 0.05, 0.9 * y + 0.05
