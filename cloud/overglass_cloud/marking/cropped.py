"""Finds the watermark's grid in a part of a marked picture: every size of the part and every place is tried.

Slow beside reading a whole picture, so it is for who asks.
"""

from collections.abc import Iterator
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from overglass_cloud.marking.reading import Found, Luma, read, whitened
from overglass_cloud.marking.watermark import LONG, PILOT, SHORT, chips, places

SMALLEST = 0.6
"Share of either side that must be there."
PRESENT = 7.5
"""As in `reading`, but over about six million places that are tried: chance reaches it in one clip of five
million, before the checksum."""
CLOSER = 4
"Of the likeliest places, how many are read."
WORKED_AT = 480
"Pixels of the longer side at which the grid is sought: three for each cell and more."

Field = NDArray[np.float32]


class Crop:
    """What many pictures of one size and one crop say together. Holds one field, whatever their number."""

    def __init__(self) -> None:
        self.pictures = 0
        self._field: Field | None = None
        self._upright = False

    def add(self, luma: Luma) -> None:
        """A picture's luma, (height, width). One of another shape than the first is left out."""
        upright = luma.shape[0] > luma.shape[1]
        wide = luma.T if upright else luma
        size = WORKED_AT, max(SHORT, round(WORKED_AT * wide.shape[0] / wide.shape[1]))
        field = cv2.resize(wide, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        cell = WORKED_AT / (LONG * (1 + SMALLEST) / 2)
        sharp = cv2.blur(whitened(field, cell), (3, 3))  # about a cell's mean, so that samples will do
        if self._field is None:
            self._field, self._upright = np.zeros_like(sharp, np.float32), upright
        if self._field.shape != sharp.shape or self._upright != upright:
            return
        self._field += sharp
        self.pictures += 1

    def found(self) -> Found | None:
        """The watermark, if there is one beyond doubt. Takes about a second."""
        if self._field is None:
            return None
        tried = sorted(_places(self._field), key=lambda each: -each[0])
        for score, cells, (left, top) in tried[:CLOSER]:
            if score < PRESENT * 0.9:
                return None
            grid = np.zeros((SHORT, LONG), np.float32)
            grid[top : top + cells.shape[0], left : left + cells.shape[1]] = cells
            if (found := read(grid, self.pictures, PRESENT)) is not None:
                return found
        return None


def _places(field: Field) -> Iterator[tuple[float, Field, tuple[int, int]]]:
    """For each size that the part may have: how far the pilot stands out at its best place, the cells, and
    that place."""
    pilot = _pilot()
    for down in range(int(SHORT * SMALLEST), SHORT + 1):
        for across in range(int(LONG * SMALLEST), LONG + 1):
            for right, below in ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5)):
                cells = _sampled(field, across, down, right, below)
                fit = cv2.matchTemplate(pilot, cells, cv2.TM_CCORR)
                _, best, _, (left, top) = cv2.minMaxLoc(fit)
                score = best / max(1e-6, float(np.sqrt(cv2.norm(cells, cv2.NORM_L2SQR) / PILOT)))
                if score > PRESENT * 0.9:
                    yield score, cells, (int(left), int(top))


def _sampled(field: Field, across: int, down: int, right: float, below: float) -> Field:
    """The field in so many cells, begun by a share of a cell further right and further below."""
    height, width = field.shape
    x, y = width / across, height / down
    to_field = np.array(((x, 0, (0.5 + right) * x - 0.5), (0, y, (0.5 + below) * y - 0.5)), np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(field, to_field, (across, down), flags=flags), np.float32)


@cache
def _pilot() -> Field:
    return np.where(places() < 0, chips(), np.float32(0)).astype(np.float32)
