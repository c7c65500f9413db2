"""A recorder that is switched on and off: what it refuses, and that leaving never fails a session."""

import asyncio
from pathlib import Path

import pytest

from overglass_edge.sources.captured import Captured
from overglass_protocol.control import Control
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import RecordingError
from overglass_protocol.recording.session_folder import SessionFolder
from overglass_simulators.motion.analytic import Constant
from overglass_simulators.sim.camera import SimulatedCamera
from overglass_simulators.sim.tape import Tape
from tests.simulators.sim.parts import STRIPES, device
from tests.simulators.sim.test_eye import grey, yuv


def tape() -> Tape:
    return Tape(SimulatedCamera(device(), Constant(), STRIPES.seen_by), "test")


def shot(of: Tape, number: int) -> None:
    picture = yuv(grey(60 + number))
    picture.pts = 3000 * number
    of.record(Captured(picture, 100 + number / 30), Envelope(number, 100 + number / 30))


async def test_only_what_came_between_start_and_stop_is_recorded(tmp_path: Path) -> None:
    async with asyncio.timeout(30), tape() as recording:
        recording.control(Control(version=3, look="ink"))
        shot(recording, 0)
        await recording.start(tmp_path / "session")
        assert recording.folder == tmp_path / "session"
        for number in range(1, 4):
            shot(recording, number)
        assert await recording.stop() == tmp_path / "session"
        assert recording.folder is None
        shot(recording, 4)
    session = SessionFolder.open(tmp_path / "session")
    assert session.complete
    assert [frame.id for frame in session.frames] == [1, 2, 3]
    assert '"ink"' in (tmp_path / "session" / "timeline.jsonl").read_text()


async def test_what_is_not_recording_has_nothing_to_stop() -> None:
    async with tape() as recording:
        assert await recording.stop() is None
        recording.event("nothing", "hears this")
        assert recording.folder is None


async def test_two_recordings_at_once_are_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    async with asyncio.timeout(30), tape() as recording:
        started = await asyncio.gather(
            *(recording.start(tmp_path / name) for name in ("one", "two")), return_exceptions=True
        )
        assert started[0] is None
        assert isinstance(started[1], RecordingError)
        assert recording.folder == tmp_path / "one"
        shot(recording, 0)
    assert len(SessionFolder.open(tmp_path / "one").frames) == 1
    assert not (tmp_path / "two").exists()


async def test_a_folder_that_holds_a_session_is_refused_and_another_can_be_had(tmp_path: Path) -> None:
    async with asyncio.timeout(30), tape() as recording:
        await recording.start(tmp_path / "one")
        await recording.stop()
        with pytest.raises(RecordingError):
            await recording.start(tmp_path / "one")
        assert recording.folder is None
        await recording.start(tmp_path / "two")
        await recording.stop()


async def test_a_recording_that_ended_early_says_so_when_stopped_but_fails_nobody_who_leaves(
    tmp_path: Path,
) -> None:
    async with asyncio.timeout(30), tape() as recording:
        for name in ("one", "two"):
            await recording.start(tmp_path / name)
            recorder = recording._recorder
            assert recorder is not None
            recorder.error = RecordingError("the disk is full")
            if name == "one":
                with pytest.raises(RecordingError, match="disk is full"):
                    await recording.stop()
