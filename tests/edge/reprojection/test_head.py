"""Where the head is, against motions that are known exactly."""

import math
import random

import pytest

from overglass_edge.reprojection.gyro import HISTORY
from overglass_edge.reprojection.head import MAX_EXTRAPOLATION, HeadTrack
from overglass_protocol import rotation
from overglass_protocol.imu import ImuSample
from overglass_protocol.pose import Pose
from tests.edge.reprojection.motions import RATE, Motion, constant, felt, silent, sine, wobble


def error(track: HeadTrack, at: float, motion: Motion, predict: float = MAX_EXTRAPOLATION) -> float:
    """Degrees, relative to where the head was at the track's first moment."""
    pose = track.pose(at, predict)
    assert pose is not None
    return math.degrees(rotation.angle(pose.orientation, motion(at).orientation))


def test_nothing_is_known_before_anything_was_said() -> None:
    assert HeadTrack().pose(1.0) is None


@pytest.mark.parametrize("sources", ["imu", "poses", "silent poses", "both"])
def test_a_constant_turn_is_followed_exactly_between_samples_and_ahead(sources: str) -> None:
    track = HeadTrack()
    for index in range(201):
        time = index / 200
        if sources in ("imu", "both"):
            track.add_imu(felt(time, constant))
        if sources != "imu" and index % 8 == 0:
            track.add_pose(time, silent(constant(time)) if sources == "silent poses" else constant(time))
    for at in (0.2003, 0.5, 0.777, 0.99, 1.0, 1.011, 1.025):
        assert error(track, at, constant) < 1e-5
    pose = track.pose(1.02)
    assert pose is not None
    assert pose.angular_velocity == pytest.approx(RATE)
    expected = (0.0, 0.0, 0.0) if sources == "imu" else constant(1.02).position
    assert pose.position == pytest.approx(expected, abs=1e-9)


def test_whoever_asks_may_have_it_predicted_further() -> None:
    for with_poses in (False, True):
        track = HeadTrack()
        for index in range(101):
            track.add_imu(felt(index / 200, constant))
            if with_poses and index % 7 == 0:
                track.add_pose(index / 200, silent(constant(index / 200)))
        assert error(track, 0.7, constant, predict=0.2) < 1e-4
        assert error(track, 0.7, constant) > 5.0


def test_a_gyro_that_begins_long_after_a_pose_says_nothing_of_the_time_before() -> None:
    track = HeadTrack()
    track.add_pose(0.0, Pose(rotation.IDENTITY))
    for index in range(10):
        track.add_imu(ImuSample(1.5 + index / 200, (0.0, 2.0, 0.0), (0.0, 9.81, 0.0)))
    pose = track.pose(0.5)
    assert pose is not None
    assert rotation.angle(pose.orientation, rotation.IDENTITY) < 1e-9


def test_prediction_ends_and_the_head_is_held() -> None:
    track = HeadTrack()
    for index in range(21):
        track.add_imu(felt(index / 200, constant))
    last, held, later = track.pose(0.1 + MAX_EXTRAPOLATION), track.pose(0.2), track.pose(9.0)
    assert last is not None
    assert held is not None
    assert held == later
    assert rotation.angle(last.orientation, held.orientation) < 1e-9
    assert held.angular_velocity == (0.0, 0.0, 0.0)
    unpredicted = track.pose(0.11, predict=0.0)
    assert unpredicted is not None
    assert rotation.angle(unpredicted.orientation, constant(0.1).orientation) < 1e-6


@pytest.mark.parametrize(("with_poses", "bound"), [(False, 0.2), (True, 0.2)])
def test_a_sine_is_predicted_by_25_ms_better_than_by_its_rate_alone(with_poses: bool, bound: float) -> None:
    track, worst, by_rate = HeadTrack(), 0.0, 0.0
    for index in range(400):
        time = index / 200
        track.add_imu(felt(time, sine))
        if with_poses and index % 7 == 0:
            track.add_pose(time, silent(sine(time)))
        if index > 20:
            ahead = time + MAX_EXTRAPOLATION
            worst = max(worst, error(track, ahead, sine))
            now = sine(time)
            plain = rotation.turned(now.orientation, now.angular_velocity, MAX_EXTRAPOLATION)
            by_rate = max(by_rate, math.degrees(rotation.angle(plain, sine(ahead).orientation)))
    assert by_rate > 0.45
    assert worst < bound


def test_the_past_of_a_sine_is_known_to_a_hundredth_of_a_degree() -> None:
    track = HeadTrack()
    for index in range(0, 401):
        track.add_imu(felt(index / 200, sine))
    assert max(error(track, 0.3 + index * 0.0037, sine) for index in range(400)) < 0.01


def test_turning_about_an_axis_that_turns_itself_adds_up() -> None:
    track = HeadTrack()
    for index in range(61):
        track.add_imu(felt(index / 60, wobble))
    pose = track.pose(1.0)
    assert pose is not None
    way = rotation.multiply(rotation.inverse(wobble(0.0).orientation), wobble(1.0).orientation)
    assert math.degrees(rotation.angle(pose.orientation, way)) < 0.1, "0.15 without the second order"


def test_between_poses_the_way_is_a_curve_even_about_an_axis_that_turns_itself() -> None:
    track = HeadTrack()
    for index in range(21):
        track.add_pose(index / 20, wobble(index / 20))
    assert max(error(track, 0.1 + index * 0.0037, wobble) for index in range(200)) < 0.001


@pytest.mark.parametrize("rate", [60, 30])
def test_slow_sensors_are_followed_along_a_curve_between_their_samples(rate: int) -> None:
    track = HeadTrack()
    for index in range(2 * rate + 1):
        track.add_imu(felt(index / rate, sine))
    bound = {60: 0.05, 30: 0.3}[rate]
    assert max(error(track, 0.1 + index * 0.0037, sine) for index in range(400)) < bound


def test_the_order_in_which_samples_arrive_does_not_matter() -> None:
    said: list[tuple[float, bool]] = [(index / 200, False) for index in range(201)]
    said += [(index / 30 + 0.0017, True) for index in range(30)]
    tracks = []
    for most in (0.0, 0.02, 0.08):
        delays = random.Random(1)
        late = sorted(said, key=lambda one: one[0] + delays.uniform(0.0, most))
        track = HeadTrack()
        for time, is_pose in late:
            if is_pose:
                track.add_pose(time, sine(time))
            else:
                track.add_imu(felt(time, sine))
        tracks.append(track)
    for at in (0.111, 0.5003, 0.9, 1.01):
        in_order, *others = (track.pose(at) for track in tracks)
        assert in_order is not None
        for pose in others:
            assert pose is not None
            assert rotation.angle(pose.orientation, in_order.orientation) < math.radians(0.01)
    for track in tracks:
        assert track.bias == pytest.approx((0.0, 0.0, 0.0), abs=2e-3)


def test_a_sample_said_twice_counts_once_and_one_that_is_no_number_not_at_all() -> None:
    track = HeadTrack()
    for index in range(41):
        for _ in range(2):
            track.add_imu(felt(index / 200, constant))
        track.add_imu(ImuSample(index / 200 + 0.001, (math.nan, 0.0, 0.0), (0.0, 9.81, 0.0)))
        track.add_imu(ImuSample(math.inf, (9.0, 0.0, 0.0), (0.0, 9.81, 0.0)))
        track.add_pose(index / 200 + 0.002, Pose((math.nan, 0.0, 0.0, 0.0)))
    assert error(track, 0.21, constant) < 1e-5


def test_poses_say_what_the_gyro_reads_at_rest() -> None:
    track, bias = HeadTrack(), (0.02, -0.03, 0.01)
    noise = random.Random(4)
    for index in range(2001):
        time = index / 200
        sample = felt(time, sine, bias)
        x, y, z = (rate + noise.gauss(0, 0.003) for rate in sample.gyro)
        track.add_imu(ImuSample(time, (x, y, z), sample.accel))
        if index % 7 == 0:
            track.add_pose(time, sine(time))
    assert track.bias == pytest.approx(bias, abs=0.002)


def test_between_two_poses_the_gyro_leads_from_one_to_the_other_whatever_it_reads_at_rest() -> None:
    track = HeadTrack()
    for index in range(43):
        track.add_imu(felt(index / 200, sine, (0.2, -0.1, 0.15)))
        if index % 20 == 0:
            track.add_pose(index / 200, silent(sine(index / 200)))
    assert track.bias == (0.0, 0.0, 0.0), "it is too soon to tell"
    assert max(error(track, index / 400, sine) for index in range(80)) < 0.05


def test_before_a_gyro_was_heard_a_poses_own_rate_leads_back() -> None:
    track = HeadTrack()
    for index in range(10):
        track.add_pose(index / 30, constant(index / 30))
        track.add_imu(felt(2.0 + index / 200, constant))
    assert error(track, -0.02, constant) < 1e-4


def test_a_tracker_that_jumps_is_believed_but_teaches_no_bias() -> None:
    track, turned_about = HeadTrack(), rotation.about((0.0, 1.0, 0.0))
    for index in range(401):
        time = index / 200
        track.add_imu(ImuSample(time, (0.0, 0.0, 0.0), (0.0, 9.81, 0.0)))
        if index % 10 == 0:
            track.add_pose(time, Pose(rotation.IDENTITY if time < 1.0 else turned_about))
    pose = track.pose(2.01)
    assert pose is not None
    assert rotation.angle(pose.orientation, turned_about) < 1e-6
    assert track.bias == pytest.approx((0.0, 0.0, 0.0), abs=1e-6)


def test_the_gyro_leads_on_where_poses_have_stopped() -> None:
    track = HeadTrack()
    for index in range(301):
        time = index / 200
        track.add_imu(felt(time, sine))
        if time < 0.5:
            track.add_pose(time, silent(sine(time)))
    assert error(track, 1.3, sine) < 0.02
    assert error(track, 1.52, sine) < 0.2


def test_poses_lead_on_where_the_gyro_has_stopped() -> None:
    track = HeadTrack()
    for index in range(301):
        time = index / 200
        track.add_pose(time, sine(time))
        if time < 0.5:
            track.add_imu(felt(time, sine))
    assert error(track, 1.2012, sine) < 0.01
    assert error(track, 1.51, sine) < 0.15


def test_a_hole_in_the_gyro_turns_nobody_round() -> None:
    track = HeadTrack()
    for time in (0.0, 0.005, 1.5, 1.505):
        track.add_imu(ImuSample(time, (0.0, 2.0, 0.0), (0.0, 9.81, 0.0)))
    pose = track.pose(1.505)
    assert pose is not None
    assert rotation.angle(pose.orientation, rotation.IDENTITY) < 0.55


def test_what_is_older_than_two_seconds_is_forgotten_and_the_oldest_known_is_held() -> None:
    track = HeadTrack()
    for index in range(2001):
        track.add_imu(felt(index / 200, sine))
        track.add_pose(index / 200, sine(index / 200))
    oldest = 10.0 - HISTORY
    assert error(track, oldest + 0.001, sine) < 0.01
    assert track.pose(oldest - 0.5) == track.pose(3.0)


@pytest.mark.parametrize("with_poses", [False, True])
def test_a_device_whose_clock_begins_anew_is_followed_anew(with_poses: bool) -> None:
    track = HeadTrack()
    for begin in (1000.0, 0.0):
        for index in range(101):
            track.add_imu(felt(begin + index / 200, constant))
            if with_poses:
                track.add_pose(begin + index / 200, constant(begin + index / 200))
    assert error(track, 0.31, constant) < 1e-5


def test_the_same_samples_give_the_same_poses() -> None:
    def poses() -> list[Pose | None]:
        track = HeadTrack()
        for index in range(101):
            track.add_imu(felt(index / 200, sine, (0.01, 0.0, 0.0)))
            track.add_pose(index / 190, sine(index / 190))
        return [track.pose(index / 170) for index in range(100)]

    assert poses() == poses()
