"""Cuts a timeline into segments that workers paint apart from each other. Pure.

Segments end at shot cuts, since nothing has to fit across one; a long shot is divided further. Context never
reaches into another shot.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from overglass_cloud.remix.presets.contract import Needs, Segment, Shape
from overglass_cloud.remix.timeline import Timeline
from overglass_protocol.errors import RemixError

LONGEST = 240
"Pictures of a segment: what a killed worker may cost, about eight seconds at thirty a second."
_GAP = 8
"Source pictures that may be left out between neighbours of one shot, as a faster clip does."


@dataclass(frozen=True, slots=True)
class Chain:
    """What all steps together ask of a segment, and what each of them is to be given."""

    needs: tuple[Needs, ...]

    @property
    def before(self) -> int:
        return sum(each.before for each in self.needs)

    @property
    def after(self) -> int:
        return sum(each.after for each in self.needs)

    @property
    def blend(self) -> int:
        return max((each.blend for each in self.needs), default=0)

    @property
    def shape(self) -> Shape | None:
        """Raises RemixError when two steps have shapes of their own: no window would suit both."""
        shapes = [each.shape for each in self.needs if each.shape is not None]
        if len(shapes) > 1:
            raise RemixError(
                "a recipe can have one step that generates video",
                code="two-shapes",
                cure="Make the second from the first one's result.",
            )
        return shapes[0] if shapes else None

    def segment_for(self, step: int, segment: Segment) -> Segment:
        """What step number `step` has to paint so that those after it find their context.

        Its `before` and `after` are the context that it is itself given beyond that.
        """
        later = self.needs[step + 1 :]
        blend = segment.blend
        before = min(sum(each.before for each in later), segment.before - blend) + blend
        after = min(sum(each.after for each in later), segment.after)
        return Segment(
            segment.index,
            segment.start - before,
            segment.end + after,
            segment.before - before,
            segment.after - after,
            0,
        )


def shots_of(timeline: Timeline, cuts: Sequence[Iterable[int]]) -> list[tuple[int, int]]:
    """Output pictures [start, end) of each shot. `cuts` are, for each source, the numbers of the pictures
    that begin a new one."""
    count = len(timeline)
    starts = {0}
    moved = (timeline.source[1:] != timeline.source[:-1]) | (
        np.abs(timeline.frame[1:] - timeline.frame[:-1]) > _GAP
    )
    starts.update(int(index) + 1 for index in np.flatnonzero(moved))
    for source, numbers in enumerate(cuts):
        ordered = np.asarray(sorted(numbers), np.int64)
        passed = np.searchsorted(ordered, timeline.frame, side="right")
        crossing = (passed[1:] != passed[:-1]) & (timeline.source[1:] == source)
        starts.update(int(index) + 1 for index in np.flatnonzero(crossing))
    edges = [*sorted(starts), count]
    return [(start, end) for start, end in pairwise(edges) if end > start]


def plan(shots: Iterable[tuple[int, int]], chain: Chain, longest: int = LONGEST) -> list[Segment]:
    """Segments in order, which cover every shot's pictures once."""
    segments: list[Segment] = []
    for first, last in shots:
        for start, end in _divided(first, last, chain, longest):
            blend = min(chain.blend, start - first)
            segments.append(
                Segment(
                    len(segments),
                    start,
                    end,
                    min(chain.before + blend, start - first),
                    min(chain.after, last - end),
                    blend,
                )
            )
    return segments


def _divided(first: int, last: int, chain: Chain, longest: int) -> Iterator[tuple[int, int]]:
    if chain.shape is not None:
        # Whoever generates blends its own windows, each of which follows from the one in front.
        yield first, last
        return
    pieces = max(1, -(-(last - first) // longest))
    edges = [first + (last - first) * piece // pieces for piece in range(pieces + 1)]
    yield from pairwise(edges)
