"""Motions by formula, by hand and by name: their angular velocity is the derivative of their orientation."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overglass_protocol.errors import ConfigError
from overglass_protocol.pose import Pose, Vector
from overglass_protocol.rotation import angle, from_angles, inverse, multiply, rotation_of
from overglass_simulators.motion import Motion
from overglass_simulators.motion.analytic import EYES, STANDING, Axis, Constant, Sinusoidal, Still
from overglass_simulators.motion.choice import MOTIONS, named
from overglass_simulators.motion.steered import EASE, STEEPEST, Steered
from overglass_simulators.motion.walk import Walk

FORMULAS = [name for name in MOTIONS if name != "recorded"]
times = st.floats(-20, 200)


def measured(motion: Motion, time: float, step: float = 1e-5) -> Vector:
    """The angular velocity in the head's own axes, by differences."""
    before, after = (motion.pose(time + d).orientation for d in (-step, step))
    x, y, z = rotation_of(multiply(inverse(before), after))
    return x / (2 * step), y / (2 * step), z / (2 * step)


@pytest.mark.parametrize("name", FORMULAS)
@settings(deadline=None)
@given(time=times)
def test_the_angular_velocity_is_the_derivative_of_the_orientation(name: str, time: float) -> None:
    motion = named(name)
    assert measured(motion, time) == pytest.approx(motion.pose(time).angular_velocity, abs=1e-5)
    assert math.hypot(*motion.pose(time).orientation) == pytest.approx(1)


def test_who_stands_still_has_eyes_at_a_persons_height() -> None:
    assert Still().pose(3.0) == Pose((1.0, 0.0, 0.0, 0.0), position=STANDING)
    assert STANDING[1] == EYES == Walk().eyes
    assert Walk().pose(0.0).position[0] == pytest.approx(STANDING[0], abs=0.1)


def test_a_constant_motion_turns_left_by_thirty_degrees_a_second() -> None:
    pose = Constant().pose(2.0)
    assert angle(pose.orientation, from_angles(math.radians(60), 0, 0)) < 1e-9
    assert pose.angular_velocity == pytest.approx((0, math.radians(30), 0))


@pytest.mark.parametrize(
    ("name", "degrees", "hertz"), [("sin30", 30, 0.5), ("sin20", 20, 1), ("sin10", 10, 2)]
)
def test_a_sine_reaches_its_amplitude_after_a_quarter_of_its_period(
    name: str, degrees: float, hertz: float
) -> None:
    motion = named(name)
    assert rotation_of(motion.pose(0.25 / hertz).orientation)[1] == pytest.approx(math.radians(degrees))
    assert rotation_of(motion.pose(0.75 / hertz).orientation)[1] == pytest.approx(-math.radians(degrees))
    fastest = math.radians(degrees) * 2 * math.pi * hertz
    assert motion.pose(1 / hertz).angular_velocity[1] == pytest.approx(fastest)


@pytest.mark.parametrize(("axis", "place"), [("pitch", 0), ("yaw", 1), ("roll", 2)])
def test_a_sine_turns_about_the_axis_asked_for(axis: Axis, place: int) -> None:
    expected = [0.0, 0.0, 0.0]
    expected[place] = math.radians(10)
    assert rotation_of(Sinusoidal(10, 1, axis=axis).pose(0.25).orientation) == pytest.approx(expected)


def test_motions_by_name_stand_where_they_are_told() -> None:
    assert named("sin20", place=(1.0, 2.0, 3.0)).pose(0.1).position == (1.0, 2.0, 3.0)
    assert named("walk") == Walk()


def test_an_unknown_motion_and_a_recorded_one_without_a_recording_say_what_to_do() -> None:
    with pytest.raises(ConfigError, match="Choose one of still, constant"):
        named("run")
    with pytest.raises(ConfigError, match="Name a video or a session folder"):
        named("recorded")


# --- by hand -------------------------------------------------------------------------------------


def steered(motion: Motion) -> Steered:
    """Turned twice while the first turn is under way, and once later."""
    hand = Steered(motion)
    hand.turn(1.0, 0.5, 0.2)
    hand.turn(1.03, -0.2, 0.3)
    hand.turn(2.0, -1.4, -0.9)
    return hand


@settings(deadline=None)
@given(st.floats(0.9, 2.3), st.sampled_from(FORMULAS))
def test_a_turn_by_hand_has_its_exact_derivative(time: float, name: str) -> None:
    hand = steered(named(name))
    assert measured(hand, time, 1e-6) == pytest.approx(hand.pose(time).angular_velocity, abs=2e-3)


def test_before_any_turn_the_motion_is_its_own() -> None:
    assert steered(Walk()).pose(0.99) == Walk().pose(0.99)


def test_a_turn_is_over_once_it_is_eased_in() -> None:
    hand = Steered(Still())
    hand.turn(1.0, 0.4, 0.2)
    assert angle(hand.pose(1.0 + EASE / 2).orientation, from_angles(0.2, 0.1, 0.0)) < 1e-9
    assert angle(hand.pose(1.0 + EASE).orientation, from_angles(0.4, 0.2, 0.0)) < 1e-9
    assert hand.pose(1.0 + EASE).angular_velocity == pytest.approx((0, 0, 0), abs=1e-9)
    assert hand.target == (0.4, 0.2)


def test_yaw_is_about_the_worlds_up_however_the_head_is_tilted() -> None:
    hand = Steered(Walk())
    hand.turn(0.0, 1.0, 0.0)
    turn = multiply(hand.pose(5.0).orientation, inverse(Walk().pose(5.0).orientation))
    assert rotation_of(turn) == pytest.approx((0, 1, 0), abs=1e-9)


def test_hands_do_not_turn_a_head_over() -> None:
    hand = Steered(Still())
    for turn in range(30):
        hand.turn(turn / 60, 0.0, 0.1)
    assert hand.target == pytest.approx((0.0, STEEPEST))
    hand.turn(1.0, 0.0, -0.1)
    assert hand.target[1] == pytest.approx(STEEPEST - 0.1)


def test_a_turn_asked_for_too_late_begins_with_the_one_before() -> None:
    hand, other = Steered(Still()), Steered(Still())
    hand.turn(1.0, 0.1, 0.0)
    hand.turn(0.5, 0.1, 0.0)
    other.turn(1.0, 0.1, 0.0)
    other.turn(1.0, 0.1, 0.0)
    assert hand.pose(1.02) == other.pose(1.02)


def test_the_same_turns_give_the_same_poses() -> None:
    one, other = steered(Walk()), steered(Walk())
    assert [one.pose(n / 100) for n in range(300)] == [other.pose(n / 100) for n in range(300)]
