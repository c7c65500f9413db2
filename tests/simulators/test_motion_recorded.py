"""Recorded heads: tracks with exact derivatives, gyroscope's traces, and what a video's metadata hold."""

import math
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overglass_protocol.errors import SourceError
from overglass_protocol.imu import ImuSample
from overglass_protocol.pose import Pose, Vector
from overglass_protocol.rotation import angle, from_angles, inverse, matrix, multiply, rotation_of
from overglass_simulators.devices.device import ImuModel
from overglass_simulators.imu import Imu
from overglass_simulators.motion import Motion
from overglass_simulators.motion.analytic import STANDING, Constant, Sinusoidal
from overglass_simulators.motion.choice import from_recording, named
from overglass_simulators.motion.metadata import imu_of_video
from overglass_simulators.motion.recorded import GyroTrace, pose_trace
from overglass_simulators.motion.track import Knot, Track
from overglass_simulators.motion.walk import Walk
from tests import shared
from tests.edge.clips import make_clip

PERFECT = ImuModel(rate=200, gyro_noise=0, gyro_bias=0, accel_noise=0, accel_bias=0, delay=0)


def measured(pose: Callable[[float], Pose], time: float, step: float = 1e-5) -> Vector:
    before, after = (pose(time + d).orientation for d in (-step, step))
    x, y, z = rotation_of(multiply(inverse(before), after))
    return x / (2 * step), y / (2 * step), z / (2 * step)


def readings(motion: Motion, seconds: float = 4.0) -> list[ImuSample]:
    return Imu(PERFECT, motion).samples(0.0, seconds)


@pytest.fixture(scope="module")
def walk() -> GyroTrace:
    return GyroTrace(readings(Walk()))


# --- tracks --------------------------------------------------------------------------------------

turns = st.tuples(*[st.floats(-3, 3)] * 3)


@settings(deadline=None)
@given(turns, turns, turns, st.floats(0.001, 0.999))
def test_between_any_two_knots_the_angular_velocity_is_the_derivative(
    first: Vector, second: Vector, angles: Vector, share: float
) -> None:
    yaw, pitch, roll = (part / 2 for part in angles)
    track = Track(
        [
            Knot(0.0, (1.0, 0.0, 0.0, 0.0), first, (0.0, 0.0, 0.0)),
            Knot(0.5, from_angles(yaw, pitch, roll), second, (0.0, 0.0, 0.0)),
        ]
    )
    time = share / 2
    assert measured(track.at, time, 1e-6) == pytest.approx(track.at(time).angular_velocity, abs=1e-3)


def test_a_track_goes_through_its_knots_at_their_rates() -> None:
    knots = [
        Knot(n / 4, from_angles(0.3 * n, 0.1 * n * n, 0), (0.1 * n, 0.2, 0.3), (float(n), 0.0, 0.0))
        for n in range(5)
    ]
    track = Track(knots)
    for knot in knots:
        for nearly in (knot.time, knot.time - 1e-9):
            if nearly >= 0:
                pose = track.at(nearly)
                assert angle(pose.orientation, knot.orientation) < 1e-6
                assert pose.angular_velocity == pytest.approx(knot.angular_velocity, abs=1e-5)
                assert pose.position == pytest.approx(knot.position, abs=1e-6)


def test_beyond_its_ends_a_track_stands() -> None:
    begin, end = from_angles(0.1, 0, 0), from_angles(1, 0, 0)
    track = Track([Knot(1.0, begin, (0, 1, 0), (1, 2, 3)), Knot(2.0, end, (0, 1, 0), (3, 2, 1))])
    assert track.at(0.5) == Pose(begin, position=(1, 2, 3))
    assert track.at(9.0) == Pose(end, position=(3, 2, 1))


def test_a_track_whose_times_do_not_grow_is_refused() -> None:
    knot = Knot(1.0, (1.0, 0.0, 0.0, 0.0), (0, 0, 0), (0, 0, 0))
    with pytest.raises(ValueError, match="have to grow"):
        Track([knot, knot])


# --- gyroscope's traces --------------------------------------------------------------------------


def test_a_gyroscopes_samples_give_back_how_the_head_turned(walk: GyroTrace) -> None:
    """But for where it looked at first, which nobody knows."""
    start = Walk().pose(walk.lead).orientation
    ours = walk.pose(0.0).orientation
    for time in np.linspace(0, 3.7, 40).tolist():
        true = multiply(inverse(start), Walk().pose(walk.lead + time).orientation)
        found = multiply(inverse(ours), walk.pose(time).orientation)
        assert angle(true, found) < math.radians(0.7)


def test_gravity_tells_how_the_head_is_held() -> None:
    held = from_angles(0.0, 0.3, -0.2)
    accel = tuple((matrix(held).T @ (0, 9.81, 0)).tolist())
    trace = GyroTrace([ImuSample(n / 100, (0.0, 0.0, 0.0), accel) for n in range(100)])
    assert angle(trace.pose(0.5).orientation, held) < 1e-9


def test_a_gyroscopes_bias_does_not_turn_the_horizon() -> None:
    biased = [ImuSample(n / 100, (0.02, 0.0, -0.02), (0.0, 9.81, 0.0)) for n in range(6000)]
    up = matrix(GyroTrace(biased, "hold").pose(59.0).orientation)[1, 1]
    assert math.degrees(math.acos(up)) < 17  # without gravity: 96


@settings(deadline=None)
@given(st.floats(-20, 60))
def test_there_and_back_the_angular_velocity_is_the_derivative(walk: GyroTrace, time: float) -> None:
    assert measured(walk.pose, time) == pytest.approx(walk.pose(time).angular_velocity, abs=1e-3)


def test_nothing_jumps_where_a_trace_turns_round(walk: GyroTrace) -> None:
    times = np.arange(0, 20, 0.002)
    poses = [walk.pose(time) for time in times.tolist()]
    steps = [angle(a.orientation, b.orientation) for a, b in pairwise(poses)]
    rates = np.array([pose.angular_velocity for pose in poses])
    assert max(steps) < 0.002 * 1.1 * np.linalg.norm(rates, axis=1).max()
    assert np.abs(np.diff(rates, axis=0)).max() < 0.06


def test_a_trace_that_holds_stands_still_at_its_end() -> None:
    trace = GyroTrace(readings(Constant(), 1.0), "hold")
    assert trace.lead == 0
    assert trace.pose(0.5).angular_velocity == pytest.approx((0, math.radians(30), 0), abs=1e-6)
    assert trace.pose(7.0).angular_velocity == (0, 0, 0)
    assert trace.pose(7.0).orientation == trace.pose(9.0).orientation
    assert trace.pose(3.0).position == STANDING


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        ([], "0 inertial samples"),
        ([ImuSample(t, (0, 0, 0), (0, 9.8, 0)) for t in (0.0, 0.1, 3.0)], r"jump by 2\.900 s at 0\.100 s"),
        ([ImuSample(t, (0, 0, 0), (0, 9.8, 0)) for t in (0.0, 0.1, 0.1)], r"jump by 0\.000 s"),
        ([ImuSample(t, (math.nan, 0, 0), (0, 9.8, 0)) for t in (0.0, 0.1)], "numbers that are none"),
    ],
)
def test_samples_of_which_no_motion_can_be_made_are_refused(samples: list[ImuSample], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        GyroTrace(samples)


def test_poses_without_angular_velocities_get_them_from_their_differences() -> None:
    motion = Sinusoidal(20, 0.5)
    poses = [(n / 60, Pose(motion.pose(n / 60).orientation, position=(0, 1, 0))) for n in range(120)]
    trace = pose_trace(poses, "hold")
    for time in (0.3, 0.77, 1.5):
        assert angle(trace.pose(time).orientation, motion.pose(time).orientation) < 1e-4
        assert trace.pose(time).angular_velocity == pytest.approx(
            motion.pose(time).angular_velocity, abs=0.01
        )


def test_one_pose_is_no_motion() -> None:
    with pytest.raises(SourceError, match="does not say how the head moved"):
        pose_trace([(1.0, Pose((1.0, 0.0, 0.0, 0.0))), (1.0, Pose((1.0, 0.0, 0.0, 0.0)))])


# --- videos' own metadata ------------------------------------------------------------------------


def test_a_real_cameras_gyroscope_is_read_at_its_rate_with_gravity_downwards() -> None:
    samples = imu_of_video(shared.clip("walk_first_person.mp4"))
    steps = np.diff([sample.time for sample in samples])
    assert len(samples) == 2082
    assert 1 / steps.mean() == pytest.approx(197.5, abs=1)
    x, y, z = np.mean([sample.accel for sample in samples], axis=0)
    assert y == pytest.approx(9.7, abs=0.2)
    assert abs(x) < 0.5
    assert -2 < z < 0  # it looks up a little
    assert np.abs([sample.gyro for sample in samples]).max() < 5


def test_a_real_walk_moves_a_head_as_its_gyroscope_says() -> None:
    path = shared.clip("walk_first_person.mp4")
    trace, samples = from_recording(path), imu_of_video(path)
    assert trace.seconds == pytest.approx(10.54, abs=0.01)
    for sample in samples[100:1900:50]:
        time = sample.time - samples[0].time - trace.lead
        # Gravity's correction is what is between them.
        assert trace.pose(time).angular_velocity == pytest.approx(sample.gyro, abs=0.06)
        assert measured(trace.pose, time) == pytest.approx(trace.pose(time).angular_velocity, abs=0.002)
    heights = [float(matrix(trace.pose(t).orientation)[1, 1]) for t in np.linspace(0, 20, 200).tolist()]
    assert min(heights) > math.cos(math.radians(30))


def test_a_real_walk_is_a_motion_by_name() -> None:
    path = shared.clip("walk_first_person.mp4")
    assert named("recorded", path, place=(0, 5, 0)).pose(1.0).position == pytest.approx((0, 5, 0))


def test_the_cameras_roll_brings_gravity_to_where_a_head_has_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A camera on its side: what it calls -x is up, and turning left is about that."""
    rows = [{"timestamp_ms": 5.0 * n, "gyro": (-90.0, 0.0, 0.0), "accl": (-9.8, 0.2, 0.0)} for n in range(10)]
    monkeypatch.setitem(sys.modules, "telemetry_parser", _Package(rows))
    sample = imu_of_video(tmp_path / "any.mp4")[3]
    assert sample.time == pytest.approx(0.015)
    assert sample.gyro == pytest.approx((0, math.pi / 2, 0))
    assert sample.accel == pytest.approx((-0.2, 9.8, 0))


class _Package:
    """`telemetry_parser`, with what it would have read."""

    def __init__(self, rows: list[dict[str, object]]) -> None:
        self._rows = rows

    def Parser(self, path: str) -> "_Package":  # noqa: N802 - that is its name
        return self

    def normalized_imu(self) -> list[dict[str, object]]:
        return self._rows


def test_a_gyroscope_without_accelerometer_is_read_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows: list[dict[str, object]] = [
        {"timestamp_ms": 5.0 * n, "gyro": (90.0, 0.0, 0.0), "accl": None} for n in range(300)
    ]
    monkeypatch.setitem(sys.modules, "telemetry_parser", _Package(rows))
    trace = from_recording(tmp_path / "any.mp4", "hold")
    assert angle(trace.pose(1.0).orientation, from_angles(math.pi / 2, 0, 0)) < 1e-6


def test_a_video_without_motion_says_what_to_name(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    with pytest.raises(SourceError, match=r"clip\.mp4 has no motion.*GoPro"):
        imu_of_video(clip)


def test_a_broken_and_a_missing_video_and_a_folder_say_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "broken.mp4").write_bytes(b"\0" * 5000)
    with pytest.raises(SourceError, match=r"broken\.mp4 has no motion"):
        imu_of_video(tmp_path / "broken.mp4")
    with pytest.raises(SourceError, match="there is no file"):
        imu_of_video(tmp_path / "none.mp4")
    with pytest.raises(SourceError, match="is a folder"):
        imu_of_video(tmp_path)


def test_a_missing_package_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "telemetry_parser", None)
    with pytest.raises(SourceError, match=r"pip install 'overglass\[sim\]'"):
        imu_of_video(tmp_path / "clip.mp4")
