"""Finds shot cuts in small pictures. Pure; holds four pictures at a time."""

from collections import deque
from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

SMALL = (64, 36)
"Width and height that pictures are compared at."
FLOOR = 0.07
"A difference under this is never a cut."
TIMES = 3.0
"A cut differs so much more than what is around it."
AROUND = 12
"Pictures to each side that a difference is compared with."


def cuts(pictures: Iterable[NDArray[np.uint8]]) -> list[int]:
    """Numbers of the pictures, from 1, that begin a shot. `pictures` are RGB, height by width by 3.

    A flash is no cut: the picture before it comes back within two pictures.
    """
    seen: deque[NDArray[np.float32]] = deque(maxlen=4)
    steps: list[float] = []
    lasting: list[float] = []
    for picture in pictures:
        seen.append(_features(picture))
        if len(seen) > 1:
            steps.append(_difference(seen[-2], seen[-1]))
        if len(seen) == 4:
            lasting.append(_difference(seen[0], seen[3]))
    lasting += steps[len(lasting) :]
    return _peaks(steps, lasting)


def _peaks(steps: Sequence[float], lasting: Sequence[float]) -> list[int]:
    found = []
    for place, step in enumerate(steps):
        around = [*steps[max(0, place - AROUND) : place], *steps[place + 1 : place + 1 + AROUND]]
        usual = float(np.median(around)) if around else 0.0
        # Across a cut, pictures further apart differ too, on both sides; at the edges of a flash they do not.
        least = min(step, lasting[place], lasting[place - 2] if place > 1 else step)
        if least > max(FLOOR, TIMES * usual) and step >= max(around, default=0.0) / 2:
            found.append(place + 1)
    return found


def _features(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Hue as a vector as long as the saturation, value, and edges: height by width by 4, about 0 to 1."""
    small = cv2.resize(picture, SMALL, interpolation=cv2.INTER_AREA)
    hue, saturation, value = cv2.split(cv2.cvtColor(small, cv2.COLOR_RGB2HSV).astype(np.float32))
    angle, colour, value = hue * (np.pi / 90), saturation * value / 255**2, value / 255
    edges = np.hypot(cv2.Sobel(value, cv2.CV_32F, 1, 0), cv2.Sobel(value, cv2.CV_32F, 0, 1)) / 4
    layers = np.dstack([colour * np.cos(angle), colour * np.sin(angle), value, edges])
    return cv2.GaussianBlur(layers, (0, 0), 1.5).astype(np.float32)


def _difference(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.abs(one - other).mean())
