"""The parts that benches are made of: pictures, the camera, nonsense, and what people see."""

import asyncio
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from overglass_edge.trip import Trip
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import ConfigError, SourceError
from overglass_protocol.frame import Frame
from overglass_protocol.rtc.bitstream import is_h264_key
from overglass_simulators import machine, virtual_time
from overglass_simulators.bench import (
    content,
    echo,
    fleet,
    glasses,
    report,
    rig,
    rogue,
    units,
)
from overglass_simulators.bench.camera import LoopCamera
from overglass_simulators.bench.cli import bench
from overglass_simulators.bench.promise import judged
from overglass_simulators.bench.record import (
    Shown,
)
from tests.simulators.bench_clips import painted, some_content, write_clip


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "clip.mp4")


def test_pictures_go_there_and_back_without_standing_still() -> None:
    pictures = [painted(n) for n in range(4)]
    order = [picture.pts for picture in content.there_and_back(pictures)]
    assert order == [0, 1, 2, 3, 2, 1]


def test_a_clip_is_cropped_to_the_size_and_said_by_name(clip: Path) -> None:
    loaded = content.load(clip, (64, 64), 30.0)
    assert loaded.size == (64, 64)
    assert loaded.name == "clip.mp4, 20 pictures there and back"


def test_a_clip_gives_as_many_pictures_a_second_as_are_sent(clip: Path) -> None:
    assert "10 pictures" in content.load(clip, (64, 64), 15.0).name


def test_a_clip_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no file"):
        content.load(tmp_path / "none.mp4", (64, 64), 30.0)


def test_no_more_pictures_are_kept_than_memory_is_given(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "MAX_BYTES", 3 * 64 * 64 * 3 // 2)
    assert "3 pictures" in content.load(clip, (64, 64), 30.0).name


def test_a_round_of_units_begins_with_its_only_key_frame() -> None:
    encoded = units.encode(some_content(), 30.0)
    assert [is_h264_key(unit) for unit in encoded] == [True, False, False, False, False]


def test_units_come_back_from_their_file_as_they_were(tmp_path: Path) -> None:
    units.save(tmp_path / "units", [b"one", b"", b"three"])
    assert units.load(tmp_path / "units") == [b"one", b"", b"three"]


def test_a_loop_camera_keeps_its_pace_and_never_ends() -> None:
    async def times() -> list[float]:
        async with LoopCamera(some_content(2), 10.0, clock()) as camera:
            return [(await anext(camera)).capture_time for _ in range(5)]

    assert virtual_time.run(times()) == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4])


def test_a_loop_camera_that_was_kept_waiting_skips_what_it_missed() -> None:
    async def times() -> tuple[list[float], int]:
        async with LoopCamera(some_content(2), 10.0, clock()) as camera:
            first = await anext(camera)
            await asyncio.sleep(0.55)
            rest = [await anext(camera) for _ in range(2)]
            return [captured.capture_time for captured in (first, *rest)], camera.dropped["late"]

    captured, late = virtual_time.run(times())
    assert captured == pytest.approx([0.0, 0.55, 0.6])
    assert late == 4


def test_every_picture_of_a_loop_camera_is_a_copy() -> None:
    pictures = some_content(2)

    async def take() -> list[Frame]:
        async with LoopCamera(pictures, 10.0, clock()) as camera:
            return [Frame((await anext(camera)).picture) for _ in range(3)]

    first, _, again = virtual_time.run(take())
    assert np.array_equal(first.picture.to_ndarray(), again.picture.to_ndarray())
    assert len({id(first.picture), id(again.picture), id(pictures.pictures[0])}) == 3
    assert (first.picture.pts or 0) < (again.picture.pts or 0)


def test_a_stopped_loop_camera_ends() -> None:
    async def count() -> int:
        async with LoopCamera(some_content(2), 10.0, clock()) as camera:
            taken = 0
            async for _ in camera:
                taken += 1
                if taken == 3:
                    camera.stop()
            return taken

    assert virtual_time.run(count()) == 3


def clock() -> Callable[[], float]:
    return asyncio.get_running_loop().time


def test_glasses_note_the_version_a_frame_was_painted_with() -> None:
    notes = glasses._Notes()
    trip = Trip(3, 1.0, 1.5, {})
    notes.show(Frame(painted(0), Envelope(3, 1.0, control_version=7)), trip)
    notes.show(Frame(painted(0)), None)
    assert notes.shown == [Shown(trip, 7)]


# --- nonsense ------------------------------------------------------------------------------------


def test_nonsense_is_packed_as_units_are_and_none_of_them() -> None:
    honest = units.encode(some_content(), 30.0)
    luck = random.Random(1)
    sent = [rogue.nonsense(honest, turn, luck) for turn in range(60)]
    assert all(unit.startswith((b"\x00\x00\x00\x01", b"\x00\x00\x01")) for unit in sent)
    assert not set(sent) & set(honest)


# --- what people see -----------------------------------------------------------------------------


def fleet_row(sessions: int) -> dict[str, Any]:
    seen = {"latencies": [0.01], "sent": 1, "lost": None}
    return fleet.row_of([seen] * sessions, 10.0, service=1.0, generator=1.0)


def some_result() -> dict[str, Any]:
    found = {"bench": "echo", "p50_ms": 9.0, "ttff_ms": None, "stages": {"encode": 2.0}, "pinned": False}
    return {
        **judged(found, echo.promises(rig.Setup())),
        "machine": {**machine.machine(), "others_cores": 0.5},
    }


def test_the_table_has_the_promise_beside_what_was_measured(capsys: pytest.CaptureFixture[str]) -> None:
    report.tell(some_result(), echo.promises(rig.Setup()), as_json=False)
    said = capsys.readouterr().out
    assert "at most 8: not kept" in said
    assert "stages: encode" in said
    assert f"Python {sys.version.split()[0]}" in " ".join(said.split())


def test_json_is_one_object_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    report.tell(some_result(), echo.promises(rig.Setup()), as_json=True)
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert json.loads(said)["machine"]["cores"] == os.cpu_count()


def test_rows_have_a_table_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    result = fleet.result_of([fleet_row(1), fleet_row(2)])
    report.tell(
        {"bench": "fleet", **result, "machine": {**machine.machine(), "others_cores": 0.5}},
        fleet.PROMISES,
        as_json=False,
    )
    said = capsys.readouterr().out
    assert "rows" in said
    assert "each" in said


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["echo", "--size", "big"], "Give one like 512x512"),
        (["echo", "--codec", "av1"], "Choose h264 or vp8"),
        (["stall", "--what", "time"], "process or --what engine"),
        (["fleet", "--bad", "luck"], "stalled or --bad garbage"),
    ],
)
def test_a_flag_that_cannot_work_is_refused_before_anything_starts(
    arguments: list[str],
    complaint: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("structlog.is_configured", lambda: True)  # the log of this process stays as it is
    with pytest.raises(ConfigError, match=complaint):
        bench(arguments, standalone_mode=False)
    assert capsys.readouterr().out == ""


def test_the_command_line_is_loaded_without_what_only_a_bench_needs() -> None:
    check = (
        "import sys, overglass_simulators.bench.cli\n"
        "heavy = {'av', 'numpy', 'aiortc', 'fastapi', 'cv2', 'psutil'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", check], check=True, timeout=30)


def test_setup_describes_itself_for_the_result() -> None:
    described = rig.Setup((64, 48), 15.0, 3.0, "VP8", "ink").describe("a clip")
    assert described["size"] == "64x48"
    assert described["codec"] == "vp8"
    assert described["content"] == "a clip"


def test_echo_promises_more_of_the_usual_size_than_of_others() -> None:
    bounds = {
        name: {promise.key: promise.bound for promise in echo.promises(setup)}
        for name, setup in {
            "usual": rig.Setup(),
            "vp8": rig.Setup(codec="VP8"),
            "large": rig.Setup(size=(1280, 720)),
            "other": rig.Setup(size=(320, 240)),
        }.items()
    }
    assert bounds["usual"] == {"p50_ms": 8.0, "p95_ms": 15.0, "ttff_ms": 500.0}
    assert bounds["vp8"]["p50_ms"] == 12.0
    assert bounds["large"]["p50_ms"] == 16.0
    assert bounds["other"] == {"ttff_ms": 500.0}
