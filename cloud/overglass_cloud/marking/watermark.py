"""A number in the picture that nobody sees and that survives encoding, scaling and a stripped manifest.

A grid of cells over the whole picture is made lighter or darker by a hair, by a pattern that only says
something to who knows it (spread spectrum, Cox et al., 1997). Where a picture is busy the cells are stronger.
"""

import hashlib
from functools import cache, lru_cache
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from overglass_cloud.engines.planes import picture_like, views
from overglass_cloud.marking import code

LONG, SHORT = 160, 90
"Cells along a picture's longer and shorter side."
PILOT = 4
"One cell in so many carries no bit, and says that there is a watermark at all."
WEAK, STRONG = 1.8, 3.2
"Levels of luma by which a cell moves: in the smoothest places, and in the busiest."
BUSY = 10.0
"Levels of change between neighbouring cells above which a place hides the most."
KEPT = 8
"Numbers whose patterns are kept ready."
_KEY = b"overglass watermark 1"
"Who changes it no longer reads what was marked before."

Field = NDArray[np.float32]


class Watermark:
    """Marks pictures with one number, 0 to 2**32 - 1. Raises ValueError for another."""

    def __init__(self, payload: int) -> None:
        self.payload = payload
        self._signs = _signs(payload)

    def mark(self, picture: av.VideoFrame) -> av.VideoFrame:
        """A new picture with the mark in it, times and colours kept. Takes `yuv420p` and `yuvj420p`."""
        luma, blue, red = views(picture)
        height, width = luma.shape
        strength = _strength(cv2.resize(luma, grid_of(width, height)))  # samples, no means: they are enough
        cells = strength * (self._signs if width >= height else self._signs.T)
        pattern = cv2.resize(cells, (width, height), interpolation=cv2.INTER_LINEAR)
        marked = cv2.add(luma, pattern, dtype=cv2.CV_8U)
        return picture_like(picture, (np.asarray(marked, np.uint8), blue, red))


def grid_of(width: int, height: int) -> tuple[int, int]:
    """Cells across and down."""
    return (LONG, SHORT) if width >= height else (SHORT, LONG)


@cache
def chips() -> NDArray[np.float32]:
    """(SHORT, LONG) of -1 and 1: what each cell's bit is multiplied with."""
    drawn = np.frombuffer(hashlib.shake_256(_KEY + b" signs").digest(LONG * SHORT), np.uint8)
    return np.where(drawn & 1, np.float32(1), np.float32(-1)).reshape(SHORT, LONG)


@cache
def places() -> NDArray[np.int64]:
    """(SHORT, LONG). Which bit of the code word each cell carries; -1 for the pilot."""
    drawn = np.frombuffer(hashlib.shake_256(_KEY + b" places").digest(4 * LONG * SHORT), "<u4")
    order = np.argsort(drawn, kind="stable")
    place = np.full(LONG * SHORT, -1, np.int64)
    carriers = order[LONG * SHORT // PILOT :]
    place[carriers] = np.arange(len(carriers)) % code.LENGTH
    return place.reshape(SHORT, LONG)


@lru_cache(KEPT)
def _signs(payload: int) -> Field:
    """(SHORT, LONG) of -1 and 1: what each cell is to be."""
    bits = np.append(code.encode(payload), 1)  # the last is the pilot's
    return chips() * (bits[places()].astype(np.float32) * 2 - 1)


def _strength(cells: NDArray[Any]) -> Field:
    """How far each cell may move, from how much the picture changes around it."""
    change = cv2.absdiff(cells, cv2.blur(cells, (3, 3)))
    busy = cv2.blur(np.asarray(change, np.float32), (5, 5))
    return np.asarray(np.minimum(busy * ((STRONG - WEAK) / BUSY) + WEAK, STRONG), np.float32)
