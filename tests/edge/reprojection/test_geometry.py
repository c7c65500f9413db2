"""Homographies against points that both cameras see, and coverage against counting."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from overglass_edge.reprojection.geometry import (
    Plane,
    area,
    covered,
    guarded,
    moved,
    plane_homography,
    resizing,
    rotation_homography,
)
from overglass_protocol import rotation
from overglass_protocol.pose import Intrinsics, Vector
from tests.edge.reprojection.heads import SQUARE, Array, cameras, degrees, head, in_world, seen_by, vectors


def cloud_of_points(seed: int, depth: float) -> Array:
    """(20, 3) before a camera, in its axes."""
    random = np.random.default_rng(seed)
    return np.column_stack([random.uniform(-1, 1, (20, 2)), -random.uniform(1, 3, 20)]) * depth


@settings(max_examples=60, deadline=None)
@given(cameras(), cameras(), vectors(2.0), vectors(0.6), st.integers(0, 999))
def test_a_turn_moves_pixels_to_where_the_other_camera_sees_the_same_point(
    seen: Intrinsics, shown: Intrinsics, first: Vector, turn: Vector, seed: int
) -> None:
    captured = head(first, (1.0, -2.0, 3.0))
    displayed = head(
        rotation.rotation_of(rotation.multiply(captured.orientation, rotation.about(turn))), captured.position
    )
    points = in_world(cloud_of_points(seed, 5.0), captured)
    before, _ = seen_by(points, seen, captured)
    after, depth = seen_by(points, shown, displayed)
    assume(np.any(depth > 0.5))
    there = moved(before, rotation_homography(seen, shown, captured, displayed))
    assert there[depth > 0.5] == pytest.approx(after[depth > 0.5], abs=1e-6)
    assert np.isnan(there[depth < -0.5]).all(), "behind the display there is no pixel"


@settings(max_examples=60, deadline=None)
@given(cameras(), cameras(), vectors(2.0), vectors(0.4), vectors(0.3), vectors(0.4), st.floats(1.0, 20.0))
def test_a_plane_is_carried_along_when_the_head_also_walks(
    seen: Intrinsics,
    shown: Intrinsics,
    first: Vector,
    turn: Vector,
    step: Vector,
    tilt: Vector,
    distance: float,
) -> None:
    captured = head(first, (4.0, 1.0, -2.0))
    displayed = head(
        rotation.rotation_of(rotation.multiply(captured.orientation, rotation.about(turn))),
        tuple(np.add(captured.position, step).tolist()),
    )
    normal = rotation.matrix(rotation.about(tilt)) @ (0.0, 0.0, -1.0)
    rays = cloud_of_points(7, 1.0)
    on_plane = rays * (distance / (rays @ normal))[:, None]
    on_plane = on_plane[(rays @ normal > 0.3) & (on_plane[:, 2] < -0.3)]
    points = in_world(on_plane, captured)
    before, _ = seen_by(points, seen, captured)
    after, depth = seen_by(points, shown, displayed)
    plane = Plane(tuple(normal.tolist()), distance)
    there = moved(before, plane_homography(seen, shown, captured, displayed, plane))
    assert there[depth > 0.3] == pytest.approx(after[depth > 0.3], abs=1e-6)


def test_a_plane_far_away_moves_as_a_turn_does_and_a_near_one_does_not() -> None:
    captured, displayed = head(), head((0.0, 0.1, 0.0), (0.2, 0.0, 0.0))
    turn = rotation_homography(SQUARE, SQUARE, captured, displayed)
    corner = np.array([[0.0, 0.0]])
    far = moved(corner, plane_homography(SQUARE, SQUARE, captured, displayed, Plane.facing(1e9)))
    assert far == pytest.approx(moved(corner, turn), abs=1e-4)
    stepped = head((0.0, 0.0, 0.0), (0.2, 0.0, 0.0))
    near = moved(corner, plane_homography(SQUARE, SQUARE, captured, stepped, Plane.facing(2.0)))
    assert near == pytest.approx(np.array([[-90.0, 0.0]])), "0.2 m at 2 m, at 900 pixels a unit of tangent"


def test_a_head_that_turns_left_sees_things_move_right() -> None:
    there = moved([[639.5, 359.5]], rotation_homography(SQUARE, SQUARE, degrees(0), degrees(10)))
    assert there == pytest.approx(np.array([[639.5 + 900 * math.tan(math.radians(10)), 359.5]]))
    there = moved([[639.5, 359.5]], rotation_homography(SQUARE, SQUARE, degrees(0), degrees(0, 10)))
    assert there == pytest.approx(np.array([[639.5, 359.5 + 900 * math.tan(math.radians(10))]]))


def test_resizing_keeps_edges_at_edges() -> None:
    corners = [[-0.5, -0.5], [99.5, 49.5]]
    assert moved(corners, resizing(100, 50, 30, 200)) == pytest.approx(
        np.array([[-0.5, -0.5], [29.5, 199.5]])
    )


@settings(max_examples=60, deadline=None)
@given(vectors(1.2), cameras())
def test_coverage_is_the_share_of_pixels_that_come_from_within_the_picture(
    turn: Vector, seen: Intrinsics
) -> None:
    shown = Intrinsics(96, 54, 60.0, 60.0, 47.5, 26.5)
    captured, displayed = head(), head(turn)
    homography = rotation_homography(seen, shown, captured, displayed)
    rows, columns = np.mgrid[0:54:0.25, 0:96:0.25] - 0.375
    rays = np.stack([(columns - shown.cx) / shown.fx, (shown.cy - rows) / shown.fy, -np.ones_like(rows)], -1)
    places, depth = seen_by(in_world(rays.reshape(-1, 3), displayed), seen, captured)
    inside = (depth > 0) & (
        np.abs(places + 0.5 - (seen.width / 2, seen.height / 2)) < (seen.width / 2, seen.height / 2)
    ).all(1)
    share = area(covered((seen.width, seen.height), (96, 54), homography)) / (96 * 54)
    assert share == pytest.approx(inside.mean(), abs=0.01)


def test_a_picture_behind_the_wearer_covers_nothing() -> None:
    for turn in (120, 180, 250):
        homography = rotation_homography(SQUARE, SQUARE, degrees(0), degrees(turn))
        assert covered((1280, 720), (1280, 720), homography) == []


def test_a_plane_that_the_wearer_has_walked_through_covers_nothing() -> None:
    beyond = head((0.0, math.pi, 0.0), (0.0, 0.0, -3.0))
    homography = plane_homography(SQUARE, SQUARE, head(), beyond, Plane.facing(2.0))
    assert covered((1280, 720), (1280, 720), homography) == []
    edge_on = head((0.0, 0.5, 0.0), (0.0, 0.0, -2.0))
    homography = plane_homography(SQUARE, SQUARE, head(), edge_on, Plane.facing(2.0))
    assert covered((1280, 720), (1280, 720), homography) == []


@settings(max_examples=60, deadline=None)
@given(cameras(), st.floats(0.0, 0.25), vectors(1.0))
def test_within_the_guard_band_every_turn_stays_covered(
    camera: Intrinsics, margin: float, axis: Vector
) -> None:
    length = math.hypot(*axis)
    assume(length > 0.1)
    corner = math.hypot(
        1, max(camera.cx, camera.width) / camera.fx, max(camera.cy, camera.height) / camera.fy
    )
    assume(math.sin(margin) * corner < 0.9)
    wide = guarded(camera, margin)
    assert (wide.width % 2, wide.height % 2, wide.fx, wide.fy) == (0, 0, camera.fx, camera.fy)
    turn = tuple(part / length * margin for part in axis)
    homography = rotation_homography(wide, camera, head(), head((turn[0], turn[1], turn[2])))
    share = area(covered((wide.width, wide.height), (camera.width, camera.height), homography))
    assert share == pytest.approx(camera.width * camera.height, rel=1e-6)


def test_the_guard_band_is_no_wider_than_it_has_to_be() -> None:
    margin = math.radians(5)
    wide = guarded(SQUARE, margin)
    corner = np.array([640 / 900, 360 / 900, -1.0])
    outwards = np.array([1.0, 0.0, (wide.width - 0.5 - wide.cx - 2) / 900])
    axis = np.cross(corner, outwards)
    x, y, z = (axis / np.linalg.norm(axis) * margin).tolist()
    homography = rotation_homography(wide, SQUARE, head(), head((x, y, z)))
    narrower = covered((wide.width - 2, wide.height), (1280, 720), homography)
    assert area(covered((wide.width, wide.height), (1280, 720), homography)) == pytest.approx(1280 * 720)
    assert area(narrower) < 1280 * 720 - 1e-3


def test_no_flat_picture_guards_against_a_turn_by_a_right_angle() -> None:
    with pytest.raises(ValueError, match="no flat picture"):
        guarded(SQUARE, math.radians(80))
