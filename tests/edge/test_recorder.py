"""Recording beside a live session: exact, crash-safe, loud about what it loses, and never in the way."""

import json
import threading
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from structlog.testing import capture_logs

from overglass_edge.recorder import Recorder
from overglass_edge.sources import Captured, FileCamera
from overglass_protocol.control import Control
from overglass_protocol.envelope import Envelope, Stages
from overglass_protocol.errors import RecordingError
from overglass_protocol.pose import Pose
from overglass_protocol.recording.session_folder import SessionFolder
from tests.edge.clips import (
    JumpingClock,
    ScriptedCamera,
    captured,
    make_clip,
    number_of,
    painted,
    sound_of,
    sound_packet,
    take_all,
    times_of,
)

BASE = Fraction(1, 30)


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "timeline.jsonl").read_text().splitlines()]


def record_all(recorder: Recorder, captures: list[Captured]) -> None:
    for frame_id, one in enumerate(captures):
        recorder.record(one, Envelope(frame_id, one.capture_time))


async def recorded_clip(clip: Path, folder: Path) -> SessionFolder:
    camera = FileCamera(clip, skip_late=False, clock=JumpingClock())
    async with camera, Recorder(folder, camera) as recorder:
        record_all(recorder, await take_all(camera))
    assert recorder.error is None
    return SessionFolder.open(folder)


async def test_a_clip_comes_back_whole_with_its_times_and_its_sound(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=range(40), sound=True)
    session = await recorded_clip(clip, tmp_path / "session")
    assert session.complete
    assert session.problems == ()
    assert [frame.line.pts for frame in session.pictures()] == times_of(clip)
    assert [number_of(frame.picture) for frame in session.pictures()] == [n % 20 for n in range(40)]
    assert [(packet.pts, bytes(packet)) for packet in session.sound()] == sound_of(clip)


async def test_the_files_own_times_are_the_sources(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=[3, 4, 7, 8], time_base=Fraction(1, 25))
    await recorded_clip(clip, tmp_path / "session")
    assert times_of(tmp_path / "session" / "capture.mp4") == times_of(clip) == [3, 4, 7, 8]


@pytest.mark.parametrize("rate", [44100, 48000])
@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv", "clip.ts"])
async def test_times_are_exact_whatever_the_container_counts_in(tmp_path: Path, name: str, rate: int) -> None:
    times = [0, 33, 66, 166, 167, 400, 433, 1000, 1010, 1100]
    clip = make_clip(tmp_path / name, pts=times, time_base=Fraction(1, 1000), sound=True, sound_rate=rate)
    session = await recorded_clip(clip, tmp_path / "session")
    assert [frame.picture.pts for frame in session.pictures()] == times_of(clip)
    assert [(packet.pts, bytes(packet)) for packet in session.sound()] == sound_of(clip)
    assert session.problems == ()


@pytest.mark.parametrize(
    ("first", "base"),
    [
        (0, Fraction(1, 30)),
        (17, Fraction(1001, 30000)),
        (7_777_777_777_777, Fraction(1, 1_000_000)),  # A camera that counts since the machine started.
        (-45, Fraction(1, 90000)),
    ],
)
def test_any_source_clock_is_kept(tmp_path: Path, first: int, base: Fraction) -> None:
    step = max(1, round(Fraction(1, 30) / base))
    times = [first + n * step for n in range(10)]
    with Recorder(tmp_path / "s", ScriptedCamera()) as recorder:
        record_all(recorder, [captured(n, pts, base) for n, pts in enumerate(times)])
    session = SessionFolder.open(tmp_path / "s")
    assert session.problems == ()
    assert [(f.picture.pts, f.picture.time_base) for f in session.pictures()] == [
        (pts, base) for pts in times
    ]
    with av.open(str(tmp_path / "s" / "capture.mp4")) as video:
        start = next(video.decode(video=0)).time
    assert 0 <= start < 1


async def test_all_that_happened_stands_in_the_timeline(tmp_path: Path) -> None:
    pose = Pose((1.0, 0.0, 0.0, 0.0), (0.1, 0.2, 0.3), (1.0, 2.0, 3.0))
    stages = Stages(1.0, 2.0, 3.0, 4.0, 5.0)
    clock = JumpingClock()
    async with Recorder(tmp_path / "s", ScriptedCamera(), device="glasses", clock=clock.now) as recorder:
        recorder.control(Control(version=1, look="ink", seed=7))
        recorder.record(captured(0, 0, BASE), Envelope(0, 500.0, 2, pose))
        recorder.returned(Envelope(0, 500.0, stages=stages, control_version=1), arrived=501.0, shown=501.1)
        recorder.applied(1, 0)
        recorder.event("connection-lost", {"after": 3.5})
    session = SessionFolder.open(tmp_path / "s")
    assert session.frames[0].envelope == Envelope(0, 500.0, 2, pose)
    assert session.controls[0].control == Control(version=1, look="ink", seed=7)
    assert (session.controls[0].frame_id, session.controls[0].at) == (0, 1000.0)
    assert [(event.name, event.detail) for event in session.events] == [("connection-lost", {"after": 3.5})]
    returned = session.returned[0]
    assert (returned.id, returned.arrived, returned.shown) == (0, 501.0, 501.1)
    assert (returned.stages, returned.control_version) == (stages, 1)
    assert [line["t"] for line in lines(tmp_path / "s")] == [
        *("control", "video", "frame", "stages", "applied", "event")
    ]


async def test_the_manifest_says_what_was_recorded_with_what(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=range(20), sound=True)
    manifest = (await recorded_clip(clip, tmp_path / "s")).manifest
    assert (manifest.camera.name, manifest.camera.width, manifest.camera.height) == ("clip.mp4", 64, 48)
    assert manifest.camera.fx > 0
    assert manifest.sound is not None
    assert (manifest.sound.codec, manifest.sound.sample_rate) == ("aac", 48000)
    assert manifest.totals is not None
    assert (manifest.totals.frames, manifest.totals.frames_lost) == (20, 0)
    assert manifest.totals.sound_packets == len(sound_of(clip))
    assert manifest.totals.bytes == (tmp_path / "s" / "capture.mp4").stat().st_size


def test_the_manifest_is_there_before_the_first_frame(tmp_path: Path) -> None:
    with Recorder(tmp_path / "s", ScriptedCamera()) as recorder:
        manifest = json.loads((tmp_path / "s" / "session.json").read_text())
        assert manifest["session"] == str(recorder.session)
        assert manifest["complete"] is False
    assert json.loads((tmp_path / "s" / "session.json").read_text())["complete"] is True


def test_a_folder_that_holds_a_session_is_not_touched(tmp_path: Path) -> None:
    with Recorder(tmp_path / "s", ScriptedCamera()) as recorder:
        recorder.event("first")
    before = {path.name: path.read_bytes() for path in (tmp_path / "s").iterdir()}
    with pytest.raises(RecordingError, match="holds a recording already") as caught:
        Recorder(tmp_path / "s", ScriptedCamera()).__enter__()
    assert caught.value.cure
    assert {path.name: path.read_bytes() for path in (tmp_path / "s").iterdir()} == before


@pytest.mark.parametrize("name", ["file", "file/session"])
def test_a_folder_that_cannot_be_made_is_an_error_with_a_cure(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("I am in the way")
    with pytest.raises(RecordingError, match="cannot be a folder") as caught:
        Recorder(tmp_path / name, ScriptedCamera()).__enter__()
    assert caught.value.cure


class StuckClock:
    """A clock whose every question takes until `released`: it stands for a disk that does not answer."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.released.set()

    def now(self) -> float:
        assert self.released.wait(30)
        return 0.0


def test_what_a_slow_disk_costs_is_counted_named_and_logged(tmp_path: Path) -> None:
    disk = StuckClock()
    packets = [sound_packet(bytes([n])) for n in range(10)]
    with (
        capture_logs() as logs,
        Recorder(tmp_path / "s", ScriptedCamera(), clock=disk.now, max_pictures=2) as recorder,
    ):
        disk.released.clear()
        record_all(recorder, [captured(n, n, BASE, (packets[n],)) for n in range(10)])
        assert recorder.frames_lost >= 7
        disk.released.set()
    session = SessionFolder.open(tmp_path / "s")
    told = [line["detail"]["frames"] for line in lines(tmp_path / "s") if line["t"] == "event"]
    named = {frame_id for runs in told for first, last in runs for frame_id in range(first, last + 1)}
    assert len(named) == recorder.frames_lost
    assert named | {line.id for line in session.frames} == set(range(10))
    assert any("lost while recording" in problem for problem in session.problems)
    assert [log["log_level"] for log in logs if log["event"] == "a frame was not recorded"] == ["error"]
    assert recorder.error is None


async def test_the_sound_of_lost_pictures_is_kept(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=range(30), sound=True)
    camera, disk = FileCamera(clip, skip_late=False, clock=JumpingClock()), StuckClock()
    async with camera, Recorder(tmp_path / "s", camera, clock=disk.now, max_pictures=2) as recorder:
        taken = await take_all(camera)
        disk.released.clear()
        record_all(recorder, taken[:-1])
        disk.released.set()
        recorder.flush(10)
        recorder.record(taken[-1], Envelope(99, 0.0))
    assert recorder.frames_lost > 0
    session = SessionFolder.open(tmp_path / "s")
    assert [(packet.pts, bytes(packet)) for packet in session.sound()] == sound_of(clip)


def test_a_camera_that_changes_its_size_goes_on_in_the_same_film(tmp_path: Path) -> None:
    wide = painted(1, (160, 64))
    wide.pts, wide.time_base = 1, BASE
    with Recorder(tmp_path / "s", ScriptedCamera()) as recorder:
        record_all(recorder, [captured(0, 0, BASE), Captured(wide, 0.0), captured(2, 2, BASE)])
    session = SessionFolder.open(tmp_path / "s")
    assert session.problems == ()
    assert [line.size for line in session.frames] == [None, (160, 64), None]
    first, scaled, _ = (frame.picture for frame in session.pictures())
    assert (scaled.width, scaled.height) == (first.width, first.height)


def test_a_picture_that_does_not_fit_costs_only_itself(tmp_path: Path) -> None:
    other = painted(1)
    other.pts, other.time_base = 1, BASE / 2
    captures = [captured(0, 0, BASE), Captured(other, 0.0), captured(2, 2, BASE), captured(3, 2, BASE)]
    with capture_logs(), Recorder(tmp_path / "s", ScriptedCamera()) as recorder:
        record_all(recorder, captures)
    session = SessionFolder.open(tmp_path / "s")
    assert [line.id for line in session.frames] == [0, 2]
    assert recorder.frames_lost == 2
    assert [problem.split(" (")[0] for problem in session.problems] == [
        "frames were lost while recording: 1",
        "frames were lost while recording: 3",
    ]
    assert "another time base" in session.problems[0]
    assert "not newer" in session.problems[1]


def test_another_owner_may_overwrite_the_times_of_a_picture(tmp_path: Path) -> None:
    disk = StuckClock()
    with Recorder(tmp_path / "s", ScriptedCamera(), clock=disk.now) as recorder:
        disk.released.clear()
        for number in range(5):
            one = captured(number, number, BASE)
            recorder.record(one, Envelope(number, 0.0))
            one.picture.pts, one.picture.time_base = 1000 - number, Fraction(1, 90000)
        disk.released.set()
    session = SessionFolder.open(tmp_path / "s")
    assert [frame.picture.pts for frame in session.pictures()] == list(range(5))


def test_sound_that_mp4_cannot_carry_is_left_out_loudly(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "s.wav"), "w") as out:
        stream = out.add_stream("pcm_mulaw", rate=8000, layout="mono")
        with capture_logs() as logs, Recorder(tmp_path / "s", ScriptedCamera(sound=stream)) as recorder:
            recorder.record(captured(0, 0, BASE, (sound_packet(b"x"),)), Envelope(0, 0.0))
    assert any("silent" in log["event"] and log["log_level"] == "error" for log in logs)
    session = SessionFolder.open(tmp_path / "s")
    assert session.manifest.sound is None
    assert len(session.frames) == 1
    assert list(session.sound()) == []


def test_recording_after_the_end_is_no_harm(tmp_path: Path) -> None:
    with Recorder(tmp_path / "s", ScriptedCamera()) as recorder:
        pass
    recorder.record(captured(0, 0, BASE), Envelope(0, 0.0))
    recorder.event("late")
    assert recorder.frames_lost == 0
