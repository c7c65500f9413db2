"""Inertial samples in a session's timeline: exact, whole or torn; and how the agent hands them on."""

import asyncio
import json
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Self

import pytest

from overglass_edge.agent import Agent
from overglass_edge.contract import AgentSettings
from overglass_edge.door import Door
from overglass_edge.imu import Sensing
from overglass_edge.recorder import Recorder
from overglass_edge.sources import Captured
from overglass_protocol.control import Control
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import RecordingError
from overglass_protocol.imu import ImuSample
from overglass_protocol.recording.session_folder import SessionFolder
from overglass_protocol.recording.timeline import ImuLine, decode, encode
from tests.edge.clips import ScriptedCamera, captured

BATCH, BATCHES = 20, 6


def sample(number: int) -> ImuSample:
    """Numbers that no short decimal holds."""
    part = math.sqrt(number + 2)
    return ImuSample(500 + number / 200, (part, -part / 3, part / 7), (part / 9, 9.81, -part))


def batch(number: int) -> list[ImuSample]:
    return [sample(number * BATCH + n) for n in range(BATCH)]


WHOLE = tuple(one for number in range(BATCHES) for one in batch(number))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Batches between pictures, as glasses hand them out."""
    with Recorder(tmp_path / "session", ScriptedCamera()) as recorder:
        for number in range(BATCHES):
            recorder.imu(batch(number))
            shot = captured(number, number, Fraction(1, 10))
            recorder.record(shot, Envelope(number, shot.capture_time))
    return tmp_path / "session"


def test_samples_come_back_as_they_were_to_the_last_bit(folder: Path) -> None:
    session = SessionFolder.open(folder)
    assert session.imu == WHOLE
    assert session.problems == ()
    assert len(session.frames) == BATCHES


def test_no_samples_make_no_line(tmp_path: Path) -> None:
    with Recorder(tmp_path / "s", ScriptedCamera()) as recorder:
        recorder.imu([])
    assert (tmp_path / "s" / "timeline.jsonl").read_bytes() == b""
    assert SessionFolder.open(tmp_path / "s").imu == ()


@pytest.mark.parametrize("lost", [1, 9, 200])
def test_a_batch_that_was_cut_costs_only_itself(tmp_path: Path, lost: int) -> None:
    with Recorder(tmp_path / "s", ScriptedCamera()) as recorder:
        for number in range(BATCHES):
            recorder.imu(batch(number))
    timeline = tmp_path / "s" / "timeline.jsonl"
    timeline.write_bytes(timeline.read_bytes()[:-lost])
    session = SessionFolder.open(tmp_path / "s")
    assert session.imu == WHOLE[:-BATCH]
    assert session.problems[0].startswith("the last line of timeline.jsonl is cut after")


@pytest.mark.parametrize(
    "damage",
    [
        lambda line: {**line, "samples": [*line["samples"][:-1], line["samples"][-1][:2]]},
        lambda line: {**line, "samples": [[*line["samples"][0][:2], [0, "up", 0]]]},
        lambda line: {**line, "samples": [[None, [0, 0, 0], [0, 9, 0]]]},
        lambda line: {"t": "imu"},
    ],
)
def test_a_damaged_batch_is_named_and_the_others_are_read(
    folder: Path, damage: Callable[[dict[str, list[list[object]]]], object]
) -> None:
    timeline = folder / "timeline.jsonl"
    lines = timeline.read_bytes().splitlines(keepends=True)
    at = [n for n, line in enumerate(lines) if b'"t":"imu"' in line][2]
    lines[at] = json.dumps(damage(json.loads(lines[at]))).encode() + b"\n"
    timeline.write_bytes(b"".join(lines))
    session = SessionFolder.open(folder)
    assert session.imu == WHOLE[: 2 * BATCH] + WHOLE[3 * BATCH :]
    assert session.problems[0].startswith(f"line {at + 1} of timeline.jsonl: ")
    assert len(session.frames) == BATCHES


def test_a_number_that_is_none_is_no_sample() -> None:
    with pytest.raises(RecordingError, match="cannot be read"):
        decode(b'{"t":"imu","samples":[[NaN,[0,0,0],[0,9.8,0]]]}\n')
    line = ImuLine.of(batch(0))
    assert decode(encode(line)) == line


def test_a_broken_sensor_costs_its_own_batch_and_never_the_session(tmp_path: Path) -> None:
    with Recorder(tmp_path / "s", ScriptedCamera()) as recorder:
        recorder.imu(batch(0))
        recorder.imu([ImuSample(1.0, (math.nan, 0.0, 0.0), (0.0, math.inf, 0.0))])
        recorder.imu(batch(1))
    session = SessionFolder.open(tmp_path / "s")
    assert session.imu == WHOLE[: 2 * BATCH]
    assert session.problems[0].startswith("line 2 of timeline.jsonl")


# --- the agent -----------------------------------------------------------------------------------


class _SensingCamera(ScriptedCamera):
    """Says a batch before each picture."""

    def __init__(self, captures: Sequence[Captured]) -> None:
        super().__init__(captures)
        self.sense: Callable[[Sequence[ImuSample]], None] = lambda samples: None
        self._batches = iter(range(BATCHES))

    async def __anext__(self) -> Captured:
        if (number := next(self._batches, None)) is not None:
            self.sense(batch(number))
        return await super().__anext__()

    async def __aenter__(self) -> Self:
        return self


async def worn(camera: ScriptedCamera, recorder: Recorder | None) -> list[ImuSample]:
    """What an agent's listener heard; there is no service behind the door."""
    heard: list[ImuSample] = []
    async with asyncio.timeout(10), Door("http://127.0.0.1:9") as door:
        await Agent(
            camera, door, [], AgentSettings(), Control(), recorder=recorder, on_imu=heard.extend
        ).run()
    return heard


async def test_what_a_camera_senses_is_recorded_and_told_though_nobody_is_connected(tmp_path: Path) -> None:
    shots = [captured(number, number, Fraction(1, 10)) for number in range(BATCHES)]
    camera = _SensingCamera(shots)
    assert isinstance(camera, Sensing)
    heard = await worn(camera, Recorder(tmp_path / "s", camera))
    assert tuple(heard) == WHOLE
    assert SessionFolder.open(tmp_path / "s").imu == WHOLE


async def test_without_a_recorder_samples_are_told_all_the_same() -> None:
    assert tuple(await worn(_SensingCamera([captured(0, 0, Fraction(1, 10))] * BATCHES), None)) == WHOLE


async def test_a_camera_that_senses_nothing_is_no_harm() -> None:
    assert await worn(ScriptedCamera([captured(0, 0, Fraction(1, 10))]), None) == []
