"""The pictures that every look is tried on, and what is measured of them once for all looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import Self

import av
import numpy as np

from overglass_cloud.quality import Figures, Motion, Pixels, Quality, reduced
from overglass_protocol.errors import SourceError
from overglass_simulators.bench import content
from overglass_simulators.bench.rig import Advance

RATE = 30.0
"Pictures a second: how far things move from one to the next."
LARGE, LARGE_SECONDS = (1280, 720), 1.0
WARM_UP = 8
"Pictures painted before any is timed: memory is found, kernels are chosen."
MOMENTS = 4
RUN_UP = 8
"Pictures before a moment that are painted too: some looks remember."

Picture = av.VideoFrame
"`yuv420p`."


@dataclass(frozen=True, slots=True)
class Reel:
    """Pictures of one clip, all held in memory: decoding would disturb what is timed."""

    pictures: Sequence[Picture]
    "Measured; consecutive."
    moments: Sequence[Sequence[Picture]]
    "MOMENTS pieces of the whole clip, each with its run-up; the last picture of each is shown."
    large: Sequence[Picture]
    "1280x720; timed only."

    @classmethod
    def of(cls, clip: Path | None, size: tuple[int, int], seconds: float) -> Self:
        """Raises SourceError for a clip that cannot be read, or of fewer than two pictures."""
        whole = content.stretch(clip, size, RATE, inf if clip else content.GENERATED_SECONDS)
        if len(whole) < 2:
            raise SourceError("the clip is a single picture", cure="Name one of a second or more.")
        measured = max(2, round(seconds * RATE))
        large = content.stretch(clip, LARGE, RATE, LARGE_SECONDS)
        return cls(whole[:measured], moments_of(whole), large)

    @property
    def length(self) -> int:
        """How many pictures a look paints of it, at most."""
        return WARM_UP + len(self.pictures) + sum(map(len, self.moments)) + len(self.large)

    def source(self, advance: Advance) -> "Source":
        """The measured pictures as they are compared with."""
        shown = [pixels(picture) for picture in self.pictures]
        motions: list[Motion | None] = [None]
        for before, now in pairwise(shown):
            motions.append(Motion.between(reduced(before), reduced(now)))
            advance(1)
        return Source(shown, motions)


@dataclass(frozen=True, slots=True)
class Source:
    """What paintings are measured against."""

    pictures: Sequence[Pixels]
    motions: Sequence[Motion | None]
    "Since the picture before; None for the first."

    def figures(self, painted: Sequence[Picture], advance: Advance) -> Figures:
        """Of a painting of the first pictures, or of all. Raises QualityError."""
        quality = Quality()
        for picture, source, motion in zip(painted, self.pictures, self.motions, strict=False):
            quality.add(source, pixels(picture), motion)
            advance(1)
        return quality.figures()


def moments_of(pictures: Sequence[Picture]) -> list[Sequence[Picture]]:
    """MOMENTS pieces, from the middles of as many equal parts."""
    shown = (len(pictures) * (2 * n + 1) // (2 * MOMENTS) for n in range(MOMENTS))
    return [pictures[max(0, at - RUN_UP) : at + 1] for at in shown]


def pixels(picture: Picture) -> Pixels:
    """RGB, (height, width, 3)."""
    return np.asarray(picture.to_ndarray(format="rgb24"), np.uint8)
