import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest

from overglass_cloud.quality import Pixels
from overglass_cloud.remix.chart import chart
from overglass_cloud.remix.report import AT_JOIN, AT_PLACE, MOST_JOINS, PLACES, assess, timing, wanted
from overglass_cloud.remix.verdicts import QualityReport, Sound
from tests.cloud.quality.scenes import grain, lighter, walk

COUNT = 40
SAME = Sound(source="ab", output="ab")
TIMES = [Fraction(number * number, 900) for number in range(COUNT)]


def numbered(pictures: Sequence[Pixels]) -> Iterator[tuple[int, av.VideoFrame]]:
    return ((n, av.VideoFrame.from_ndarray(each, format="rgb24")) for n, each in enumerate(pictures))


def judged(painted: Sequence[Pixels], joins: Sequence[int] = (), sound: Sound = SAME) -> QualityReport:
    return assess(numbered(walk(COUNT)), numbered(painted), joins, timing(TIMES, TIMES), sound)


def words(report: QualityReport, about: str) -> tuple[str, str]:
    return next((each.grade, each.sentence) for each in report.verdicts if each.about == about)


def test_a_copy_is_good_but_for_having_changed_nothing() -> None:
    report = judged(walk(COUNT), joins=[20])
    assert report.looks is not None
    assert report.looks.warp_ratio == pytest.approx(1, abs=0.02)
    assert report.looks.structure > 0.99
    assert report.to_repair == []
    assert words(report, "change")[0] == "fair"
    assert {each.grade for each in report.verdicts if each.about != "change"} == {"good"}


def test_a_jump_of_colour_at_a_join_is_found_there_and_nowhere_else() -> None:
    painted = [each if n < 20 else lighter(each, (14, 4, -10)) for n, each in enumerate(walk(COUNT))]
    report = judged(painted, joins=[10, 20, 30])
    assert report.to_repair == [20]
    assert report.looks is not None
    assert report.looks.worst_join is not None
    assert report.looks.worst_join.picture == 20
    assert report.looks.seam_elsewhere is not None
    assert report.looks.seam_elsewhere < 2.5
    assert words(report, "joins") == ("poor", words(report, "joins")[1])
    assert "picture 20" in words(report, "joins")[1]
    assert report.grade == "poor"


def test_flicker_and_another_scene_are_called_by_name() -> None:
    flickering = [lighter(each, 20 * (n % 2)) for n, each in enumerate(walk(COUNT))]
    assert words(judged(flickering), "steadiness")[0] == "poor"
    dust = [lighter(np.full_like(each, 128), grain(1)) for each in walk(COUNT)]
    assert words(judged(dust), "likeness")[0] == "poor"


def test_times_are_exact_or_the_first_that_is_not_is_named() -> None:
    assert timing(TIMES, TIMES).exact
    assert timing(TIMES, [each + Fraction(1, 3000) for each in TIMES]).exact, "as containers round"
    late = [each + (Fraction(1, 30) if n >= 7 else 0) for n, each in enumerate(TIMES)]
    moved = timing(TIMES, late)
    assert (moved.exact, moved.first_moved) == (False, 7)
    assert moved.worst_offset_s == pytest.approx(1 / 30)
    short = timing(TIMES, TIMES[:-1])
    assert (short.exact, short.wanted, short.got) == (False, COUNT, COUNT - 1)


@pytest.mark.parametrize(
    ("sound", "grade"),
    [
        (Sound(), "good"),
        (SAME, "good"),
        (Sound(source="ab"), "poor"),
        (Sound(source="ab", output="cd"), "poor"),
        (Sound(source="ab", output="cd", remade=True), "good"),
    ],
)
def test_sound_is_the_sources_or_said_not_to_be(sound: Sound, grade: str) -> None:
    assert words(judged(walk(COUNT), sound=sound), "sound")[0] == grade


def test_a_long_clip_is_sampled_and_every_join_of_a_short_one_looked_at() -> None:
    for count in (1, 5, COUNT, 200_000):
        stretches = wanted(count, range(0, count, 240))
        pictures = sum(last - first for first, last in stretches)
        assert pictures <= MOST_JOINS * 2 * AT_JOIN + PLACES * AT_PLACE
        assert all(0 <= first < last <= count for first, last in stretches)
        assert all(one[1] < two[0] for one, two in pairwise(stretches))
    inside = {n for first, last in wanted(3000, [500, 777]) for n in range(first, last)}
    assert {499, 500, 776, 777} <= inside


def test_only_the_sample_need_be_given() -> None:
    count, joins = 90, [45]
    chosen = {n for first, last in wanted(count, joins) for n in range(first, last)}
    pictures = walk(count, speed=1)
    painted = [each if n < 45 else lighter(each, 12) for n, each in enumerate(pictures)]
    times = [Fraction(n, 30) for n in range(count)]
    whole, sampled = (
        assess(
            (each for each in numbered(pictures) if each[0] in kept),
            (each for each in numbered(painted) if each[0] in kept),
            joins,
            timing(times, times),
            SAME,
        )
        for kept in (set(range(count)), chosen)
    )
    assert whole == sampled
    assert whole.to_repair == [45]


def test_a_picture_of_another_shape_is_not_compared() -> None:
    narrow = [np.ascontiguousarray(each[:, 40:90]) for each in walk(COUNT)]
    report = judged(narrow)
    assert report.looks is None
    assert "another shape" in words(report, "steadiness")[1]
    assert "Not compared" in chart(report)


def test_a_clip_of_one_picture_is_reported_without_comparison() -> None:
    one = [Fraction(0)]
    report = assess(numbered(walk(1)), numbered(walk(1)), [], timing(one, one), SAME)
    assert report.looks is None
    assert report.grade == "unknown"


def test_the_report_goes_to_json_and_the_chart_shows_each_step() -> None:
    painted = [each if n < 20 else lighter(each, 14) for n, each in enumerate(walk(COUNT))]
    report = judged(painted, joins=[20])
    document = report.model_dump(mode="json")
    assert document["to_repair"] == [20]
    assert document["looks"]["joins"][0]["needs_repair"] is True
    drawing = ET.fromstring(chart(report))
    assert report.looks is not None
    bars = drawing.findall("{http://www.w3.org/2000/svg}rect")
    assert len(bars) == len(report.looks.steps) + 1
