"""Reading sessions back, whole and broken, and saying precisely what is missing."""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from overglass_edge.recorder import Recorder
from overglass_edge.sources import FileCamera
from overglass_protocol.control import Control
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import RecordingError
from overglass_protocol.recording.session_folder import SessionFolder
from tests.edge.clips import JumpingClock, ScriptedCamera, captured, make_clip, number_of, sound_of, take_all

BASE = Fraction(1, 30)
FRAMES = 12


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A session of FRAMES frames, cleanly ended."""
    with Recorder(tmp_path / "session", ScriptedCamera()) as recorder:
        for number in range(FRAMES):
            recorder.record(captured(number, 2 * number, BASE), Envelope(number, 500.0 + number))
    return tmp_path / "session"


@pytest.fixture
async def with_sound(tmp_path: Path) -> Path:
    clip = make_clip(tmp_path / "clip.mp4", pts=range(20), sound=True)
    camera = FileCamera(clip, skip_late=False, clock=JumpingClock())
    async with camera, Recorder(tmp_path / "session", camera) as recorder:
        for frame_id, one in enumerate(await take_all(camera)):
            recorder.record(one, Envelope(frame_id, one.capture_time))
    return tmp_path / "session"


def cut(path: Path, end: int) -> None:
    path.write_bytes(path.read_bytes()[:end])


def test_a_whole_session_has_no_problems(folder: Path) -> None:
    session = SessionFolder.open(folder)
    assert session.complete
    assert session.problems == ()
    assert [line.pts for line in session.frames] == [2 * n for n in range(FRAMES)]
    assert [frame.line.id for frame in session.pictures()] == list(range(FRAMES))
    assert [number_of(frame.picture) for frame in session.pictures()] == list(range(FRAMES))
    assert {frame.picture.time_base for frame in session.pictures()} == {BASE}


def test_a_control_change_knows_the_frame_that_showed_it(tmp_path: Path) -> None:
    with Recorder(tmp_path / "s", ScriptedCamera(), clock=JumpingClock().now) as recorder:
        for version in (1, 2, 3):
            recorder.control(Control(version=version, look="ink"))
        recorder.applied(1, 40)
        recorder.applied(3, 44)
        recorder.applied(3, 90)  # Said again after a reconnect.
    changes = SessionFolder.open(tmp_path / "s").controls
    assert [(change.control.version, change.frame_id) for change in changes] == [(1, 40), (2, None), (3, 44)]


@pytest.mark.parametrize("lost", [1, 7, 30])
def test_a_cut_last_line_costs_only_itself(folder: Path, lost: int) -> None:
    timeline = folder / "timeline.jsonl"
    cut(timeline, timeline.stat().st_size - lost)
    session = SessionFolder.open(folder)
    assert len(session.frames) == FRAMES - 1
    assert [frame.line.id for frame in session.pictures()] == list(range(FRAMES - 1))
    assert len(session.problems) == 2
    assert session.problems[0].startswith("the last line of timeline.jsonl is cut after")
    assert session.problems[1] == "the timeline lacks 1 pictures that are in the video"


@pytest.mark.parametrize("lost", [1, 20, 50, 150])
def test_a_cut_last_fragment_costs_only_itself(folder: Path, lost: int) -> None:
    video = folder / "capture.mp4"
    cut(video, video.stat().st_size - lost)
    session = SessionFolder.open(folder)
    assert [frame.line.id for frame in session.pictures()] == list(range(FRAMES - 1))
    assert session.problems[0].endswith("bytes of capture.mp4 are a fragment that was cut")
    assert session.problems[1] == f"the video lacks frames that the timeline names: {FRAMES - 1}"


async def test_a_cut_takes_the_sound_of_its_fragment_and_no_other(with_sound: Path) -> None:
    video = with_sound / "capture.mp4"
    whole = [(packet.pts, bytes(packet)) for packet in SessionFolder.open(with_sound).sound()]
    assert whole == sound_of(with_sound.parent / "clip.mp4")
    cut(video, video.stat().st_size - 1)
    session = SessionFolder.open(with_sound)
    left = [(packet.pts, bytes(packet)) for packet in session.sound()]
    assert left == whole[: len(left)]
    assert len(left) == sum(line.sound for line in session.frames)


@pytest.mark.parametrize("tail", [bytes(5000), b"rubbish " * 700, b"\0\0\0\x20moof" + b"x" * 5000])
def test_a_tail_that_a_power_cut_left_is_no_harm(folder: Path, tail: bytes) -> None:
    with (folder / "capture.mp4").open("ab") as video:
        video.write(tail)
    session = SessionFolder.open(folder)
    assert [frame.line.id for frame in session.pictures()] == list(range(FRAMES))
    assert session.problems == (f"the last {len(tail)} bytes of capture.mp4 are a fragment that was cut",)


def test_missing_frames_are_named(folder: Path) -> None:
    video = folder / "capture.mp4"
    data = video.read_bytes()
    ends = [at - 4 for at in range(len(data)) if data.startswith(b"moof", at)]
    cut(video, ends[8])
    session = SessionFolder.open(folder)
    assert session.problems == ("the video lacks frames that the timeline names: 8 to 11",)
    assert [frame.line.id for frame in session.pictures()] == list(range(8))


def test_a_damaged_line_is_named_and_the_others_are_read(folder: Path) -> None:
    timeline = folder / "timeline.jsonl"
    lines = timeline.read_bytes().splitlines(keepends=True)
    lines[3] = b'{"t":"frame","id":"two"}\n'
    lines[5] = b"\0" * 40 + b"\n"
    timeline.write_bytes(b"".join(lines))
    session = SessionFolder.open(folder)
    assert len(session.frames) == FRAMES - 2
    assert [problem[:26] for problem in session.problems[:2]] == [
        "line 4 of timeline.jsonl: ",
        "line 6 of timeline.jsonl: ",
    ]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("capture.mp4", "capture.mp4 is missing"),
        ("timeline.jsonl", "timeline.jsonl is missing"),
    ],
)
def test_a_missing_file_is_a_problem_and_not_the_end(folder: Path, name: str, problem: str) -> None:
    (folder / name).unlink()
    session = SessionFolder.open(folder)
    assert problem in session.problems
    assert list(session.pictures()) == []
    assert list(session.sound()) == []


def test_a_session_without_a_picture_is_a_session(tmp_path: Path) -> None:
    with Recorder(tmp_path / "s", ScriptedCamera()) as recorder:
        recorder.event("nothing to see")
    session = SessionFolder.open(tmp_path / "s")
    assert session.complete
    assert session.problems == ()
    assert (session.frames, session.video) == ((), None)
    assert list(session.pictures()) == []


def test_a_recording_that_was_not_ended_says_so(folder: Path) -> None:
    manifest = folder / "session.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"complete": False}))
    session = SessionFolder.open(folder)
    assert not session.complete
    assert session.problems == ("the recording was cut off before its end",)


def later_version(folder: Path) -> None:
    manifest = folder / "session.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": 99}))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / "session.json").unlink(), "is not a recorded session"),
        (lambda folder: (folder / "session.json").write_text("{}"), "does not describe a session"),
        (lambda folder: (folder / "session.json").write_bytes(b"\0" * 100), "does not describe a session"),
        (later_version, "recorded by a later version"),
    ],
    ids=["missing", "empty", "zeros", "later version"],
)
def test_what_is_no_session_is_refused_with_a_cure(
    folder: Path, spoil: Callable[[Path], None], message: str
) -> None:
    spoil(folder)
    with pytest.raises(RecordingError, match=message) as caught:
        SessionFolder.open(folder)
    assert caught.value.cure


def test_a_file_and_a_missing_folder_are_no_sessions(folder: Path) -> None:
    for path in (folder / "capture.mp4", folder / "nothing"):
        with pytest.raises(RecordingError, match="is not a recorded session"):
            SessionFolder.open(path)
