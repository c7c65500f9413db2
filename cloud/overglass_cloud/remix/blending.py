"""Joins two runs of pictures that show the same moments but were painted apart: colours matched, then faded.

Knows arrays alone: (height, width, 3) RGB of eight bits. Who painted them, and when, is not its business.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"(height, width, 3), RGB."

STEEPEST = 1.5
"How far a spread is stretched or squeezed at most: a flat overlap says little about the contrast behind it."


@dataclass(frozen=True, slots=True)
class Match:
    """Moves mean and spread of each LAB channel (Reinhard et al., Color Transfer between Images, 2001)."""

    gain: NDArray[np.float32]
    "(3,)"
    offset: NDArray[np.float32]
    "(3,)"

    @classmethod
    def of(cls, painted: Sequence[Pixels], wanted: Sequence[Pixels]) -> "Match":
        """Takes `painted` to the colours of `wanted`: the same moments, at least one, of one size."""
        mean, spread = _measure(painted)
        wanted_mean, wanted_spread = _measure(wanted)
        ratio = (wanted_spread + 1e-3) / (spread + 1e-3)
        gain = np.clip(ratio, 1 / STEEPEST, STEEPEST).astype(np.float32)
        return cls(gain, (wanted_mean - gain * mean).astype(np.float32))

    def on(self, picture: Pixels) -> Pixels:
        """The same picture in the colours that were wanted."""
        lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
        moved = (lab * self.gain + self.offset).astype(np.float32)
        rgb = cv2.cvtColor(moved, cv2.COLOR_LAB2RGB)
        return (np.clip(rgb, 0, 1) * 255 + 0.5).astype(np.uint8)


def crossfade(before: Sequence[Pixels], after: Sequence[Pixels]) -> list[Pixels]:
    """From one run to the other. Neither is ever alone, so that no picture of the overlap is a cut."""
    count = len(before)
    faded = []
    for number, (left, right) in enumerate(zip(before, after, strict=True)):
        share = np.float32((number + 1) / (count + 1))
        mixed = left + share * (right.astype(np.float32) - left)
        faded.append((mixed + 0.5).astype(np.uint8))
    return faded


def joined(tail: Sequence[Pixels], run: Iterable[Pixels]) -> Iterator[Pixels]:
    """`run`, whose first pictures show what `tail` shows, in its colours, and grown out of it.

    With an empty tail `run` is handed on as it is. Holds as many pictures as the tail has.
    """
    rest = iter(run)
    opening = list(islice(rest, len(tail)))
    if not opening:
        yield from rest
        return
    shown = tail[: len(opening)]
    match = Match.of(opening, shown)
    yield from crossfade(shown, [match.on(picture) for picture in opening])
    for picture in rest:
        yield match.on(picture)


def _measure(pictures: Sequence[Pixels]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation of each LAB channel over all of them."""
    sums, squares, count = np.zeros(3), np.zeros(3), 0
    for picture in pictures:
        lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB).astype(np.float64)
        sums += lab.sum((0, 1))
        squares += np.square(lab).sum((0, 1))
        count += lab.shape[0] * lab.shape[1]
    mean = sums / count
    return mean, np.sqrt(np.maximum(squares / count - mean**2, 0))
