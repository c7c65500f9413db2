"""The bench of the GPU, tried with a tiny network on the processor."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from overglass_protocol.errors import OverglassError
from overglass_simulators.bench import gpu
from overglass_simulators.bench.gpu import Plan

TREE = Path(__file__).parents[2]
TINY = Plan("cpu", tiny=True, seconds=0.01)
NOT_BARE = (
    "numpy", "av", "aiortc", "typer", "rich", "structlog", "diffusers", "transformers", "safetensors",
    "pydantic", "httpx", "cv2", "PIL", "psutil", "huggingface_hub", "platformdirs", "fastapi", "mediapipe",
)  # fmt: skip


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # several gain nothing on so little
    try:
        return gpu.run(TINY, lambda doing: None)
    finally:
        torch.set_num_threads(threads)


def test_there_is_a_row_for_each_size_and_number(result: dict[str, Any]) -> None:
    assert [(row["size"], row["batch"]) for row in result["rows"]] == [
        ("64x64", 1), ("64x64", 2), ("112x64", 1), ("112x64", 2),
    ]  # fmt: skip
    for row in result["rows"]:
        assert set(row) == {"size", "batch", "fps", "ms", "tflops", "share_of_peak"}
        assert row["fps"] == pytest.approx(1000 * row["batch"] / row["ms"], rel=0.2, abs=0.1)


def test_it_says_that_the_weights_are_random_and_what_was_measured(result: dict[str, Any]) -> None:
    assert result["weights"].startswith("random numbers, of the exact architecture")
    assert (result["steps"], result["number_format"], result["graphs"]) == (1, "float32", False)
    assert result["bench"] == "gpu"


def test_the_same_steps_on_the_same_device_have_no_error_and_paint_something(result: dict[str, Any]) -> None:
    assert result["error_max"] == 0
    assert result["painted_spread"] > 10


def test_sessions_wait_at_least_as_long_as_painting_takes(result: dict[str, Any]) -> None:
    assert result["sessions"] == 12
    assert result["sessions_p95_ms"] >= result["sessions_p50_ms"] > 0


def test_as_counted_sd_turbo_needs_just_over_a_teraflop_a_frame() -> None:
    from overglass_simulators.bench.gpu_figures import flops_of

    counted = flops_of(None, None, (512, 512), 1)
    assert counted == pytest.approx(1.064e12, rel=0.001)
    assert flops_of(None, None, (512, 512), 2) == pytest.approx(counted + 0.8003e12, rel=0.001)


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without CUDA")
def test_without_cuda_it_says_so_in_one_line_with_the_cure() -> None:
    with pytest.raises(OverglassError, match="no GPU") as caught:
        gpu.run(Plan(), lambda doing: None)
    assert "--device cpu --tiny" in caught.value.cure


def test_promises_are_of_sd_turbo_on_a_gpu_alone() -> None:
    assert gpu.promises(Plan()) == gpu.PROMISES
    for other in (Plan(tiny=True), Plan(steps=2), Plan("cpu")):
        assert gpu.promises(other) == ()


def test_a_folder_that_is_no_pipeline_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OverglassError, match="is no diffusion pipeline"):
        gpu.run(Plan("cpu", weights=tmp_path, tiny=True), lambda doing: None)


def test_it_runs_as_a_plain_module_where_nothing_is_installed_but_torch() -> None:
    hidden = f"import sys; sys.modules.update(dict.fromkeys({NOT_BARE!r}))"
    code = f"{hidden}; import runpy; runpy.run_module('overglass_simulators.bench.gpu', run_name='__main__')"
    path = os.pathsep.join(str(TREE / folder) for folder in ("protocol", "cloud", "simulators"))
    said = subprocess.run(
        [sys.executable, "-c", code, "--device", "cpu", "--tiny", "--seconds", "0.01", "--json"],
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
    )
    found = json.loads(said.stdout.splitlines()[-1])
    assert len(found["rows"]) == 4
    assert found["machine"]["torch"] == torch.__version__
