"""The bench of the page: its arithmetic on known frames, its refusals, and a short real run."""

import shutil

import pytest

from overglass_protocol.errors import ConfigError
from overglass_simulators.bench import page
from overglass_simulators.bench.rig import Setup


def frame(latency: float | None) -> dict[str, object]:
    return {"latency": latency, "width": 512, "height": 512}


def test_frames_without_envelopes_count_as_shown_and_not_as_measured() -> None:
    result = page.result_of([frame(0.010), frame(0.020), frame(0.030), frame(None)], 2.0)
    assert (result["p50_ms"], result["fps"], result["measured_share"]) == (20.0, 2.0, 0.75)
    assert result["sizes"] == ["512x512"]


def test_no_frames_keep_no_promise() -> None:
    result = page.result_of([], 2.0)
    assert (result["p50_ms"], result["measured_share"]) == (None, None)


def test_a_page_that_is_not_square_is_refused() -> None:
    with pytest.raises(ConfigError, match="square"):
        page.run(Setup(size=(640, 480)))


@pytest.mark.skipif(shutil.which(page.CHROMIUM) is None, reason="there is no Chromium here")
def test_a_real_run_measures_every_frame() -> None:
    result = page.run(Setup(size=(256, 256), seconds=2.0, warmup=0.5))
    assert result["measured_share"] > 0.9
    assert result["p50_ms"] > 0
    assert result["fps"] > 5
