"""Marks found by their colour are where geometry has them."""

import math

import cv2
import numpy as np
import pytest

from overglass_simulators.motion.choice import named
from overglass_simulators.registration.marks import bgr, find, middles_of
from overglass_simulators.world.world import World


@pytest.mark.parametrize("time", [0.0, 0.21, 0.4])
def test_marks_of_the_world_are_found_where_they_are_to_half_a_pixel(time: float) -> None:
    motion = named("sin20")
    world = World(0, 640, 480, motion=motion, fiducials=True)
    pose = motion.pose(time)
    found = find(world.render(time), world.fiducials, world.intrinsics, pose)
    assert len(found) >= 8
    assert len({one.mark.depth for one in found}) == 4
    for one in found:
        ((column, row, _),) = middles_of([one.mark], world.intrinsics, pose)
        assert math.hypot(one.at[0] - column, one.at[1] - row) < 0.5


def test_a_picture_without_marks_has_none() -> None:
    world = World(0, 640, 480, fiducials=True)
    bare = World(0, 640, 480)
    assert find(bare.render(0.0), world.fiducials, world.intrinsics, bare.path(0.0)) == []
    grey = np.full((480, 640, 3), 128, np.uint8)
    assert find(grey, world.fiducials, world.intrinsics, bare.path(0.0)) == []


def test_in_planes_of_half_the_colours_marks_are_where_they_were() -> None:
    world = World(0, 640, 480, fiducials=True)
    pose = world.path(0.0)
    planes = np.asarray(cv2.cvtColor(world.render(0.0), cv2.COLOR_BGR2YUV_I420), np.uint8)
    found = find(bgr(planes), world.fiducials, world.intrinsics, pose)
    truths = middles_of([one.mark for one in found], world.intrinsics, pose)[:, :2]
    aside = (np.array([one.at for one in found]) - truths).mean(0)
    assert len(found) >= 8
    assert np.abs(aside).max() < 0.15


def test_planes_become_the_colours_that_they_were() -> None:
    ramp = np.linspace(30, 220, 64).astype(np.uint8)
    picture = np.stack(
        [np.tile(ramp, (48, 1)), np.tile(ramp[::-1], (48, 1)), np.full((48, 64), 120, np.uint8)], 2
    )
    again = bgr(np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8))
    assert np.abs(again.astype(int) - picture)[:-1, :-1].max() <= 4  # the last have no neighbour
