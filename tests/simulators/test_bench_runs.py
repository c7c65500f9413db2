"""Two benches for real, as short as can be: they end, leave nothing behind and say what they should."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from overglass_edge.trip import STAGES
from tests.simulators.bench_clips import write_clip


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "clip.mp4")


@pytest.fixture
def run_bench(clip: Path) -> Iterator[Callable[..., dict[str, Any]]]:
    """Runs the command in a process of its own, and afterwards finds no other that it left behind."""
    mark = f"BENCH_TEST={uuid.uuid4()}"

    def run(*arguments: str) -> dict[str, Any]:
        command = "from overglass_simulators.bench.cli import bench; bench()"
        done = subprocess.run(
            [sys.executable, "-c", command, *arguments, "--json", "--size", "64x64", "--clip", str(clip)],
            env={**os.environ, "BENCH_TEST": mark},
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout.splitlines()[-1])
        assert isinstance(found, dict)
        return found

    yield run
    left = [
        process.pid for process in psutil.process_iter() if _environment(process).get("BENCH_TEST") == mark
    ]
    assert left == []


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return {}


def test_a_real_echo_brings_frames_back(run_bench: Callable[..., dict[str, Any]]) -> None:
    result = run_bench("echo", "--seconds", "1", "--warmup", "0.2")
    promised = {"p50_ms", "p95_ms", "p99_ms", "ttff_ms", "sent", "received", "drop_ratio", "cpu_core_s_per_s"}
    assert promised | {"stages", "promise", "kept", "machine"} <= set(result)
    assert set(result["stages"]) <= set(STAGES)
    assert 0 < result["received"] <= result["sent"]
    assert result["content"].startswith("clip.mp4")


def test_a_real_fleet_gets_its_frames_back(run_bench: Callable[..., dict[str, Any]]) -> None:
    result = run_bench("fleet", "--sessions", "2", "--seconds", "1", "--warmup", "0.2", "--no-pin")
    assert {"sessions", "server_core_per_session", "p50_ms", "p95_ms", "machine"} <= set(result)
    assert len(result["each"]) == 2
    assert all(0 < one["received"] <= one["sent"] for one in result["each"])
    assert result["pinned"] is False
