"""The bench of overlays: its arithmetic on a run whose answer is known, and a real one as short as can be."""

import json
import os
import subprocess
import sys
from pathlib import Path

from overglass_edge.trip import Trip
from overglass_simulators.bench import overlays
from overglass_simulators.bench.overlays import Detection
from overglass_simulators.bench.promise import judged
from overglass_simulators.bench.record import Record, Shown, Window
from tests import shared
from tests.simulators.bench_clips import write_clip

OFF, ON = [Window(0.0, 1.0), Window(2.0, 3.0)], [Window(1.0, 2.0), Window(3.0, 4.0)]


def shown(captured: float, latency: float, age: float | None = None, found: int = 0) -> Shown:
    return Shown(Trip(0, captured, captured + latency, {}), None, age, found)


def test_what_is_on_is_compared_with_what_is_off_in_the_same_run() -> None:
    seen = [
        *(shown(at, 0.010) for at in (0.1, 0.2, 2.1)),
        *(shown(at, 0.012, 0.0, 1) for at in (1.1, 1.2)),
        shown(3.1, 0.013, 0.033),
        shown(3.2, 0.020),
        shown(9.0, 5.0),
    ]
    result = overlays.result_of(Record([], seen), OFF, ON, Detection(4, 0.028))
    assert (result["p50_ms_off"], result["p50_ms_on"], result["added_ms"]) == (10.0, 12.5, 2.5)
    assert (result["frames_off"], result["frames_on"]) == (3, 4)
    assert (result["scene_share"], result["found_share"], result["own_scene_share"]) == (0.75, 0.5, 0.5)
    assert result["scene_age_p50_ms"] == 0.0
    assert result["detector_ms"] == 7.0
    assert judged(result, overlays.PROMISES)["kept"] is True


def test_a_run_without_frames_keeps_no_promise() -> None:
    result = overlays.result_of(Record([], []), OFF, ON, Detection(0, 0.0))
    assert (result["added_ms"], result["scene_share"], result["detector_ms"]) == (None, None, None)
    assert judged(result, overlays.PROMISES)["kept"] is False


def bench(models: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = "from overglass_edge.command import main; main()"
    return subprocess.run(
        [sys.executable, "-c", command, "bench", "overlays", "--json", *arguments],
        env={**os.environ, "OVERGLASS_MODELS": str(models)},
        capture_output=True,
        text=True,
        timeout=55,
        check=False,
    )


def test_a_real_run_finds_scenes_when_on(tmp_path: Path) -> None:
    shared.model("face_landmarker.task")
    clip = write_clip(tmp_path / "clip.mp4")
    done = bench(shared.MODELS, "--clip", str(clip), "--size", "96x64", "--seconds", "4", "--warmup", "0.2")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["frames_off"] > 0
    assert result["frames_on"] > 0
    assert result["scene_share"] > 0.5
    assert result["detector_ms"] > 0
    assert result["promise"] == {"added_ms": 3.0}


def test_without_the_model_it_ends_with_the_command_that_gets_it(tmp_path: Path) -> None:
    done = bench(tmp_path)
    assert done.returncode != 0
    assert "Run: overglass models pull face_landmarker." in done.stderr
    assert "Traceback" not in done.stderr
