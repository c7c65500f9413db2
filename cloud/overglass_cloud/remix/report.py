"""How well a finished clip turned out, in figures and in sentences, and which joins want repair.

Knows no files: pictures, times and hashes of sound are given. What is measured is a sample, so that a clip of
any length costs about the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np

from overglass_cloud.quality import LONGEST, Figures, Pixels, Quality, Step, surprise, warp_ratio
from overglass_cloud.remix.verdicts import (
    JoinFigure,
    Looks,
    QualityReport,
    Sound,
    StepFigure,
    Timing,
    sentences,
)
from overglass_protocol.errors import QualityError

MOST_JOINS, AT_JOIN = 64, 2
"Joins that are looked at, spread over the clip, and pictures on either side of each."
PLACES, AT_PLACE = 10, 8
"Other places that are looked at, and pictures in a row at each."
SAME_SHAPE = 0.02
"By how much the sides' ratio may differ for two pictures to be compared at all."
ROUNDED = Fraction(1, 2000)
"Seconds by which containers round a time."

Numbered = tuple[int, av.VideoFrame]
"A picture with its number in the output's timeline."


def wanted(count: int, joins: Sequence[int]) -> list[tuple[int, int]]:
    """Stretches [first, last) of the output's pictures that `assess` looks at, ascending, none overlapping.

    At most MOST_JOINS * 2 * AT_JOIN + PLACES * AT_PLACE pictures. Who can read any stretch reads only these.
    """
    chosen = _spread(sorted(set(joins)), MOST_JOINS)
    stretches = [(max(0, join - AT_JOIN), min(count, join + AT_JOIN)) for join in chosen]
    room = max(0, count - AT_PLACE)
    for place in range(PLACES):
        first = room * place // (PLACES - 1)
        stretches.append((first, min(count, first + AT_PLACE)))
    joined: list[tuple[int, int]] = []
    for first, last in sorted(stretches):
        if joined and first <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(last, joined[-1][1])
        elif last > first:
            joined.append((first, last))
    return joined


def timing(due: Sequence[Fraction], got: Sequence[Fraction]) -> Timing:
    """What became of every picture's time, in seconds of the output."""
    late = [abs(a - b) for a, b in zip(due, got, strict=False)]
    worst = max(late, default=Fraction(0))
    moved = next((number for number, by in enumerate(late) if by > ROUNDED), None)
    return Timing(
        wanted=len(due),
        got=len(got),
        worst_offset_s=float(worst),
        first_moved=moved,
        exact=len(due) == len(got) and moved is None,
    )


def assess(
    source: Iterable[Numbered],
    output: Iterable[Numbered],
    joins: Sequence[int],
    times: Timing,
    sound: Sound,
    *,
    painted: bool = True,
) -> QualityReport:
    """Measures the output beside what it was made from.

    `source` has, under the output's numbers, the pictures that the timeline took; both ascend, and may have
    all pictures or only those `wanted`. `joins` are the numbers of pictures that begin a segment. `painted`:
    whether pictures were changed at all. Keeps no pictures but two pairs.
    """
    sample = _measured(source, output, wanted(times.got, joins))
    looks = _looks(sample, sorted(set(joins))) if sample.figures else None
    return QualityReport(
        timing=times,
        sound=sound,
        looks=looks,
        verdicts=sentences(times, sound, looks, painted, sample.compared),
    )


@dataclass(slots=True)
class _Sample:
    """What was measured, stretch after stretch, the steps under the output's numbers."""

    figures: list[Figures]
    steps: list[Step]
    compared: bool
    "Whether source and output are of one shape."


def _measured(
    source: Iterable[Numbered], output: Iterable[Numbered], stretches: Sequence[tuple[int, int]]
) -> _Sample:
    sample = _Sample([], [], True)
    quality, first, place, last = Quality(), 0, -1, -1
    for number, one, other in _pairs(source, output, stretches):
        if not _same_shape(one, other):
            sample.compared = False
            break
        now = next(index for index, (begin, end) in enumerate(stretches) if begin <= number < end)
        if now != place or number != last + 1:
            _take(sample, quality, first)
            quality, first, place = Quality(), number, now
        last = number
        size = _size(other)
        quality.add(_pixels(one, size), _pixels(other, size))
    _take(sample, quality, first)
    return sample


def _take(sample: _Sample, quality: Quality, first: int) -> None:
    try:
        figures = quality.figures()
    except QualityError:  # nothing in this stretch can be followed, such as a cut from picture to picture
        return
    sample.figures.append(figures)
    sample.steps += [
        Step(first + step.number, step.own, step.painted, step.own_shift, step.shift)
        for step in figures.steps
    ]


def _looks(sample: _Sample, joins: Sequence[int]) -> Looks:
    surprises = surprise(sample.steps)
    starts = set(joins)
    steps = [
        StepFigure(picture=step.number, seam_ratio=ratio, join=step.number in starts)
        for step, ratio in zip(sample.steps, surprises, strict=True)
    ]
    by_picture = {step.picture: step.seam_ratio for step in steps}
    weights = [figures.pictures for figures in sample.figures]
    return Looks(
        pictures=sum(weights),
        warp_ratio=warp_ratio(sample.steps),
        seam_elsewhere=max((step.seam_ratio for step in steps if not step.join), default=None),
        joins=[JoinFigure(picture=join, seam_ratio=by_picture[join]) for join in joins if join in by_picture],
        joins_in_all=len(joins),
        structure=float(np.average([figures.structure for figures in sample.figures], weights=weights)),
        strength=float(np.average([figures.strength for figures in sample.figures], weights=weights)),
        steps=steps,
    )


def _pairs(
    source: Iterable[Numbered], output: Iterable[Numbered], stretches: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, av.VideoFrame, av.VideoFrame]]:
    """Pictures of either that have the same number, inside the stretches."""
    sources = iter(source)
    number, picture = next(sources, (None, None))
    waiting = iter(stretches)
    stretch = next(waiting, None)
    for wants, painted in output:
        while stretch is not None and wants >= stretch[1]:
            stretch = next(waiting, None)
        if stretch is None:
            return
        if wants < stretch[0]:
            continue
        while number is not None and number < wants:
            number, picture = next(sources, (None, None))
        if number is None or picture is None:
            return
        if number == wants:
            yield wants, picture, painted


def _same_shape(one: av.VideoFrame, other: av.VideoFrame) -> bool:
    return abs(one.width * other.height / (one.height * other.width) - 1) <= SAME_SHAPE


def _size(picture: av.VideoFrame) -> tuple[int, int]:
    scale = min(1.0, LONGEST / max(picture.width, picture.height))
    return max(2, round(picture.width * scale)), max(2, round(picture.height * scale))


def _pixels(picture: av.VideoFrame, size: tuple[int, int]) -> Pixels:
    array = picture.to_ndarray(format="rgb24", width=size[0], height=size[1], interpolation="AREA")
    return np.asarray(array, np.uint8)


def _spread(numbers: Sequence[int], most: int) -> list[int]:
    if len(numbers) <= most:
        return list(numbers)
    return [numbers[index * (len(numbers) - 1) // (most - 1)] for index in range(most)]
