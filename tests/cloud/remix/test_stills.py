from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
import pytest

from overglass_cloud.clips.span import Span
from overglass_cloud.clips.still import Still
from overglass_cloud.remix.planning import Chain, plan
from overglass_cloud.remix.presets.contract import Needs, Segment
from overglass_cloud.remix.stills import painted, taken
from overglass_cloud.remix.timeline import Source, Timeline


class Archive:
    """Sources whose pictures bear their number as brightness."""

    def __init__(self) -> None:
        self.reads: list[tuple[int, int, int]] = []

    def read(self, source: int, first: int, last: int) -> Iterator[tuple[int, av.VideoFrame]]:
        self.reads.append((source, first, last))
        for number in range(first, last):
            shade = np.full((24, 16), 100 * source + number, np.uint8)
            yield number, av.VideoFrame.from_ndarray(shade, format="gray")


class Doubled:
    """Sees a picture on either side, and proves it: it adds up three."""

    def paint(self, segment: Segment, stills: Iterator[Still]) -> Iterator[Still]:
        seen = {still.index: still for still in stills}
        for index in range(segment.start, segment.end):
            around = [seen[i] for i in (index - 1, index, index + 1) if i in seen]
            shade = sum(int(still.picture.to_ndarray()[0, 0]) for still in around)
            picture = av.VideoFrame.from_ndarray(np.full((16, 16), shade % 251, np.uint8), format="gray")
            yield seen[index].painted(picture)

    def close(self) -> None:
        pass


def _shade(still: Still) -> int:
    return int(still.picture.to_ndarray()[0, 0])


def _timeline(frames: list[int], sources: list[int]) -> Timeline:
    span = Span(0, Fraction(0), Fraction(1))
    return Timeline(
        Fraction(1, 30),
        np.array(sources, np.int32),
        np.array(frames, np.int64),
        np.arange(len(frames), dtype=np.int64),
        (span,),
    )


def test_each_output_picture_is_the_one_that_the_timeline_names() -> None:
    archive = Archive()
    timeline = _timeline([3, 5, 5, 6, 0, 2], [0, 0, 0, 0, 1, 1])
    times = [[Fraction(n, 10) for n in range(10)]] * 2
    stills = list(taken(timeline, 0, 6, archive.read, times))
    assert [_shade(still) for still in stills] == [3, 5, 5, 6, 100, 102]
    assert [still.source_time for still in stills] == [times[0][n] for n in (3, 5, 5, 6, 0, 2)]
    assert archive.reads == [(0, 3, 7), (1, 0, 3)]


@pytest.mark.parametrize("longest", [4, 7, 40])
def test_steps_that_look_around_give_the_same_however_it_is_cut(longest: int) -> None:
    timeline = Timeline.of(Source(np.arange(40, dtype=np.int64), Fraction(1, 30), 16, 16))
    times = [[Fraction(n, 30) for n in range(40)]]
    chain = Chain((Needs(1, 1), Needs(1, 1)))
    shades = []
    for segment in plan([(0, 40)], chain, longest):
        first, last = segment.start - segment.before, segment.end + segment.after
        stills = taken(timeline, first, last, Archive().read, times)
        shades += [_shade(still) for still in painted(stills, segment, chain, [Doubled(), Doubled()])]
    expected = list(range(40))
    for _ in range(2):
        edged = [0, *expected, 0]
        expected = [sum(edged[n : n + 3]) % 251 for n in range(40)]
    assert shades == expected
