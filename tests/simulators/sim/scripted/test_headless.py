"""Reports of scripted sessions, from made-up notes."""

import json
from pathlib import Path

import pytest

from overglass_protocol.errors import ConfigError
from overglass_simulators.sim.faults import Fault
from overglass_simulators.sim.scripted.account import Provoked
from overglass_simulators.sim.scripted.headless import plan_of, report_of, title_of
from overglass_simulators.sim.scripted.notes import Notes
from overglass_simulators.sim.scripted.script import Script, parse_script
from overglass_simulators.sim.subject import FrameRow, Registration, Said

FPS = 30


def script(text: str = "seconds = 10") -> Script:
    return parse_script(text, Path("/scripts/script.toml"))


def notes(*, began: float = 2.0, seconds: float = 10.0, gap: tuple[float, float] = (0.0, 0.0)) -> Notes:
    found = Notes(began=began, sent=310, returned=305, clock_error=0.0004)
    for number in range(round((began + seconds) * FPS)):
        at = number / FPS
        if not gap[0] <= at < gap[1]:
            found.rows.append(FrameRow(number, at, {"paint": 0.004}, 0.05))
            found.registrations.append((at, Registration(0.2, 8.0)))
    return found


def test_a_report_tells_everything_and_can_be_written_as_json() -> None:
    found = notes()
    found.said.append(Said(1.2345678, "connected", "hello"))
    report = report_of(script('seconds = 10\nmotion = "recorded"\ntrace = "walk.mp4"'), found)
    assert json.loads(json.dumps(report)) == report | {
        "events": [],
        "expect": report["expect"] | {"told": []},
    }
    assert report["frames"] == {"sent": 310, "returned": 305, "worn": len(found.rows)}
    assert report["latency_ms"]["p50"] == pytest.approx(50)
    assert report["stages_ms"]["paint"] == pytest.approx(4)
    assert report["stages_ms"]["warp"] is None
    assert report["registration_deg"]["p95"] == pytest.approx(0.2)
    assert report["without_reprojection_deg"]["p95"] == pytest.approx(8)
    assert report["clock_error_ms"] == pytest.approx(0.4)
    assert report["told"] == [{"at": 1.235, "name": "connected", "detail": "hello"}]
    assert report["trace"] == "/scripts/walk.mp4"
    assert report["recording"] is None
    assert report["kept"]


def test_a_session_in_which_nothing_came_back_is_reported_too() -> None:
    report = report_of(script("seconds = 10\n[expect]\nmin_fps = 1\np95_deg = 1"), Notes())
    assert report["fps"] == 0
    assert report["latency_ms"]["p50"] is None
    assert [wanted["kept"] for wanted in report["expected"]] == [False, False]
    assert not report["kept"]


def test_pictures_before_the_scripts_clock_do_not_count() -> None:
    assert report_of(script(), notes(began=6.0))["fps"] == pytest.approx(FPS, abs=0.5)


@pytest.mark.parametrize(
    ("faults", "gap"),
    [
        ([(5.0, 3.0)], (5.0, 8.0)),
        ([(10.0, 60.0)], (10.0, 99.0)),
        ([(5.0, 3.0), (6.0, 3.0)], (5.0, 9.0)),
        ([(0.0, 3.0)], (0.0, 3.0)),
    ],
)
def test_the_rate_is_that_of_the_time_without_faults(
    faults: list[tuple[float, float]], gap: tuple[float, float]
) -> None:
    found = notes(gap=gap)
    found.provoked += [Provoked(Fault("outage", seconds), at) for at, seconds in faults]
    assert report_of(script(), found)["fps"] == pytest.approx(FPS, abs=1)


def test_a_session_that_was_all_fault_has_no_rate() -> None:
    found = notes()
    found.provoked.append(Provoked(Fault("outage", 60.0), 1.0))
    assert report_of(script(), found)["fps"] == 0


def test_a_recovery_is_measured_and_judged() -> None:
    found = notes(gap=(5.0, 8.5))
    found.provoked.append(Provoked(Fault("outage", 3.0), 5.0))
    report = report_of(script("seconds = 10\n[expect]\nlive_within = 1.0"), found)
    assert report["faults"][0]["live_within_s"] == pytest.approx(0.55, abs=0.05)
    assert report["kept"]
    late = report_of(script("seconds = 10\n[expect]\nlive_within = 0.3"), found)
    assert not late["kept"]


def test_a_script_says_what_is_put_on() -> None:
    wanted = script('seconds = 3\ndevice = "quest-3"\nlink = "lte"\nseed = 5\nmode = "plane"')
    plan = plan_of(wanted)
    assert (plan.device, plan.seed, plan.mode, plan.cloud) == ("quest-3", 5, "plane", None)
    assert plan.link.delay > 0
    assert title_of(wanted) == "quest-3, walk in street, look none, network lte"


def test_a_script_for_a_network_that_is_not_there_is_refused() -> None:
    with pytest.raises(ConfigError, match="there is no network 'moon'"):
        script('seconds = 3\nlink = "moon"')
