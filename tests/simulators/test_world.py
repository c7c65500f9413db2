"""The generated world: an exact pinhole, a walk with exact derivatives, and pictures that repeat."""

import asyncio
import math
import threading
from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overglass_protocol.errors import SourceError
from overglass_protocol.pose import Pose
from overglass_simulators.world import World, WorldCamera
from overglass_simulators.world.path import Walk, from_angles
from overglass_simulators.world.render import Renderer
from overglass_simulators.world.scene import Array, Cutout, Haze, Panel, panel, pinhole, project, rotation
from overglass_simulators.world.sky import HORIZON
from overglass_simulators.world.texture import Air, Texture

SMALL = (320, 180)
CLEAR = Haze((0, 0, 0), begins=1e6, depth=1.0, ends=1e7)
AHEAD = Pose((1.0, 0.0, 0.0, 0.0))


@pytest.fixture(scope="module")
def street() -> World:
    return World(1, *SMALL)


def plain(blue: int, green: int, red: int, size: tuple[int, int] = (64, 64)) -> Texture:
    return Texture(np.full((*size, 4), (blue, green, red, 255), np.uint8), opaque=True)


WHITE, RED = plain(255, 255, 255), plain(0, 0, 255)


def seen(*panels: Panel, pose: Pose = AHEAD, haze: Haze = CLEAR) -> npt.NDArray[np.uint8]:
    """Those panels alone, before black, 640x360."""
    return Renderer(pinhole(640, 360, math.radians(75)), haze).render(list(panels), pose)


def square(centre: Array, side: float, texture: Texture = WHITE) -> Panel:
    """Upright and facing +z."""
    corner = centre + (-side / 2, side / 2, 0)
    return panel(corner, (side, 0, 0), (0, -side, 0), texture)


def centre_of(picture: npt.NDArray[np.uint8]) -> Array:
    """Column and row of the middle of what is bright."""
    weight = picture[..., 0].astype(np.float64)
    rows, columns = np.indices(weight.shape)
    return np.array([(columns * weight).sum(), (rows * weight).sum()]) / weight.sum()


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
    centre = rotation(pose.orientation) @ np.array(place) + pose.position
    picture = seen(square(centre, 0.15), pose=pose)
    expected = project(centre[None], pinhole(640, 360, math.radians(75)), pose)[0, :2]
    assert np.abs(centre_of(picture) - expected).max() < 0.5


def test_the_corner_of_a_large_panel_is_painted_where_it_projects() -> None:
    pose = Pose(from_angles(0.1, -0.05, 0.0), position=(0.0, 1.6, 0.0))
    intrinsics = pinhole(640, 360, math.radians(75))
    corner = np.array([0.3, 1.2, -5.0])
    picture = seen(panel(corner, (4, 0, 0), (0, -4, 0), WHITE), pose=pose)
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
    before, now, after = (rotation(walk.pose(time + d).orientation) for d in (-step, 0, step))
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
    forward = rotation(here.orientation) @ (0, 0, -1)
    assert forward[2] < -0.7


# --- the street ----------------------------------------------------------------------------------


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
    assert (picture.shape, picture.dtype) == ((180, 320, 3), np.uint8)
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
    turn = flip @ rotation(one.orientation).T @ rotation(other.orientation) @ flip
    warp = lens @ turn @ np.linalg.inv(lens)
    first, second = street.render(2.0, one), street.render(2.0, other)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    predicted = cv2.warpPerspective(first, warp, SMALL, flags=flags)
    middle = np.s_[20:160, 40:280]
    error = np.abs(second[middle].astype(int) - predicted[middle]).mean()
    unwarped = np.abs(second[middle].astype(int) - first[middle]).mean()
    assert error < 0.4 * unwarped


# --- the camera ----------------------------------------------------------------------------------


class SteppedClock:
    """Time moves to what is waited for, and only as often as the test allows."""

    def __init__(self) -> None:
        self.time = 100.0
        self.slip = 0.0
        "Seconds by which the next wait ends late."
        self._allowed = threading.Semaphore(0)

    def now(self) -> float:
        return self.time

    def wait_until(self, when: float, stop: threading.Event) -> None:
        self._allowed.acquire(timeout=10)
        self.time = max(self.time, when) + self.slip
        self.slip = 0.0

    def allow(self, waits: int) -> None:
        self._allowed.release(waits)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - another thread counts, and has no event to wait for
            await asyncio.sleep(0)


async def test_the_camera_hands_out_pictures_with_their_time_and_pose(street: World) -> None:
    clock = SteppedClock()
    async with asyncio.timeout(20), WorldCamera(1, size=SMALL, fps=25, clock=clock) as camera:
        assert (camera.width, camera.height, camera.fps, camera.sound) == (*SMALL, 25, None)
        assert camera.intrinsics == street.intrinsics
        captures = []
        for _ in range(3):
            clock.allow(1)
            captures.append(await anext(camera))
        clock.allow(2)
    for turn, captured in enumerate(captures):
        time = turn / 25
        assert captured.capture_time == pytest.approx(100.0 + time)
        assert captured.pose == street.path(time)
        assert captured.sound == ()
        picture = captured.picture
        assert (picture.format.name, picture.width, picture.height) == ("yuv420p", *SMALL)
        assert picture.pts == turn * 3600
        assert picture.time_base is not None
        assert picture.time_base.denominator == 90_000


async def test_the_cameras_picture_is_the_worlds(street: World) -> None:
    clock = SteppedClock()
    clock.allow(10)
    async with asyncio.timeout(20), WorldCamera(1, size=SMALL, clock=clock) as camera:
        captured = await anext(camera)
    difference = captured.picture.to_ndarray(format="bgr24").astype(int) - street.render(0.0)
    assert np.abs(difference).mean() < 4  # chroma is halved


async def test_a_picture_that_nobody_took_is_displaced_by_the_next() -> None:
    clock = SteppedClock()
    async with asyncio.timeout(20), WorldCamera(1, size=SMALL, fps=10, clock=clock) as camera:
        clock.allow(1)
        await anext(camera)
        clock.allow(3)
        await until(lambda: camera.dropped["displaced"] == 2)
        assert (await anext(camera)).capture_time == pytest.approx(100.3)
        clock.allow(2)


async def test_turns_that_have_passed_are_skipped_and_counted() -> None:
    clock = SteppedClock()
    async with asyncio.timeout(20), WorldCamera(1, size=SMALL, fps=10, clock=clock) as camera:
        clock.slip = 0.75
        clock.allow(1)
        await anext(camera)
        clock.allow(1)
        late = await anext(camera)
        assert late.capture_time == pytest.approx(100.7)
        assert late.pose == Walk().pose(0.7)
        assert camera.dropped == {"late": 6}
        clock.allow(2)


async def test_who_only_looks_at_the_camera_need_not_wait_for_it() -> None:
    clock = SteppedClock()
    async with asyncio.timeout(5), WorldCamera(1, clock=clock) as camera:
        assert (camera.width, camera.height) == (848, 480)
    assert clock.now() == 100.0


@pytest.mark.parametrize(("size", "fps"), [((321, 180), 30.0), ((320, 180), 0.0), ((0, 0), 30.0)])
def test_a_camera_that_cannot_be_says_what_to_give(size: tuple[int, int], fps: float) -> None:
    with pytest.raises(SourceError, match="even width and height"):
        WorldCamera(0, size=size, fps=fps)


def test_a_seed_may_come_as_text() -> None:
    assert WorldCamera("7").name == "generated street 7"
    with pytest.raises(SourceError, match="whole number"):
        WorldCamera("seven")
