from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overglass_cloud.remix.presets.cutting import Speed, Trim, fitted, moment, sped, trimmed
from overglass_cloud.remix.retiming import duration, followed_by
from overglass_cloud.remix.timeline import Source, Timeline
from overglass_protocol.errors import RemixError

gaps = st.lists(st.integers(1, 9000), min_size=2, max_size=40)


def timeline(steps: list[int], base: Fraction = Fraction(1, 90000), begin: int = 0) -> Timeline:
    pts = np.cumsum([begin, *steps]).astype(np.int64)
    return Timeline.of(Source(pts, base, 64, 48))


@given(gaps, st.integers(0, 5000))
def test_trimming_from_beginning_to_end_keeps_every_gap(steps: list[int], begin: int) -> None:
    whole = timeline(steps, begin=begin)
    cut = trimmed(Trim(), whole)
    assert cut.frame.tolist() == whole.frame.tolist()
    assert [cut.time(n) for n in range(len(cut))] == [whole.time(n) - whole.time(0) for n in range(len(cut))]
    assert not cut.untouched


def test_a_trim_begins_with_the_picture_on_show_and_ends_before_the_end() -> None:
    cut = trimmed(Trim(start=0.15, end="00:00:00.400"), timeline([9000] * 9))
    assert cut.frame.tolist() == [1, 2, 3]
    assert [cut.time(n) for n in range(3)] == [0, Fraction(1, 20), Fraction(3, 20)]
    assert (cut.spans[0].start, cut.spans[0].end) == (Fraction(3, 20), Fraction(2, 5))


@pytest.mark.parametrize(("start", "end"), [(0.5, 0.2), (0, 99), (5, 6)])
def test_a_trim_outside_the_clip_says_what_is_inside(start: float, end: float) -> None:
    with pytest.raises(RemixError, match="not within") as refused:
        trimmed(Trim(start=start, end=end), timeline([9000] * 9))
    assert "from 0 to 1 s" in refused.value.cure


@given(gaps, st.sampled_from([0.1, 0.5, 1.0]))
def test_slowing_down_keeps_every_picture_at_its_exact_time(steps: list[int], factor: float) -> None:
    whole = timeline(steps)
    slow = sped(Speed(factor=factor), whole)
    exact = Fraction(str(factor))
    assert [slow.time(n) for n in range(len(slow))] == [whole.time(n) / exact for n in range(len(whole))]
    assert duration(slow) == duration(whole) / exact


def test_four_times_thirty_a_second_comes_out_at_sixty() -> None:
    fast = sped(Speed(factor=4), timeline([3000] * 120))
    assert set(np.diff(fast.pts) * fast.time_base) == {Fraction(1, 60)}


def test_ramps_follow_each_other_without_showing_a_picture_twice() -> None:
    ramps = Speed.model_validate({"factor": 1, "ramps": [{"start": 0.35, "end": 0.65, "factor": 0.5}]})
    made = sped(ramps, timeline([9000] * 9))
    assert made.frame.tolist() == list(range(10))
    assert duration(made) == Fraction(13, 10)
    assert (np.diff(made.pts) > 0).all()


@given(gaps, gaps)
def test_joined_timelines_keep_both_in_a_common_time_base(one: list[int], two: list[int]) -> None:
    first, second = timeline(one, begin=700), timeline(two, Fraction(1001, 30000))
    both = followed_by(first, second)
    assert len(both) == len(first) + len(second)
    assert both.time(len(first)) == duration(first)
    assert (np.diff(both.pts) > 0).all()


def test_moments_are_seconds_or_clock_times() -> None:
    assert moment("01:02:03.500") == Fraction(7447, 2)
    assert moment("2:03") == 123
    assert moment(0.1) == Fraction(1, 10)
    with pytest.raises(RemixError, match="no time"):
        moment("noon")


def test_a_picture_of_another_shape_is_padded_and_not_stretched() -> None:
    tall = av.VideoFrame.from_ndarray(np.full((96 * 3 // 2, 48), 200, np.uint8), format="yuv420p")
    luma = fitted(tall, 96, 64).to_ndarray()[:64]
    white = np.flatnonzero(np.any(luma > 150, axis=0))
    assert luma.shape == (64, 96)
    assert 30 <= len(white) <= 34
    assert (luma[:, :28] == 16).all()
