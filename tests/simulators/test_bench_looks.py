"""The bench of looks: what it promises, how it tries a look, and a real run."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from overglass_cloud.engines.echo import Echo
from overglass_cloud.looks import Engine, Look, Looks, Sitter, State, Workshop
from overglass_cloud.quality import Figures
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError, SourceError
from overglass_simulators.bench import looks, trial
from overglass_simulators.bench.reel import MOMENTS, RUN_UP, Reel, moments_of, pixels
from overglass_simulators.bench.trial import Trial, tried
from tests.cloud.parts import workshop
from tests.simulators.bench_clips import painted, write_clip

GOOD = Figures(10, warp_ratio=1.2, seam_ratio=1.1, seam_at=3, structure=0.8, strength=0.3, steps=())


class Recorder(Echo):
    """An engine that hands pictures back as they came, says how it computes, and notes what it is asked."""

    precision = "bf16"

    def __init__(self) -> None:
        self.controls: list[Control] = []
        self.pictures: list[av.VideoFrame] = []

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> State:
        assert previous is None
        self.controls.append(control)
        return None

    def paint(self, pictures: Sequence[av.VideoFrame], states: Sequence[State]) -> list[av.VideoFrame]:
        self.pictures += pictures
        return list(pictures)


def look(name: str, engine: Engine, kind: str = "neural", strength: float = 1.0) -> Look:
    return Look(name, "", kind, lambda workshop: engine, strength=strength)


def reel(pictures: int = 40) -> Reel:
    shown = [painted(n) for n in range(pictures)]
    return Reel(shown, moments_of(shown), shown[:3])


def a_trial(name: str = "some", kind: str = "neural", *, ms: float = 5.0, level: int = 100) -> Trial:
    frame = av.VideoFrame.from_ndarray(np.full((96, 64), level, np.uint8), format="yuv420p")
    return Trial(look(name, Echo(), kind), "bf16", [frame] * 2, [ms / 1000] * 2, [frame] * 4, [0.03, 0.02])


def row(of: Trial, figures: Figures = GOOD) -> dict[str, object]:
    other = a_trial("other", level=200)
    return looks.rows_of([of, other], [figures, GOOD], looks.USUAL)[0]


def idle(passed: float) -> None:
    pass


def test_a_row_tells_speed_and_quality() -> None:
    found = row(a_trial(ms=5.0))
    assert (found["ms_per_frame"], found["fps"], found["fps_720p"]) == (5.0, 200.0, 40.0)
    assert (found["warp_ratio"], found["seam_ratio"], found["structure"]) == (1.2, 1.1, 0.8)
    assert (found["strength"], found["kept"]) == (0.3, True)
    assert found["setting"] == {"strength": 1.0, "precision": "bf16", "pictures": 2}


@pytest.mark.parametrize(
    ("worse", "broken"),
    [
        (replace(GOOD, warp_ratio=1.6), "warp_ratio"),
        (replace(GOOD, seam_ratio=2.6), "seam_ratio"),
        (replace(GOOD, structure=0.5), "structure"),
        (replace(GOOD, strength=0.01), "strength"),
    ],
)
def test_a_network_that_is_not_steady_or_not_telling_breaks_its_promise(worse: Figures, broken: str) -> None:
    assert row(a_trial())["kept"] is True
    found = row(a_trial(), worse)
    assert found["kept"] is False
    assert found["broken"] == [broken]


def test_a_network_promises_more_speed_where_half_precision_is_fast() -> None:
    slow = a_trial(ms=20)
    assert row(slow)["kept"] is False
    assert row(replace(slow, precision="fp32"))["kept"] is True
    assert row(replace(slow, precision="fp32", seconds=[0.03]))["kept"] is False
    assert row(replace(slow, precision="fp32", seconds_720p=[0.05]))["kept"] is False


def test_speed_is_promised_at_one_size_only() -> None:
    bounds = {promise.key for promise in looks.promises("neural", "bf16", (640, 360))}
    assert bounds == {"warp_ratio", "seam_ratio", "structure", "strength", "difference"}


def test_a_look_that_is_no_network_of_ours_promises_nothing() -> None:
    assert row(a_trial(kind="classical"), replace(GOOD, warp_ratio=9.0))["kept"] is None


def test_two_looks_that_are_all_but_one_break_the_promise_of_both() -> None:
    trials = [a_trial("a", level=100), a_trial("b", level=101), a_trial("c", level=200)]
    rows = looks.rows_of(trials, [GOOD] * 3, looks.USUAL)
    assert [(r["name"], r["difference"]["from"], r["kept"]) for r in rows] == [
        ("a", "b", False),
        ("b", "a", False),
        ("c", "b", True),
    ]
    found = looks.summary(rows)
    assert (found["number"], found["most_alike"], found["kept"]) == (3, ["a", "b"], False)
    assert found["least_difference"] < 0.02


def test_a_network_alone_need_not_differ() -> None:
    (found,) = looks.rows_of([a_trial()], [GOOD], looks.USUAL)
    assert (found["kept"], found["broken"]) == (True, [])


def test_a_look_alone_is_like_no_other() -> None:
    rows = looks.rows_of([a_trial(kind="classical")], [GOOD], looks.USUAL)
    assert rows[0]["difference"] == {"least": None, "from": None}
    assert looks.summary(rows) == {"number": 1, "most_alike": None, "least_difference": None, "kept": True}


def test_moments_are_spread_over_the_clip_each_with_its_run_up() -> None:
    pieces = moments_of([painted(n) for n in range(80)])
    assert [piece[-1].pts for piece in pieces] == [10, 30, 50, 70]
    assert [len(piece) for piece in pieces] == [RUN_UP + 1] * MOMENTS
    assert [piece[-1].pts for piece in moments_of([painted(n) for n in range(2)])] == [0, 0, 1, 1]


def test_a_reel_is_the_clip_cropped_to_its_size(tmp_path: Path) -> None:
    found = Reel.of(write_clip(tmp_path / "clip.mp4"), (64, 64), seconds=0.4)
    assert len(found.pictures) == 12
    assert {(p.width, p.height) for p in found.pictures} == {(64, 64)}
    assert len({piece[-1].pts for piece in found.moments}) == MOMENTS
    assert {(p.width, p.height) for p in found.large} == {(1280, 720)}


def test_a_single_picture_is_refused(tmp_path: Path) -> None:
    Image.new("RGB", (96, 64), "teal").save(tmp_path / "still.png")
    with pytest.raises(SourceError, match="single picture"):
        Reel.of(tmp_path / "still.png", (64, 64), 1.0)


def test_a_look_is_tried_at_the_strength_it_is_meant_to_be_worn() -> None:
    engine, tape = Recorder(), reel()
    found = tried(look("soft", engine, strength=0.7), workshop(), tape, idle)
    assert {(control.look, control.strength) for control in engine.controls} == {("soft", 0.7)}
    assert [picture.pts for picture in found.painted] == list(range(40))
    assert [picture.pts for picture in found.moments] == [piece[-1].pts for piece in tape.moments]
    assert (len(found.seconds), len(found.seconds_720p), found.precision) == (40, 3, "bf16")


def test_what_is_remembered_does_not_pass_from_one_stretch_to_the_next() -> None:
    engine, tape = Recorder(), reel()
    tried(look("some", engine), workshop(), tape, idle)
    assert len(engine.controls) == 1 + 1 + MOMENTS + 1
    assert len(engine.pictures) == tape.length


def test_a_slow_look_is_stopped_but_its_moments_are_those_of_all_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trial, "PATIENCE", 0.0)
    tape = reel()
    found = tried(look("slow", Echo()), workshop(), tape, idle)
    assert len(found.painted) == trial.LEAST
    assert [picture.pts for picture in found.moments] == [piece[-1].pts for piece in tape.moments]
    assert found.precision is None


def test_a_look_that_goes_by_who_is_seen_is_not_measured_as_if_nobody_were_there() -> None:
    masked = replace(look("mask", Echo()), sees=("faces",))
    with pytest.raises(LookError, match=r"goes by faces .*overglass demo --look mask"):
        tried(masked, workshop(), reel(), idle)


def _missing(workshop: Workshop) -> Engine:
    raise LookError("the weights are not here", cure="Run: overglass models pull some.")


def installed(monkeypatch: pytest.MonkeyPatch, *some: Look) -> None:
    monkeypatch.setattr(Looks, "installed", lambda: Looks([look("none", Echo(), "echo"), *some]))


def test_a_look_that_cannot_be_had_here_is_listed_with_the_cure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    installed(monkeypatch, Look("far", "", "neural", _missing), look("copy", Echo(), "classical"))
    clip = write_clip(tmp_path / "clip.mp4")
    result = looks.run(looks.Setup(clip, size=(64, 64), seconds=0.3, sheet=tmp_path / "sheet.png"))
    reason = "the weights are not here. Run: overglass models pull some."
    assert result["absent"] == [{"name": "far", "engine": "neural", "reason": reason}]
    assert [(r["name"], r["warp_ratio"], r["strength"]) for r in result["looks"]] == [("copy", 1.0, 0.0)]
    assert (result["pictures"], result["size"], result["kept"]) == (9, "64x64", True)
    with Image.open(tmp_path / "sheet.png") as drawn:
        assert drawn.format == "PNG"


def test_where_no_look_can_be_had_the_reason_is_the_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    installed(monkeypatch, Look("far", "", "neural", _missing))
    with pytest.raises(LookError, match="models pull some"):
        looks.run(looks.Setup(write_clip(tmp_path / "clip.mp4"), size=(64, 64), seconds=0.3))


def test_a_name_that_no_look_has_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch)
    with pytest.raises(LookError, match="no look called 'nothing'"):
        looks.run(looks.Setup(names=["nothing"]))


def test_pixels_are_rgb() -> None:
    frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), (200, 100, 50), np.uint8), format="rgb24")
    assert np.abs(pixels(frame.reformat(format="yuv420p")).astype(int) - (200, 100, 50)).max() <= 3


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = "from overglass_edge.command import main; main()"
    return subprocess.run(
        [sys.executable, "-c", command, "bench", "looks", *arguments],
        env={**os.environ, "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=55,
        check=False,
    )


def test_a_real_run_tells_all_that_is_promised(tmp_path: Path) -> None:
    clip, drawn = write_clip(tmp_path / "clip.mp4"), tmp_path / "sheet.jpg"
    some = ("--look", "ink", "--look", "comic", "--seconds", "0.4", "--size", "96x64")
    done = bench("--clip", str(clip), *some, "--sheet", str(drawn), "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert [found["name"] for found in result["looks"]] == ["ink", "comic"]
    keys = {"engine", "ms_per_frame", "fps", "fps_720p", "warp_ratio", "seam_ratio", "structure", "strength"}
    assert keys <= result["looks"][0].keys()
    assert result["machine"]["cores"] == os.cpu_count()
    assert drawn.stat().st_size > 0


def test_a_real_run_shows_people_a_table(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4")
    done = bench("--clip", str(clip), "--look", "ink", "--seconds", "0.1", "--size", "96x64")
    assert done.returncode == 0, done.stderr
    assert {"ink", "classical", "structure"} <= set(done.stdout.split())


def test_a_clip_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    done = bench("--clip", str(tmp_path / "none.mp4"))
    assert done.returncode == 1
    assert "there is no file" in done.stderr
    assert "Traceback" not in done.stderr
