"""The measures of a whole clip, taken one picture after the other.

Keeps the last pair of pictures, and a handful of numbers for each.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median

import numpy as np

from overglass_cloud.quality.likeness import strength, structure
from overglass_cloud.quality.motion import Motion
from overglass_cloud.quality.pictures import Pixels, colours, pair
from overglass_protocol.errors import QualityError

FOLLOWED = 0.5
"""Share of a picture that has to be in the one before; with less there is a cut, and the step is left out.
Neighbours in four real clips share at least 0.84, pictures of any two of them at most 0.38."""
ROUNDING = 0.25
"Levels by which rounding to 8 bits moves a sample on average. Added to errors, so that stillness divides."
STILL = 0.2
"Of L*a*b*, half a level of 8 bits in lightness: below it nobody sees a shift, however untypical it is."


@dataclass(frozen=True, slots=True)
class Step:
    """From one picture to the next, as far as the source's motion could be followed."""

    number: int
    "Of the later picture; the first is 0."
    own: float
    "Warping error of the source: mean absolute difference to the picture before, carried along, 0..255."
    painted: float
    "The same of the painted picture, along the source's motion."
    own_shift: float
    "Length of the mean change of L*a*b* in the source that motion does not explain."
    shift: float
    "The same of the painted picture."


@dataclass(frozen=True, slots=True)
class Figures:
    """What a clip measures."""

    pictures: int
    warp_ratio: float
    "How much less steady than its source; 1 for a copy. At most 1.5 is good."
    seam_ratio: float
    "The most surprising shift of colour against what was to be expected; 1 for a copy. At most 2.5 is good."
    seam_at: int
    "Number of the picture that begins with it; the first is 0."
    structure: float
    "Correlation of edges with the source, mean over the pictures; 1 for a copy. At least 0.6 is good."
    strength: float
    "Distance from the source, mean over the pictures; 0 for a copy, 1 from black to white."
    steps: tuple[Step, ...]
    "All but those over a cut."


class Quality:
    """Measures a painted clip beside its source.

        quality = Quality()
        for source, painted in pairs:
            quality.add(source, painted)
        print(quality.figures().warp_ratio)

    Pictures of any size are measured with their longer side at LONGEST pixels.
    """

    def __init__(self) -> None:
        self._last: tuple[Pixels, Pixels] | None = None
        self._steps: list[Step] = []
        self._structure: list[float] = []
        self._strength: list[float] = []

    def add(self, source: Pixels, painted: Pixels, motion: Motion | None = None) -> None:
        """The next picture and what was painted of it, RGB, (height, width, 3), uint8, of one size.

        `motion` is that of the reduced source since the picture before, where somebody has it already.
        Raises QualityError for other arrays, and when the size is not that of the pictures before.
        """
        source, painted = pair(source, painted)
        number = len(self._structure)
        if self._last is not None:
            self._follow(number, self._last, (source, painted), motion)
        self._structure.append(structure(source, painted))
        self._strength.append(strength(source, painted))
        self._last = source.copy(), painted.copy()  # who gives pictures may use their memory again

    def figures(self) -> Figures:
        """Of all pictures so far. Raises QualityError where no step between two could be followed."""
        if not self._steps:
            raise QualityError(
                "a clip without motion that can be followed cannot be measured",
                cure="Give two or more pictures in a row of one shot.",
            )
        surprises = surprise(self._steps)
        return Figures(
            pictures=len(self._structure),
            warp_ratio=warp_ratio(self._steps),
            seam_ratio=max(surprises),
            seam_at=self._steps[int(np.argmax(surprises))].number,
            structure=fmean(self._structure),
            strength=fmean(self._strength),
            steps=tuple(self._steps),
        )

    def _follow(
        self, number: int, before: tuple[Pixels, Pixels], now: tuple[Pixels, Pixels], motion: Motion | None
    ) -> None:
        if before[0].shape != now[0].shape:
            raise QualityError(
                f"picture {number} has another size than the one before", cure="Measure each size alone."
            )
        motion = motion or Motion.between(before[0], now[0])
        if motion.share < FOLLOWED:
            return
        (own, own_shift), (painted, shift) = (
            _change(motion, *pictures) for pictures in zip(before, now, strict=True)
        )
        self._steps.append(Step(number, own, painted, own_shift, shift))


def warp_ratio(steps: Sequence[Step]) -> float:
    """Temporal warping error (Lai et al., ECCV 2018) of the painted clip over its source's own, summed first.

    Summed, since a ratio of each step would let a still moment outweigh all others.
    """
    slack = ROUNDING * len(steps)
    return (sum(step.painted for step in steps) + slack) / (sum(step.own for step in steps) + slack)


def seam_ratio(steps: Sequence[Step]) -> float:
    """The largest `surprise`: colour drifts by little, and jumps where pieces are joined."""
    return max(surprise(steps))


def surprise(steps: Sequence[Step]) -> list[float]:
    """Of each step the shift of colour, signed within the picture, over what was to be expected.

    Expected is the clip's median, or more where the source itself shifts (a light, a camera's exposure): by
    as much as its median shift becomes the painted one's.
    """
    typical = max(median(step.shift for step in steps), STILL)
    gain = typical / max(median(step.own_shift for step in steps), STILL)
    return [max(step.shift, STILL) / max(typical, gain * step.own_shift) for step in steps]


def measure(pairs: Iterable[tuple[Pixels, Pixels]]) -> Figures:
    """Of a clip as (source, painted) pictures. Raises QualityError as `Quality` does."""
    quality = Quality()
    for source, painted in pairs:
        quality.add(source, painted)
    return quality.figures()


def _change(motion: Motion, before: Pixels, now: Pixels) -> tuple[float, float]:
    """Mean absolute change of RGB, and length of the mean change of L*a*b*."""
    error = float(np.abs(motion.change(before, now)).mean())
    return error, float(np.linalg.norm(motion.change(colours(before), colours(now)).mean(0)))
