"""Recordings that end badly: the program is killed in the middle, or the disk is full."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from overglass_protocol.recording.session_folder import SessionFolder
from tests.edge.clips import ROOT, WALK, make_clip, sound_of, times_of


def child(*arguments: str | Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.edge.record_clip", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def kill_after(frames: int, clip: Path, folder: Path) -> int:
    """Kills a child that records as soon as so many frames are safe. Returns how many it said were."""
    with child(clip, folder) as process:
        limit = threading.Timer(40, process.kill)
        limit.start()
        safe = 0
        assert process.stdout is not None
        for line in process.stdout:
            safe = int(line.split()[0])
            if safe >= frames:
                break
        process.kill()
        limit.cancel()
    return safe


def check_what_a_kill_left(clip: Path, folder: Path, safe: int) -> None:
    session = SessionFolder.open(folder)
    assert not session.complete
    assert "the recording was cut off before its end" in session.problems
    assert not [problem for problem in session.problems if "lacks frames" in problem or "sound" in problem]
    expected = times_of(clip)
    frames = list(session.pictures())
    assert safe <= len(frames) < len(expected)
    assert [frame.picture.pts for frame in frames] == expected[: len(frames)]
    assert [frame.line.id for frame in frames] == list(range(len(frames)))
    sound = [(packet.pts, bytes(packet)) for packet in session.sound()]
    assert sound == sound_of(clip)[: len(sound)]
    assert len(sound) >= sum(line.sound for line in session.frames)


def test_a_kill_costs_nothing_that_was_flushed(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=range(300), sound=True)
    safe = kill_after(100, clip, tmp_path / "s")
    assert safe >= 100
    check_what_a_kill_left(clip, tmp_path / "s", safe)


def test_a_kill_costs_nothing_of_the_real_walk(tmp_path: Path) -> None:
    if not WALK.exists():
        pytest.skip(f"{WALK} is not on this machine")
    safe = kill_after(120, WALK, tmp_path / "s")
    assert safe >= 120
    check_what_a_kill_left(WALK, tmp_path / "s", safe)
    assert sum(line.sound for line in SessionFolder.open(tmp_path / "s").frames) > 150


def test_a_full_disk_ends_the_recording_and_not_the_session(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", pts=range(100), sound=True)
    with child(clip, tmp_path / "s", "30000") as process:
        output = process.communicate(timeout=40)[0].splitlines()
    assert process.returncode == 0
    written, live = output[-2].split(" of ")
    assert int(live) == 100
    assert 0 < int(written) < 100
    assert output[-1].startswith(f"lost {100 - int(written)}: the disk of {tmp_path / 's'} is full.")
    session = SessionFolder.open(tmp_path / "s")
    assert not session.complete
    assert len(list(session.pictures())) == int(written)
    assert [event.name for event in session.events] == ["frames-lost", "recording-ended"]
    assert session.manifest.error is not None
    assert any("ended early" in problem for problem in session.problems)
    assert not any("fragment" in problem for problem in session.problems)
