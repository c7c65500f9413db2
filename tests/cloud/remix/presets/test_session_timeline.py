"""What is worn when: the recorded timeline, and changes laid over it."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from overglass_cloud.looks import Look, Looks
from overglass_cloud.remix.presets.session_timeline import (
    PLAIN,
    Change,
    Schedule,
    Worn,
    changed,
    checked,
    recorded,
    replaced,
)
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError, RemixError
from overglass_protocol.recording.timeline import AppliedLine, ControlLine, FrameLine, VideoLine
from overglass_protocol.recording.timeline_file import TimelineFile
from tests.cloud.parts import looks

START = 500.0
"Of the edge's clock, at the first picture."
WORDS = Look("words", "", "test", lambda workshop: None, takes_prompt=True, strength=0.6)  # type: ignore[arg-type, return-value]
INK = Look("ink", "", "test", lambda workshop: None, strength=0.8)  # type: ignore[arg-type, return-value]


def known() -> Looks:
    return looks(WORDS, INK)


def timeline(
    controls: list[tuple[Control, float]],
    applied: list[tuple[int, int | None]],
    ids: list[int] | None = None,
) -> TimelineFile:
    """A hundred pictures, ten a second, whose film begins 7 seconds into the source's own time."""
    frames = [
        FrameLine(id=number, pts=7000 + 100 * number, capture_time=START + number / 10)
        for number in ids or range(100)
    ]
    return TimelineFile(
        VideoLine(width=64, height=48, time_base=(1, 1000), origin=(7, 1)),
        frames,
        [ControlLine(document=control, at=START + at) for control, at in controls],
        [AppliedLine(version=version, frame_id=frame, at=0) for version, frame in applied],
    )


def look_at(schedule: Schedule, picture: int) -> str:
    return schedule.at(Fraction(picture, 10)).look


FIRST, SECOND, THIRD = (
    Control(version=1, look="ink"),
    Control(version=2, look="words"),
    Control(version=3, look="broken"),
)


def test_a_document_is_worn_from_the_picture_that_first_showed_it() -> None:
    schedule = recorded(timeline([(FIRST, 0), (SECOND, 4)], [(1, 3), (2, 45)]), "worn")
    assert [look_at(schedule, n) for n in (0, 2, 3, 44, 45, 99)] == [
        "none",
        "none",
        "ink",
        "ink",
        "words",
        "words",
    ]


def test_asked_for_is_without_the_delay() -> None:
    schedule = recorded(timeline([(FIRST, 0), (SECOND, 4)], [(1, 3), (2, 45)]), "asked")
    assert [look_at(schedule, n) for n in (0, 39, 40)] == ["ink", "ink", "words"]


def test_what_never_reached_the_wearer_is_not_worn() -> None:
    schedule = recorded(
        timeline([(FIRST, 0), (SECOND, 4), (THIRD, 4.1)], [(1, 0), (2, None), (3, 45)]), "worn"
    )
    assert schedule.looks == ("ink", "broken")


def test_a_session_without_a_service_wears_what_was_asked_for() -> None:
    schedule = recorded(timeline([(FIRST, 2)], []), "worn")
    assert [look_at(schedule, n) for n in (19, 20)] == ["none", "ink"]


def test_a_first_picture_that_the_recording_lost_hands_over_to_the_next_one() -> None:
    ids = [n for n in range(100) if not 40 <= n < 50]
    schedule = recorded(timeline([(FIRST, 0)], [(1, 44)], ids), "worn")
    assert [look_at(schedule, n) for n in (39, 50)] == ["none", "ink"]


def test_times_of_the_film_may_be_off_by_their_own_rounding() -> None:
    schedule = recorded(timeline([(FIRST, 0)], [(1, 3)]), "worn")
    assert schedule.at(Fraction(3, 10) - Fraction(4, 10_000)).look == "ink"
    assert schedule.at(Fraction(3, 10) - Fraction(6, 10_000)).look == "none"


def test_a_timeline_without_pictures_is_refused_with_the_cure() -> None:
    with pytest.raises(RemixError, match="no picture") as caught:
        recorded(TimelineFile(), "worn")
    assert "timeline.jsonl" in caught.value.cure


def test_versions_and_overlays_change_no_picture_and_are_left_out() -> None:
    again = Control(version=2, look="ink", overlays=("faces",))
    schedule = recorded(timeline([(FIRST, 0), (again, 4)], [(1, 0), (2, 45)]), "worn")
    assert len(schedule.worn) == 1


def test_a_change_overrides_only_what_it_names_and_only_as_long_as_it_lasts() -> None:
    recording = Schedule((Worn(Fraction(0), Control(look="ink", strength=0.5)),))
    schedule = changed(recording, [Change(at=1, until=2, region="people", seed=9)], known())
    assert schedule.at(Fraction(1)) == Control(look="ink", strength=0.5, region="people", seed=9)
    assert schedule.at(Fraction(2)) == schedule.at(Fraction(0)) == Control(look="ink", strength=0.5)


def test_recorded_changes_go_on_beneath_those_laid_over_them() -> None:
    recording = Schedule(
        (Worn(Fraction(0), Control(look="ink")), Worn(Fraction(5), Control(look="ink", seed=3)))
    )
    schedule = changed(recording, [Change(at=1, strength=0.2)], known())
    assert schedule.at(Fraction(6)) == Control(look="ink", seed=3, strength=0.2)


def test_a_look_is_worn_at_its_own_strength_and_without_words_for_another() -> None:
    recording = Schedule((Worn(Fraction(0), Control(look="words", prompt="sea", strength=0.3)),))
    schedule = changed(recording, [Change(at=1, look="ink")], known())
    assert schedule.at(Fraction(1)) == Control(look="ink", strength=0.8)


def test_of_two_changes_the_one_that_began_later_wins_in_whatever_order() -> None:
    early, late = Change(at=1, look="ink"), Change(at=2, look="words")
    for order in ([early, late], [late, early]):
        schedule = changed(Schedule(()), order, known())
        assert [look_at(schedule, n) for n in (9, 10, 20)] == ["none", "ink", "words"]


def test_a_look_put_in_the_place_of_another_keeps_the_rest() -> None:
    recording = Schedule((Worn(Fraction(0), Control(look="gone", prompt="sea", strength=0.3, seed=4)),))
    schedule = replaced(recording, {"gone": "ink"}, known())
    assert schedule.at(Fraction(0)) == Control(look="ink", strength=0.3, seed=4)


def test_a_recorded_look_that_is_not_here_is_refused_with_the_ways_out() -> None:
    with pytest.raises(LookError, match="gone") as caught:
        checked(Schedule((Worn(Fraction(0), Control(look="gone")),)), known())
    assert "instead" in caught.value.cure
    assert "ink" in caught.value.cure


def test_words_for_a_look_that_takes_none_are_refused() -> None:
    with pytest.raises(LookError, match="no prompt"):
        checked(changed(Schedule(()), [Change(look="ink", prompt="sea")], known()), known())


def test_a_change_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidationError, match="ends after"):
        Change(at=2, until=1)


def test_a_schedule_goes_to_json_and_back() -> None:
    schedule = Schedule((Worn(Fraction(-1, 3), Control(look="words", prompt="sea", seed=5)),))
    assert Schedule.from_json(schedule.to_json()) == schedule


@pytest.mark.parametrize(
    "row", [{"start": "soon", "control": {}}, {"control": {}}, {"start": "1", "control": {"x": 1}}]
)
def test_json_that_is_no_schedule_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(RemixError):
        Schedule.from_json([row])


MOMENTS = st.integers(0, 20)
CHANGES = st.builds(
    lambda at, length, look, seed: Change(at=at, until=at + length if length else None, look=look, seed=seed),
    MOMENTS,
    st.integers(0, 8),
    st.sampled_from([None, "ink", "words"]),
    st.none() | st.integers(0, 3),
)


@given(
    st.lists(st.tuples(MOMENTS, st.sampled_from(["none", "ink", "words"])), max_size=5),
    st.lists(CHANGES, max_size=5),
    MOMENTS,
)
def test_at_every_moment_the_changes_that_last_are_applied_in_order(
    base: list[tuple[int, str]], changes: list[Change], moment: int
) -> None:
    rows = dict(sorted(base))
    recording = Schedule(tuple(Worn(Fraction(at), Control(look=look)) for at, look in rows.items()))
    expected = next((Control(look=rows[at]) for at in sorted(rows, reverse=True) if at <= moment), PLAIN)
    for change in sorted(changes, key=lambda change: change.at):
        if change.at <= moment and (change.until is None or moment < change.until):
            expected = change.applied(expected, known()[change.look or expected.look])
    assert changed(recording, changes, known()).at(Fraction(moment)) == expected
