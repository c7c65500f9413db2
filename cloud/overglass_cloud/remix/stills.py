"""A segment's pictures on their way: decoded as the timeline wants them, painted step by step, picked.

Knows no files and no encoder: who reads a source is given.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np

from overglass_cloud.clips.still import Still
from overglass_cloud.remix.planning import Chain
from overglass_cloud.remix.presets.contract import Painter, Segment
from overglass_cloud.remix.timeline import Timeline

Reader = Callable[[int, int, int], Iterator[tuple[int, av.VideoFrame]]]
"Pictures [first, last) of a source: its number, first, last. Each comes with its number, ascending."


def taken(
    timeline: Timeline, first: int, last: int, read: Reader, times: Sequence[Sequence[Fraction]]
) -> Iterator[Still]:
    """Output pictures [first, last), decoded. `times` has every source picture's own, in seconds.

    Each run that goes forward in one source is read in one go, whatever it leaves out or shows twice.
    """
    for start, end in _runs(timeline, first, last):
        source = int(timeline.source[start])
        frames = timeline.frame[start:end]
        pictures = read(source, int(frames[0]), int(frames[-1]) + 1)
        number, picture = next(pictures)
        for index, wanted in zip(range(start, end), frames.tolist(), strict=True):
            while number < wanted:
                number, picture = next(pictures)
            yield Still(index, timeline.time(index), picture, source, times[source][wanted])


def painted(
    stills: Iterator[Still], segment: Segment, chain: Chain, painters: Sequence[Painter]
) -> Iterator[Still]:
    """What all painters make of a segment's pictures and their context, in order, the context left out."""
    for step, painter in enumerate(painters):
        stills = painter.paint(chain.segment_for(step, segment), stills)
    return (still for still in stills if segment.start - segment.blend <= still.index < segment.end)


def _runs(timeline: Timeline, first: int, last: int) -> Iterator[tuple[int, int]]:
    source, frame = timeline.source[first:last], timeline.frame[first:last]
    breaks = np.flatnonzero((source[1:] != source[:-1]) | (frame[1:] < frame[:-1])) + 1
    edges = [first, *(first + int(each) for each in breaks), last]
    yield from pairwise(edges)
