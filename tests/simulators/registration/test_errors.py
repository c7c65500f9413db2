"""The measure itself, against geometry that can be told beforehand."""

import math

import numpy as np
import pytest

from overglass_edge.reprojection.geometry import Plane, plane_homography, rotation_homography
from overglass_protocol.pose import Pose
from overglass_protocol.rotation import IDENTITY, about
from overglass_simulators.registration.errors import (
    Poses,
    figures,
    grid,
    places,
    rays,
    true_directions,
    uncovered,
)
from overglass_simulators.registration.rig import CAMERA, INFINITY

AHEAD = Pose(IDENTITY)
TURNED = Pose(about((0.0, math.radians(4), 0.0)))
ASIDE = Pose(about((0.02, -0.05, 0.01)), position=(0.1, 0.02, -0.3))
STILL = np.eye(3)[None]


def true(captured: Pose, photon: Pose, depth: float = INFINITY) -> np.ndarray:
    return true_directions(CAMERA, Poses.of([captured]), Poses.of([photon]), depth)


def test_places_are_the_inverse_of_rays() -> None:
    at = grid(CAMERA)
    assert np.allclose(places(CAMERA, rays(CAMERA, at)), at)


def test_what_is_behind_has_no_place() -> None:
    assert np.isnan(places(CAMERA, np.array([[0.1, 0.2, 1.0]]))).all()


def test_an_overlay_left_alone_is_off_by_the_turn() -> None:
    found = figures(CAMERA, STILL, true(AHEAD, TURNED))
    assert found.max_deg == pytest.approx(4.0, abs=1e-6)  # on the horizon; less above and below it
    assert 0.95 * 4 < found.mean_deg < 4
    assert found.p95_px is not None
    assert found.p95_px > math.radians(4) * CAMERA.fx


def test_the_exact_homography_leaves_nothing() -> None:
    found = figures(CAMERA, rotation_homography(CAMERA, CAMERA, AHEAD, TURNED)[None], true(AHEAD, TURNED))
    assert found.max_deg < 1e-6
    assert found.p95_px == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("depth", [5.0, 2.0, 1.0])
def test_a_plane_at_its_depth_leaves_nothing_and_a_mere_turn_leaves_the_parallax(depth: float) -> None:
    plane = plane_homography(CAMERA, CAMERA, AHEAD, ASIDE, Plane.facing(depth))[None]
    turn = rotation_homography(CAMERA, CAMERA, AHEAD, ASIDE)[None]
    assert figures(CAMERA, plane, true(AHEAD, ASIDE, depth)).max_deg < 1e-6
    assert figures(CAMERA, turn, true(AHEAD, ASIDE, depth)).p95_deg > math.degrees(0.1 / depth)


def test_an_error_that_stays_is_no_judder_and_one_that_comes_and_goes_is() -> None:
    off = rotation_homography(CAMERA, CAMERA, AHEAD, TURNED)
    truth = np.repeat(true(AHEAD, AHEAD), 4, 0)
    steady = figures(CAMERA, np.stack([off] * 4), truth)
    jumping = figures(CAMERA, np.stack([off, np.eye(3)] * 2), truth)
    assert steady.judder_deg == pytest.approx(0.0, abs=1e-9)
    assert jumping.judder_deg == pytest.approx(4.0, rel=0.05)


def test_uncovered_is_the_share_that_the_moved_picture_leaves() -> None:
    aside = np.array([[1.0, 0.0, CAMERA.width / 4], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert uncovered(CAMERA, STILL) == 0
    assert uncovered(CAMERA, aside[None]) == pytest.approx(0.25, abs=0.02)
