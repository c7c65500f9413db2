"""From cells to a number: what lies on the watermark's grid, and how sure that is. Knows no codec."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from overglass_cloud.marking import code
from overglass_cloud.marking.watermark import LONG, SHORT, chips, grid_of, places

PRESENT = 5.0
"""Standard deviations of the pilot's correlation below which there is no watermark: one unmarked clip in
3.5 million reaches it, and of those the checksum lets one in 65,536 pass."""

Luma = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Found:
    """A watermark that was read."""

    payload: int
    confidence: float
    "How far the pilot stands out from chance, in standard deviations."
    pictures: int
    "How many it was read from."
    agreement: float
    "Share of the code word's bits that were right before correction, 0..1."


class Reading:
    """What many pictures say together. Holds one field of cells, whatever their number."""

    def __init__(self) -> None:
        self.pictures = 0
        self._cells = np.zeros((SHORT, LONG), np.float64)

    def add(self, luma: Luma) -> None:
        """A picture's luma, (height, width)."""
        height, width = luma.shape
        cells = cv2.resize(luma, grid_of(width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
        self._cells += whitened(cells if width >= height else cells.T, 1.0)
        self.pictures += 1

    @property
    def confidence(self) -> float:
        """How far the pilot stands out: for unmarked pictures normally distributed, mean 0, deviation 1."""
        return confidence_of(self._cells)

    def found(self) -> Found | None:
        """The watermark, if there is one beyond doubt."""
        return read(self._cells, self.pictures)


def confidence_of(cells: NDArray[Any]) -> float:
    """The pilot's correlation in standard deviations, over a grid (SHORT, LONG) that is 0 where unknown."""
    pilot = (cells * chips())[places() < 0]
    power = float(np.sqrt((pilot**2).sum()))
    return float(pilot.sum()) / power if power > 0 else 0.0


def read(cells: NDArray[Any], pictures: int, least: float = PRESENT) -> Found | None:
    """The number on a grid, if the pilot stands out by `least` and the checksum is right."""
    confidence = confidence_of(cells)
    if confidence < least:
        return None
    sums = np.bincount(places().ravel() + 1, (cells * chips()).ravel(), code.LENGTH + 1)
    soft: code.Soft = sums[1:].astype(np.float64)
    payload = code.decode(soft)
    if payload is None:
        return None
    agreement = float(((soft > 0) == code.encode(payload)).mean())
    return Found(payload, confidence, pictures, agreement)


def whitened(field: NDArray[np.float32], cell: float) -> NDArray[np.float32]:
    """What each place differs by from around it, against how much places there differ anyway; bounded, so
    that no edge of the scene outvotes the rest. `cell` is a cell's side in pixels."""
    rest = field - cv2.GaussianBlur(field, (0, 0), cell)
    spread = np.sqrt(cv2.GaussianBlur(rest * rest, (0, 0), 2 * cell)) + 0.5
    return np.asarray(np.clip(rest / spread, -2, 2), np.float32)
