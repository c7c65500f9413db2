"""Registration in virtual time: the harness tells the truth, and what is promised holds."""

import csv
import json
import math
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from overglass_protocol.errors import ConfigError, DisplayError
from overglass_protocol.imu import ImuSample
from overglass_simulators.bench import registration as bench
from overglass_simulators.bench import registration_choice as choice
from overglass_simulators.bench.cli import bench as commands
from overglass_simulators.bench.registration_plot import curve, write_plot
from overglass_simulators.motion import Motion
from overglass_simulators.motion.choice import named
from overglass_simulators.motion.recorded import GyroTrace
from overglass_simulators.registration.course import WARMUP, outcomes
from overglass_simulators.registration.head import Head
from overglass_simulators.registration.rig import INFINITY, Link, Rig

TURNS = ("constant", "sin30", "sin20", "sin10")


def recorded() -> Motion:
    """A head as restless as a walker's: sines about all axes that never repeat, heard by a gyroscope."""
    samples = []
    for n in range(1200):
        t = n / 200
        x = 0.5 * math.sin(5.1 * t) + 0.2 * math.sin(11.9 * t + 1)
        y = 0.9 * math.sin(2.3 * t + 2) + 0.3 * math.sin(9.7 * t)
        samples.append(ImuSample(t, (x, y, 0.2 * math.sin(7.3 * t)), (0.0, 9.81, 0.0)))
    return GyroTrace(samples)


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    motions = {name: named(name) for name in (*TURNS, "walk")} | {"recorded": recorded()}
    return bench.run(bench.Plan(motions, round_trips=(0.05, 0.4), jitters=(0.0, 0.03), seconds=2.0))


def rows(result: dict[str, Any], **wanted: Any) -> list[dict[str, Any]]:
    found = [row for row in result["rows"] if all(row[key] == value for key, value in wanted.items())]
    assert found
    return found


def test_without_correction_a_steady_turn_is_off_by_angular_speed_times_latency(
    result: dict[str, Any],
) -> None:
    for row in rows(result, motion="constant", mode="none", depth="inf"):
        assert row["mean_deg"] == pytest.approx(30 * row["age_ms"] / 1000, rel=0.05)
    assert result["truth_error"] <= 0.05


def test_warp_with_prediction_keeps_what_is_promised_for_every_turn(result: dict[str, Any]) -> None:
    for motion in (*TURNS, "recorded"):
        for row in rows(result, motion=motion, mode="warp_prediction", depth="inf"):
            assert row["p95_deg"] <= 0.6, row
            assert row["clock_error_ms"] <= 2.0, row
    assert result["rotational_p95_deg"] <= 0.6
    assert result["growth"] <= 1.2
    assert result["gyro_alone_p95_deg"] <= 0.6


def test_prediction_is_what_makes_the_difference_to_a_mere_warp(result: dict[str, Any]) -> None:
    (ahead,) = rows(result, motion="sin20", mode="warp_prediction", depth="inf", rtt_ms=50, jitter_ms=0)
    (mere,) = rows(result, motion="sin20", mode="warp", depth="inf", rtt_ms=50, jitter_ms=0)
    assert mere["p95_deg"] > 5 * ahead["p95_deg"]


def test_prediction_by_the_service_is_worse_than_none_when_frames_take_long(result: dict[str, Any]) -> None:
    (served,) = rows(result, motion="sin20", mode="server_prediction", depth="inf", rtt_ms=400, jitter_ms=0)
    (left,) = rows(result, motion="sin20", mode="none", depth="inf", rtt_ms=400, jitter_ms=0)
    assert served["mean_deg"] > 1.3 * left["mean_deg"] > 20


def test_delayed_composition_is_exact_and_says_what_it_costs(result: dict[str, Any]) -> None:
    for row in rows(result, mode="delayed"):
        assert row["p95_px"] == pytest.approx(0.0, abs=1e-6)
        assert row["age_ms"] > row["rtt_ms"]
    assert result["delayed_px"] == 0.0


def test_who_walks_needs_the_depth(result: dict[str, Any]) -> None:
    for depth in ("2", "1"):
        (plane,) = rows(result, motion="walk", mode="plane", depth=depth, rtt_ms=400, jitter_ms=0)
        (turn,) = rows(result, motion="walk", mode="warp_prediction", depth=depth, rtt_ms=400, jitter_ms=0)
        assert turn["p95_deg"] > 3 * plane["p95_deg"]


def test_known_numbers_are_met_where_an_overlay_is_just_so_old() -> None:
    """20 degrees at 1 Hz, computed by hand: the age counts alone, whatever else the rig does."""
    fast = Rig(handed_out=0, encode=0, serve=0, decode=0, photon=0, fps=90.0)
    for age, left, served in ((0.2, 14.6, 9.4), (0.4, 24.1, 32.8)):
        head = Head(named("sin20"), fast, WARMUP + 4.0, 1)
        found = outcomes(head, Link(age - 0.0006), modes=("none", "server_prediction"))
        none, server = found
        assert none.age == pytest.approx(age, abs=0.012)
        assert none.by_depth[INFINITY].mean_deg == pytest.approx(left, rel=0.06)
        assert server.by_depth[INFINITY].mean_deg == pytest.approx(served, rel=0.12)


def test_a_clock_that_is_wrong_costs_angular_speed_times_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from overglass_protocol.clock import ClockEstimate

    right = ClockEstimate.to_local
    monkeypatch.setattr(ClockEstimate, "to_local", lambda self, theirs: right(self, theirs) + 0.010)
    head = Head(named("constant"), Rig(), WARMUP + 2.0, 1)
    (found,) = outcomes(head, Link(0.1), modes=("warp_prediction",))
    assert found.by_depth[INFINITY].mean_deg == pytest.approx(30 * 0.010, rel=0.12)


def test_the_same_plan_gives_the_same_rows() -> None:
    plan = bench.Plan({"sin10": named("sin10")}, round_trips=(0.1,), jitters=(0.03,), seconds=2.0, seed=7)
    assert bench.run(plan)["rows"] == bench.run(plan)["rows"]


def test_rows_go_to_a_file_and_the_picture_is_drawn(result: dict[str, Any], tmp_path: Path) -> None:
    bench.write_csv(tmp_path / "rows.csv", result["rows"])
    with (tmp_path / "rows.csv").open() as file:
        read = list(csv.DictReader(file))
    assert len(read) == len(result["rows"]) == 6 * 4 * 6 * 4
    assert float(read[0]["p95_deg"]) == result["rows"][0]["p95_deg"]
    write_plot(tmp_path / "plot.png", result)
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(DisplayError):
        write_plot(tmp_path / "nowhere" / "plot.png", result)
    with pytest.raises(DisplayError):
        bench.write_csv(tmp_path / "nowhere" / "rows.csv", result["rows"])


def test_a_curve_is_the_worst_over_jitters(result: dict[str, Any]) -> None:
    trips, degrees = curve(result["rows"], "sin20", "warp_prediction")
    assert trips == [50, 400]
    assert degrees[1] == max(
        row["p95_deg"]
        for row in rows(result, motion="sin20", mode="warp_prediction", depth="inf", rtt_ms=400)
    )


def test_people_see_two_tables_in_place_of_all_rows(result: dict[str, Any]) -> None:
    short = choice.shortened(result)
    assert "rows" not in short
    far, near = (value for value in short.values() if isinstance(value, list) and isinstance(value[0], dict))
    assert len(far) == 6 * 2
    assert len(near) == 4 * 6
    assert {line["motion"] for line in far} == set(result["motions"])


def test_the_command_says_it_in_json(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        commands,
        [
            "registration",
            "--motion",
            "constant",
            "--seconds",
            "2",
            "--json",
            "--csv",
            str(tmp_path / "r.csv"),
        ],
    )
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout.splitlines()[-1])
    assert {"rows", "promise", "kept", "machine", "warp_ms"} <= said.keys()
    assert {"motion", "rtt_ms", "jitter_ms", "mode", "mean_deg", "p95_deg", "p95_px"} <= said["rows"][
        0
    ].keys()
    assert (tmp_path / "r.csv").exists()


@pytest.mark.parametrize(
    ("names", "walking", "said"),
    [
        (["sideways"], True, "knows no motion"),
        (["walk"], False, "stays"),
        (["recorded"], True, "--clip"),
    ],
)
def test_what_cannot_be_measured_is_refused_with_the_cure(names: list[str], walking: bool, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        choice.chosen(names, None, walking=walking)
    assert said in f"{refused.value} {refused.value.cure}"


def test_without_a_clip_nothing_is_recorded() -> None:
    assert list(choice.chosen([], None, walking=True)) == [*TURNS, "walk"]
    assert list(choice.chosen([], None, walking=False)) == list(TURNS)
