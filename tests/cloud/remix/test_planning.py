import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overglass_cloud.remix.planning import Chain, plan, shots_of
from overglass_cloud.remix.presets.contract import Needs, Segment, Shape
from overglass_cloud.remix.timeline import Source, Timeline
from overglass_protocol.errors import RemixError


def _timeline(count: int) -> Timeline:
    return Timeline.of(Source(np.arange(count, dtype=np.int64), Fraction(1, 30), 64, 48))


@given(
    edges=st.lists(st.integers(1, 900), min_size=1, max_size=6, unique=True),
    before=st.integers(0, 9),
    after=st.integers(0, 9),
    longest=st.integers(1, 300),
)
def test_every_picture_is_in_one_segment_and_context_stays_in_its_shot(
    edges: list[int], before: int, after: int, longest: int
) -> None:
    marks = [0, *sorted(edges)]
    shots = list(itertools.pairwise(marks))
    segments = plan(shots, Chain((Needs(before, after),)), longest)
    assert [n for s in segments for n in range(s.start, s.end)] == list(range(marks[-1]))
    for segment in segments:
        (shot,) = [shot for shot in shots if shot[0] <= segment.start < shot[1]]
        assert shot[0] <= segment.start - segment.before
        assert segment.end + segment.after <= shot[1]
        assert segment.end - segment.start <= longest


def test_what_is_generated_window_after_window_is_one_segment_a_shot() -> None:
    chain = Chain((Needs(blend=4, shape=Shape(step=4, first=1, most=81)),))
    segments = plan([(0, 300), (300, 310)], chain)
    assert [(segment.start, segment.end) for segment in segments] == [(0, 300), (300, 310)]


def test_a_cut_in_the_source_begins_a_shot_wherever_the_timeline_shows_it() -> None:
    assert shots_of(_timeline(10), [[4]]) == [(0, 4), (4, 10)]
    assert shots_of(_timeline(10), [[]]) == [(0, 10)]


def test_a_change_of_source_or_a_leap_in_it_begins_a_shot() -> None:
    whole = _timeline(60)
    leaping = Timeline(
        whole.time_base,
        np.array([0] * 40 + [1] * 20, np.int32),
        np.concatenate([np.arange(20), np.arange(50, 70), np.arange(20)]).astype(np.int64),
        whole.pts,
        whole.spans,
    )
    assert shots_of(leaping, [[], []]) == [(0, 20), (20, 40), (40, 60)]


def test_an_earlier_step_paints_what_later_ones_want_to_see() -> None:
    chain = Chain((Needs(2, 1), Needs(3, 4)))
    (_, middle, _) = plan([(0, 300)], chain, longest=100)
    assert (middle.before, middle.after) == (5, 5)
    assert chain.segment_for(0, middle) == Segment(1, 97, 204, 2, 1)
    assert chain.segment_for(1, middle) == Segment(1, 100, 200, 5, 5)


def test_two_steps_with_shapes_are_refused() -> None:
    chain = Chain((Needs(shape=Shape(4, 1)), Needs(shape=Shape(8, 1))))
    with pytest.raises(RemixError, match="one step that generates"):
        plan([(0, 10)], chain)
