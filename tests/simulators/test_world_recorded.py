"""Recorded worlds: videos and sessions that one may look around in, also torn ones."""

import math
import sys
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from overglass_edge.recorder import Recorder
from overglass_edge.sources import Captured
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import RecordingError, SourceError
from overglass_protocol.imu import ImuSample
from overglass_protocol.pose import Pose
from overglass_protocol.rotation import angle, from_angles
from overglass_simulators.motion.analytic import Sinusoidal
from overglass_simulators.motion.steered import Steered
from overglass_simulators.world import World
from overglass_simulators.world.camera import _frame
from overglass_simulators.world.recorded import RecordedWorld
from tests import shared
from tests.edge.clips import ScriptedCamera, captured, luma_of, make_clip

FRAMES = 12
SIZE = (320, 180)


def shown(picture: npt.NDArray[np.uint8]) -> int:
    """The number of a painted picture."""
    right = picture[:, picture.shape[1] * 5 // 8 : picture.shape[1] * 7 // 8].mean()
    return min(range(20), key=lambda n: abs((luma_of(n) - 16) * 255 / 219 - right))


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Twelve pictures in 0.4 seconds."""
    return make_clip(tmp_path / "clip.mp4", pts=range(FRAMES))


def session(folder: Path, *, poses: bool = True, imu: bool = False) -> Path:
    """FRAMES numbered pictures, a tenth of a second apart, from 500 on."""
    motion = Sinusoidal(20, 0.3)
    with Recorder(folder, ScriptedCamera()) as recorder:
        if imu:
            times = [499.9 + n / 100 for n in range(150)]
            recorder.imu([ImuSample(t, (0.0, 0.5, 0.0), (0.0, 9.81, 0.0)) for t in times])
        for number in range(FRAMES):
            shot = captured(number, number, Fraction(1, 10))
            pose = motion.pose(number / 10) if poses else None
            recorder.record(shot, Envelope(number, 500.0 + number / 10, pose=pose))
    return folder


# --- videos --------------------------------------------------------------------------------------


def test_a_video_plays_at_its_own_times_and_begins_again(clip: Path) -> None:
    world = RecordedWorld(clip)
    assert world.seconds == pytest.approx(FRAMES / 30)
    for time in (0.0, 0.1, 0.35, 0.2, 0.01, 0.39):
        assert shown(world.render(time)) == int(time * 30 + 1e-6)
        assert shown(world.render(time + 3 * world.seconds + 1e-6)) == int(time * 30 + 1e-6)


def test_the_same_time_gives_the_same_bytes_in_whatever_order(clip: Path) -> None:
    one, other = RecordedWorld(clip), RecordedWorld(clip)
    times = [n / 60 for n in range(40)]
    forth = [one.render(time).tobytes() for time in times]
    back = [other.render(time).tobytes() for time in reversed(times)]
    assert forth == back[::-1]


def test_who_changes_a_picture_changes_no_other(clip: Path) -> None:
    world = RecordedWorld(clip)
    world.render(0.0)[:] = 7
    assert shown(world.render(0.0)) == 0


def test_a_video_without_motion_is_still_and_says_so(clip: Path) -> None:
    world = RecordedWorld(clip)
    assert not world.has_motion
    assert "has no motion in its metadata" in world.why_still
    assert world.fiducials == ()
    assert world.path(0.3).orientation == (1.0, 0.0, 0.0, 0.0)


def test_looking_left_moves_the_picture_to_the_right_and_black_in_from_the_left(clip: Path) -> None:
    world = RecordedWorld(clip, *SIZE, field=math.radians(60))
    turn = math.radians(20)
    picture = world.render(0.3, Pose(from_angles(turn, 0.0, 0.0)))
    # The picture's left half is black and its right half bright: the edge was in the middle.
    edge = 159.5 + world.intrinsics.fx * math.tan(turn)
    bright = picture[90, :, 1] > 60
    assert np.flatnonzero(bright)[0] == pytest.approx(edge, abs=4)
    assert world.render(0.3, Pose(from_angles(math.pi, 0.0, 0.0))).max() == 0


def test_a_video_fills_the_picture_of_the_camera_asked_for(clip: Path) -> None:
    picture = RecordedWorld(clip, 320, 180, field=math.radians(100)).render(0.3)
    assert picture[[0, -1], 300].min() > 60


def test_another_camera_sees_the_same_recording(clip: Path) -> None:
    world = RecordedWorld(clip, *SIZE, field=1.2)
    other = world.seen_by(world.intrinsics.scaled_to(160, 90))
    assert shown(other.render(0.2)) == shown(world.render(0.2)) == 6
    assert other.render(0.2).shape == (90, 160, 3)


def test_what_cannot_be_played_says_why(tmp_path: Path) -> None:
    (tmp_path / "torn.mp4").write_bytes(b"\0" * 3000)
    with pytest.raises(SourceError, match=r"torn\.mp4 is not a video"):
        RecordedWorld(tmp_path / "torn.mp4")
    with pytest.raises(SourceError, match="there is no file"):
        RecordedWorld(tmp_path / "none.mp4")
    with pytest.raises(RecordingError, match="is not a recorded session"):
        RecordedWorld(tmp_path)


def test_a_cut_video_plays_what_is_left(tmp_path: Path) -> None:
    whole = make_clip(tmp_path / "whole.mkv", pts=range(60), size=(320, 180))
    (tmp_path / "cut.mkv").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    world = RecordedWorld(tmp_path / "cut.mkv")
    numbers = [shown(world.render((n + 0.5) / 30)) for n in range(10)]
    assert numbers == list(range(10))
    assert 10 / 30 < world.seconds < 59 / 30
    assert "cut short" in world.problems[0]


def test_a_real_walk_can_be_looked_around_in() -> None:
    world = RecordedWorld(shared.clip("walk_first_person.mp4"), *SIZE, field=math.radians(75))
    assert world.has_motion
    assert world.seconds == pytest.approx(10.51, abs=0.02)
    for time in (1.0, 4.0):
        assert angle(world.path(time).orientation, world.path(time + world.seconds).orientation) < 1e-9
        assert np.array_equal(world.render(time), world.render(time, world.path(time)))
    hand = Steered(world.motion)
    hand.turn(0.0, 0.3, 0.0)
    turned = world.render(2.0, hand.pose(2.0)).max(2)
    # Where it had not been looking is black: about half of the picture's left edge is.
    assert (turned[:, 0] == 0).mean() > 0.4
    assert (turned[:, -1] > 0).mean() > 0.6


def test_without_the_package_that_reads_motion_a_video_plays_and_says_what_to_install(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "telemetry_parser", None)
    world = RecordedWorld(clip)
    assert shown(world.render(0.2)) == 6
    assert "pip install 'overglass[sim]'" in world.why_still


# --- sessions ------------------------------------------------------------------------------------


def test_a_session_plays_at_its_capture_times_with_its_poses(tmp_path: Path) -> None:
    world = RecordedWorld(session(tmp_path / "s"))
    assert world.has_motion
    assert world.problems == ()
    assert world.seconds == pytest.approx(1.2)
    for number in (0, 3, 7):
        assert shown(world.render(number / 10 + 0.01)) == number
        expected = Sinusoidal(20, 0.3).pose(number / 10)
        assert angle(world.path(number / 10).orientation, expected.orientation) < 1e-6
        assert world.path(number / 10).position == pytest.approx(expected.position)


def test_a_session_without_poses_moves_as_its_inertial_samples_say(tmp_path: Path) -> None:
    world = RecordedWorld(session(tmp_path / "s", poses=False, imu=True))
    assert world.has_motion
    turned = angle(world.path(0.2).orientation, world.path(0.9).orientation)
    assert turned == pytest.approx(0.35, abs=1e-3)
    assert not RecordedWorld(session(tmp_path / "still", poses=False)).has_motion


def test_a_torn_session_plays_what_is_whole(tmp_path: Path) -> None:
    folder = session(tmp_path / "s")
    for name, keep in (("capture.mp4", 0.7), ("timeline.jsonl", 0.95)):
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: int(len(data) * keep)])
    world = RecordedWorld(folder)
    assert any("capture.mp4" in problem for problem in world.problems)
    assert 0.3 < world.seconds < 1.2
    last = round(world.seconds * 10) - 1
    assert [shown(world.render(n / 10 + 0.01)) for n in range(last + 1)] == list(range(last + 1))


def test_a_session_without_a_picture_is_no_world(tmp_path: Path) -> None:
    with Recorder(tmp_path / "s", ScriptedCamera()):
        pass
    with pytest.raises(RecordingError, match="no picture that is whole"):
        RecordedWorld(tmp_path / "s")


def test_a_turned_session_shows_what_the_world_would_have(tmp_path: Path) -> None:
    """Recorded in a generated world, seen from another pose: as that world is seen from there."""
    street = World(1, *SIZE)
    camera = ScriptedCamera()
    camera.width, camera.height, camera.intrinsics = *SIZE, street.intrinsics
    there = street.path(1.0)
    with Recorder(tmp_path / "s", camera) as recorder:
        for number in range(2):
            frame = _frame(street.render(1.0, there), number / 10)
            recorder.record(Captured(frame, number / 10), Envelope(number, number / 10, pose=there))
    recorded = RecordedWorld(tmp_path / "s")
    hand = Steered(_At(there))
    hand.turn(-1.0, 0.12, 0.05)
    pose = hand.pose(0.0)
    expected, found = street.render(1.0, pose), recorded.render(0.05, pose)
    inside = np.s_[40:140, 70:260]
    error = np.abs(cv2.blur(expected, (3, 3)).astype(int) - cv2.blur(found, (3, 3)))[inside].mean()
    unturned = np.abs(expected.astype(int) - recorded.render(0.05))[inside].mean()
    assert error < 0.3 * unturned


class _At:
    def __init__(self, pose: Pose) -> None:
        self._pose = pose

    def pose(self, time: float) -> Pose:
        return self._pose
