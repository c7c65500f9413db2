"""Timelines made from timelines: stretches taken out and played at a speed, and timelines put one after the
other. Pure, and exact: times are fractions, and the time base is made to hold them all.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from overglass_cloud.clips.span import Span
from overglass_cloud.remix.timeline import Timeline, joined_duration
from overglass_protocol.errors import RemixError

LEAST_CAP = 60
"Pictures a second that a sped-up stretch may always have."
MOST_TICKS = 2**31 - 1
"Containers keep a time base's denominator in 32 bits, signed."


@dataclass(frozen=True, slots=True)
class Stretch:
    """[start, end) of a timeline in seconds from its beginning, to be played at a speed."""

    start: Fraction
    end: Fraction
    speed: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture of the output."""

    source: int
    frame: int
    time: Fraction


def duration(timeline: Timeline) -> Fraction:
    """Seconds."""
    return joined_duration(timeline.spans)


def played(timeline: Timeline, stretches: Sequence[Stretch]) -> Timeline:
    """The stretches one after the other, from time 0.

    A stretch that begins while a picture is on show begins with that picture. Pictures are dropped where
    speed would give more a second than the timeline has, or 60 if that is more.
    """
    times = [moment - _origin(timeline) for moment in map(timeline.time, range(len(timeline)))]
    closest = 1 / max(Fraction(LEAST_CAP), _rate(times))
    shown: list[Shown] = []
    offset = Fraction(0)
    spans: list[Span] = []
    for stretch in stretches:
        for picture in _pictures(timeline, times, stretch, offset):
            last = shown[-1] if shown else None
            if last and (last.source, last.frame) == (picture.source, picture.frame):
                continue
            if last and stretch.speed > 1 and picture.time - last.time < closest:
                continue
            shown.append(picture)
        offset += (stretch.end - stretch.start) / stretch.speed
        spans += _sliced(timeline.spans, stretch)
    return _timeline(shown, spans)


def followed_by(first: Timeline, second: Timeline) -> Timeline:
    """One after the other, from time 0. `second` counts its sources as `first` does."""
    shown, offset = [], Fraction(0)
    for timeline in (first, second):
        begin = _origin(timeline)
        for index in range(len(timeline)):
            moment = offset + timeline.time(index) - begin
            shown.append(Shown(int(timeline.source[index]), int(timeline.frame[index]), moment))
        offset += duration(timeline)
    return _timeline(shown, [*first.spans, *second.spans])


def _origin(timeline: Timeline) -> Fraction:
    """When the first span begins: a clip that was not touched keeps its own times, all others begin at 0."""
    return timeline.spans[0].start if timeline.untouched else Fraction(0)


def _rate(times: Sequence[Fraction]) -> Fraction:
    """Pictures a second, by the median gap."""
    gaps = sorted(after - before for before, after in pairwise(times))
    return 1 / gaps[len(gaps) // 2] if gaps else Fraction(1)


def _pictures(
    timeline: Timeline, times: Sequence[Fraction], stretch: Stretch, offset: Fraction
) -> Iterator[Shown]:
    for index in range(max(0, bisect_right(times, stretch.start) - 1), len(times)):
        if times[index] >= stretch.end:
            return
        since = max(times[index], stretch.start) - stretch.start
        yield Shown(int(timeline.source[index]), int(timeline.frame[index]), offset + since / stretch.speed)


def _sliced(spans: Sequence[Span], stretch: Stretch) -> Iterator[Span]:
    begin = Fraction(0)
    for span in spans:
        start, end = max(stretch.start, begin), min(stretch.end, begin + span.duration)
        if start < end:
            yield replace(
                span,
                start=span.start + (start - begin) * span.speed,
                end=span.start + (end - begin) * span.speed,
                speed=span.speed * stretch.speed,
            )
        begin += span.duration


def _timeline(shown: Sequence[Shown], spans: Sequence[Span]) -> Timeline:
    ticks = math.lcm(*{picture.time.denominator for picture in shown})
    if ticks > MOST_TICKS:
        raise RemixError(
            "no time base holds these times exactly",
            code="time-base",
            cure="Use rounder speeds and times, such as 1.5 and 2.25.",
        )
    return Timeline(
        Fraction(1, ticks),
        np.array([picture.source for picture in shown], np.int32),
        np.array([picture.frame for picture in shown], np.int64),
        np.array([int(picture.time * ticks) for picture in shown], np.int64),
        tuple(spans),
    )
