"""The demonstration's arithmetic, on made-up trips."""

import json
from pathlib import Path

import pytest

from overglass_edge.trip import STAGES
from overglass_protocol.control import Control
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import ConfigError
from overglass_protocol.frame import Frame
from overglass_protocol.scene import Scene, Thing
from overglass_simulators.demo.journal import Journal
from overglass_simulators.demo.palette import SHOWN_STAGES
from overglass_simulators.demo.plan import Plan
from overglass_simulators.demo.report import latency_of, make_report, rate_of, stages_of
from overglass_simulators.demo.source import comfortable
from tests.simulators.demo_parts import account, grey, returned, trip


def test_a_report_has_the_percentiles_of_every_frame() -> None:
    report = make_report(account([trip(n, (n + 1) / 100) for n in range(11)]))
    assert report["latency_ms"] == {"frames": 11, "p50": 60.0, "p95": 105.0, "p99": 109.0, "max": 110.0}
    assert report["fps"] == {"in": 25.0, "out": 25.0}
    assert report["ttff_ms"] == pytest.approx(110)
    assert report["frames"]["dropped"] == {"camera": {"late": 1}, "edge": {"encoder busy": 1}, "cloud": {}}
    assert report["size"] == "128x96"
    assert json.loads(json.dumps(report)) == report


def test_a_report_tells_what_was_looked_for_and_in_how_many_frames_it_was_found() -> None:
    made_up = account([trip(0)])
    face, hand = (Thing(kind, 1, "", 0.9, (0.1, 0.1, 0.1, 0.1)) for kind in ("face", "hand"))
    for number, things in enumerate([(face, face), (face, hand), ()], 1):
        frame = Frame(grey(9), Envelope(number, 1.0, scene=Scene(things)))
        made_up.journal.show(frame, trip(number))
    report = make_report(made_up)
    assert (report["overlays"], report["region"]) == (["faces"], "all")
    assert report["scenes"] == {"frames": 3, "frames_with": {"face": 2, "hand": 1}}


def test_stage_medians_leave_out_trips_with_unknown_stages() -> None:
    medians = stages_of([trip(0, 9.0, whole=False), trip(1, 0.009), trip(2, 0.018), trip(3, 0.027)])
    assert medians == dict.fromkeys(STAGES, 2.0)


def test_a_run_without_frames_is_reported_as_nulls() -> None:
    report = make_report(account([]))
    assert report["latency_ms"] == {"frames": 0, "p50": None, "p95": None, "p99": None, "max": None}
    assert set(report["stages_ms"].values()) == {None}
    assert report["ttff_ms"] is report["fps"]["out"] is None
    assert latency_of([])["frames"] == 0


def test_a_rate_is_of_the_intervals_between_events() -> None:
    assert rate_of([1.0, 1.5, 2.0]) == pytest.approx(2.0)
    assert rate_of([1.0]) is None
    assert rate_of([1.0, 1.0]) is None


def test_every_stage_has_a_colour_of_its_own() -> None:
    assert [stage.name for stage in SHOWN_STAGES] == list(STAGES)
    assert len({stage.colour for stage in SHOWN_STAGES}) == len(STAGES)


def test_a_change_has_been_seen_with_the_first_frame_of_its_version_or_a_later_one() -> None:
    journal = Journal()
    for version in (2, 3, 4):
        journal.asked(Control(version=version))
    journal.show(returned(trip(0), version=1), trip(0))
    assert [change.lag for change in journal.changes] == [None, None, None]
    shown = trip(1)
    journal.show(returned(shown, version=3), shown)
    assert [change.shown for change in journal.changes] == [shown.shown, shown.shown, None]
    journal.show(returned(trip(2), version=3), trip(2))
    assert journal.changes[0].shown == shown.shown
    assert journal.applied == 3


def test_the_newest_trips_are_told_once() -> None:
    journal = Journal()
    for number in range(5):
        journal.show(returned(trip(number)), trip(number))
    assert [item.frame_id for item in journal.latest(3)] == [3, 4]
    assert journal.latest(5) == []
    assert len(journal.latest(-10)) == 5


def test_a_clip_loops_unless_a_measurement_plays_it_once() -> None:
    path = Path("a.mp4")
    assert Plan(clip=path).loops
    assert not Plan(clip=path, headless=True).loops
    assert Plan(clip=path, headless=True, seconds=3).loops
    assert Plan(headless=True).duration == 10
    assert Plan(clip=path, headless=True).duration is None
    with pytest.raises(ConfigError, match="both"):
        Plan(clip=path, camera=0)


def test_a_large_source_is_made_comfortable_and_keeps_its_shape() -> None:
    assert comfortable(848, 480) == (848, 480)
    assert comfortable(3840, 2160) == (1280, 720)
    assert comfortable(1080, 1920) == (720, 1280)


def test_a_service_that_lets_nobody_in_is_quoted_with_its_cure() -> None:
    journal = Journal()
    assert journal.refusal() == ""
    journal.say(
        "refused", "the model brush is not in models. Run: overglass models pull. Trying again in 0.2 s."
    )
    journal.say("no-connection", "nobody answers. Trying again in 0.5 s.")
    assert journal.refusal() == "the model brush is not in models. Run: overglass models pull."
