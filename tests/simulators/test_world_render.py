"""What the world is built on: an exact pinhole, painting in order, a walk with exact derivatives."""

import math

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overglass_protocol.pose import Pose
from overglass_protocol.rotation import from_angles, matrix
from overglass_simulators.motion.walk import Walk
from overglass_simulators.world.render import Renderer
from overglass_simulators.world.scene import Array, Cutout, Haze, Panel, panel, pinhole, project
from overglass_simulators.world.texture import Air, Texture

CLEAR = Haze((0, 0, 0), begins=1e6, depth=1.0, ends=1e7)
AHEAD = Pose((1.0, 0.0, 0.0, 0.0))


def plain(blue: int, green: int, red: int, size: tuple[int, int] = (64, 64)) -> Texture:
    return Texture(np.full((*size, 4), (blue, green, red, 255), np.uint8), opaque=True)


WHITE, RED = plain(255, 255, 255), plain(0, 0, 255)


def seen(*panels: Panel, pose: Pose = AHEAD, haze: Haze = CLEAR) -> npt.NDArray[np.uint8]:
    """Those panels alone, before black, 640x360."""
    return Renderer(pinhole(640, 360, math.radians(75)), haze).render(list(panels), pose)


def square(centre: Array, side: float, texture: Texture = WHITE) -> Panel:
    """Upright and facing +z."""
    corner = centre + np.array([-side / 2, side / 2, 0])
    return panel(corner, (side, 0, 0), (0, -side, 0), texture)


def centre_of(picture: npt.NDArray[np.uint8]) -> Array:
    """Column and row of the middle of what is bright."""
    weight = picture[..., 0].astype(np.float64)
    rows, columns = np.indices(weight.shape)
    total = weight.sum()
    return np.array([(columns * weight).sum() / total, (rows * weight).sum() / total])


# --- the pinhole ---------------------------------------------------------------------------------


def test_a_point_projects_where_pinhole_arithmetic_says() -> None:
    intrinsics = pinhole(848, 480, math.radians(75))
    column, row, depth = project(np.array([[1.5, 0.5, -6.0]]), intrinsics, AHEAD)[0]
    assert column == pytest.approx(423.5 + intrinsics.fx * 1.5 / 6)
    assert row == pytest.approx(239.5 - intrinsics.fy * 0.5 / 6)
    assert depth == pytest.approx(6.0)


def test_the_edges_of_the_picture_are_the_edges_of_the_field() -> None:
    intrinsics = pinhole(848, 480, math.radians(75))
    edge = math.radians(75) / 2
    column, _, _ = project(np.array([[math.sin(edge), 0, -math.cos(edge)]]), intrinsics, AHEAD)[0]
    assert column == pytest.approx(847.5)


angles = st.floats(-0.35, 0.35)
places = st.tuples(st.floats(-1.5, 1.5), st.floats(-0.8, 0.8), st.floats(-9, -4))


@settings(max_examples=40, deadline=None)
@given(places, angles, angles, angles)
def test_a_small_bright_square_is_painted_where_its_middle_projects(
    place: tuple[float, float, float], yaw: float, pitch: float, roll: float
) -> None:
    pose = Pose(from_angles(yaw, pitch, roll), position=(0.2, 0.1, 0.5))
    centre = matrix(pose.orientation) @ np.array(place) + pose.position
    picture = seen(square(centre, 0.15), pose=pose)
    expected = project(centre[None], pinhole(640, 360, math.radians(75)), pose)[0, :2]
    assert np.abs(centre_of(picture) - expected).max() < 0.5


def test_the_corner_of_a_large_panel_is_painted_where_it_projects() -> None:
    pose = Pose(from_angles(0.1, -0.05, 0.0), position=(0.0, 1.6, 0.0))
    intrinsics = pinhole(640, 360, math.radians(75))
    corner = np.array([0.3, 1.2, -5.0])
    picture = seen(panel(corner, (4, 0, 0), (0, -4, 0), plain(255, 255, 255, (512, 512))), pose=pose)
    column, row, _ = project(corner[None], intrinsics, pose)[0]
    inside, outside = 1.5, -1.5
    assert picture[round(row + inside), round(column + inside), 0] == 255
    assert picture[round(row + inside), round(column + outside), 0] == 0
    assert picture[round(row + outside), round(column + inside), 0] == 0


def test_a_picture_on_a_panel_is_neither_mirrored_nor_turned() -> None:
    quarters = np.zeros((64, 64, 4), np.uint8)
    quarters[..., 3] = 255
    quarters[:32, :32, 2] = 255  # red at the upper left
    quarters[32:, 32:, 1] = 255  # green at the lower right
    picture = seen(square(np.array([0, 0, -3.0]), 2.0, Texture(quarters, opaque=True)))
    assert picture[180 - 60, 320 - 60].tolist() == [0, 0, 255]
    assert picture[180 + 60, 320 + 60].tolist() == [0, 255, 0]


# --- painting ------------------------------------------------------------------------------------


def test_what_comes_later_covers_what_came_before() -> None:
    far, near = square(np.array([0, 0, -5.0]), 2.0), square(np.array([0, 0, -4.0]), 1.0, RED)
    picture = seen(far, near)
    assert picture[180, 320].tolist() == [0, 0, 255]
    assert picture[180, 320 + 60].tolist() == [255, 255, 255]


def test_a_panel_is_seen_from_its_front_unless_it_has_two_sides() -> None:
    back = panel((1, 1, -4), (-2, 0, 0), (0, -2, 0), WHITE)
    both = panel((1, 1, -4), (-2, 0, 0), (0, -2, 0), WHITE, two_sided=True)
    assert seen(back).max() == 0
    assert seen(both)[180, 320, 0] == 255


def test_ground_that_reaches_behind_the_camera_stays_below_the_horizon() -> None:
    ground = panel((-50, -1.6, -50), (100, 0, 0), (0, 0, 100), WHITE)
    picture = seen(ground, pose=Pose(from_angles(0.2, 0.0, 0.15)))
    # The horizon is a line through the middle, turned by the roll.
    rows, columns = np.indices(picture.shape[:2])
    below = (rows - 179.5) - math.tan(0.15) * (columns - 319.5)
    assert picture[below < -3].max() == 0
    assert picture[below > 40].min() == 255


def test_what_is_wholly_behind_is_not_painted() -> None:
    assert seen(panel((-1, 1, 4), (2, 0, 0), (0, -2, 0), WHITE, two_sided=True)).max() == 0


def test_distance_turns_colours_into_haze() -> None:
    haze = Haze((200, 100, 50), begins=5, depth=20, ends=100)
    colours = [
        seen(square(np.array([0, 0, -at]), at / 2, RED), haze=haze)[180, 320].tolist() for at in (4, 25, 99)
    ]
    assert colours[0] == [0, 0, 255]
    assert np.abs(np.subtract(colours[1], [126, 63, 125])).max() <= 3  # a share of 1 - 1/e
    assert np.abs(np.subtract(colours[2], [200, 100, 50])).max() <= 12


def test_small_things_fade_before_they_vanish() -> None:
    def brightness(distance: float) -> int:
        shape = panel((-1, 1, -distance), (2, 0, 0), (0, -2, 0), WHITE, reach=50)
        return int(seen(shape)[180, 320, 0])

    assert brightness(39) == 255
    assert 0 < brightness(46) < 200
    assert brightness(51) == 0


def test_a_cutout_turns_to_the_eye() -> None:
    cutout = Cutout(np.array([0.0, 0.0, 0.0]), 1.0, 2.0, WHITE)
    for turn in np.linspace(0, 2 * math.pi, 7):
        eye = 5 * np.array([math.sin(turn), 0.0, math.cos(turn)])
        right, down, corner = cutout.facing(eye).plane.T
        assert right @ (cutout.foot - eye) == pytest.approx(0, abs=1e-9)
        assert np.cross(right, down) @ (cutout.foot - eye) > 0  # its front
        assert corner + right / 2 + down == pytest.approx(cutout.foot)


def test_a_misted_texture_keeps_its_transparency() -> None:
    half = Texture(np.full((8, 8, 4), (0, 0, 128, 128), np.uint8))
    misted = half.misted(0, 0, Air((255, 255, 255), share=0.5, presence=1.0))
    assert misted[4, 4].tolist() == [64, 64, 128, 128]


@pytest.mark.parametrize(("across", "down"), [(0, 0), (1, 0), (3, 2), (9, 9)])
def test_a_reduced_texture_has_the_same_mean(across: int, down: int) -> None:
    random = np.random.default_rng(1)
    pixels = cv2.GaussianBlur(random.integers(0, 255, (64, 128, 4), np.uint8), (0, 0), 4)
    reduced = Texture(np.asarray(pixels, np.uint8)).level(across, down)
    assert reduced.shape == (max(1, 64 >> down), max(1, 128 >> across), 4)
    assert reduced.mean() == pytest.approx(np.mean(pixels), abs=2)


# --- the walk ------------------------------------------------------------------------------------


@given(st.floats(0, 600))
def test_angular_velocity_is_the_derivative_of_the_orientation(time: float) -> None:
    walk, step = Walk(), 1e-4
    before, now, after = (matrix(walk.pose(time + d).orientation) for d in (-step, 0, step))
    spin = now.T @ (after - before) / (2 * step)
    expected = np.array([spin[2, 1], spin[0, 2], spin[1, 0]])
    assert np.abs(expected - walk.pose(time).angular_velocity).max() < 1e-5


@given(st.floats(0, 600))
def test_orientations_are_unit_quaternions_and_the_head_moves_on(time: float) -> None:
    walk = Walk()
    here, later = walk.pose(time), walk.pose(time + 0.1)
    assert math.hypot(*here.orientation) == pytest.approx(1)
    assert later.position[2] < here.position[2]
    assert 1.5 < here.position[1] < 1.8
    # It looks about where it goes.
    forward = matrix(here.orientation) @ (0, 0, -1)
    assert forward[2] < -0.7
