"""The generated street: pictures that repeat, have no holes, and hold still while the head turns."""

import math

import cv2
import numpy as np
import pytest

from overglass_protocol.pose import Pose
from overglass_protocol.rotation import from_angles, matrix
from overglass_simulators.world import World
from overglass_simulators.world.sky import HORIZON

SMALL = (320, 180)


@pytest.fixture(scope="module")
def street() -> World:
    return World(1, *SMALL)


def test_the_same_seed_gives_the_same_pictures_in_any_order(street: World) -> None:
    times = [0.0, 7.3, 3.1, 60.0]
    first = {time: street.render(time) for time in times}
    again = World(1, *SMALL)
    for time in reversed(times):
        assert np.array_equal(again.render(time), first[time])


def test_another_seed_gives_another_street(street: World) -> None:
    assert np.mean(street.render(2.0) != World(2, *SMALL).render(2.0)) > 0.3


def test_a_picture_has_the_size_and_type_that_was_asked_for(street: World) -> None:
    picture = street.render(1.0)
    assert picture.shape == (180, 320, 3)
    assert picture.dtype == np.uint8
    assert (street.intrinsics.width, street.intrinsics.height) == SMALL


@pytest.mark.parametrize("size", [(321, 180), (320, 181)])
def test_an_odd_size_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="both have to be even"):
        World(0, *size)


@pytest.mark.parametrize("time", [0.0, 4.4, 25.0, 311.7])
def test_the_ground_has_no_holes(street: World, time: float) -> None:
    lowest = street.render(time)[-20:].reshape(-1, 3)
    assert not np.any(np.all(lowest == HORIZON, axis=1))


def test_a_given_pose_is_rendered_instead_of_the_walks(street: World) -> None:
    pose = street.path(9.0)
    assert np.array_equal(street.render(9.0, pose), street.render(9.0))
    back = Pose(from_angles(math.pi, 0, 0), position=pose.position)
    assert np.mean(street.render(9.0, back) != street.render(9.0)) > 0.5


def test_things_move_while_the_head_is_still(street: World) -> None:
    pose = street.path(4.0)
    changed = np.any(street.render(4.0, pose) != street.render(4.5, pose), axis=2)
    assert 0.001 < changed.mean() < 0.5


def test_the_street_stays_put_while_only_the_head_turns(street: World) -> None:
    """What a rotation-only warp predicts is what is rendered."""
    position = street.path(2.0).position
    one, other = (Pose(from_angles(yaw, 0.05, 0.0), position=position) for yaw in (0.0, 0.06))
    k = street.intrinsics
    lens = np.array([[k.fx, 0, k.cx], [0, k.fy, k.cy], [0, 0, 1]])
    flip = np.diag([1.0, -1.0, -1.0])
    turn = flip @ matrix(one.orientation).T @ matrix(other.orientation) @ flip
    warp = lens @ turn @ np.linalg.inv(lens)
    first, second = street.render(2.0, one), street.render(2.0, other)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    predicted = cv2.warpPerspective(first, warp, SMALL, flags=flags)
    middle = np.s_[20:160, 40:280]
    error = np.abs(second[middle].astype(int) - predicted[middle]).mean()
    unwarped = np.abs(second[middle].astype(int) - first[middle]).mean()
    assert error < 0.4 * unwarped
