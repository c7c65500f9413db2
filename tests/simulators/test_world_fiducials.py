"""Marks at known points and the depth of all that is seen, against projection."""

import math

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest

from overglass_protocol.pose import Pose
from overglass_protocol.rotation import from_angles
from overglass_simulators.motion.analytic import STANDING
from overglass_simulators.motion.walk import Walk
from overglass_simulators.world import World
from overglass_simulators.world.fiducials import COLOURS, DEPTHS, Fiducial, along, around
from overglass_simulators.world.render import Renderer
from overglass_simulators.world.scene import Haze, Panel, panel, pinhole, project
from overglass_simulators.world.texture import Texture

SIZE = (848, 480)
WHITE = Texture(np.full((64, 64, 4), 255, np.uint8), opaque=True)
Picture = npt.NDArray[np.uint8]
Array = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def marked() -> World:
    return World(1, *SIZE, fiducials=True)


def standing(yaw: float, pitch: float = 0.0, roll: float = 0.0) -> Pose:
    return Pose(from_angles(yaw, pitch, roll), position=STANDING)


def in_view(world: World, pose: Pose, margin: int = 25) -> list[tuple[Fiducial, Array]]:
    """The marks that are wholly seen, with their column, row and depth."""
    found = []
    for mark in world.fiducials:
        at = project(mark.point(np.array(pose.position))[None], world.intrinsics, pose)[0]
        inside = margin < at[0] < SIZE[0] - margin and margin < at[1] < SIZE[1] - margin
        if at[2] > 0 and inside:
            found.append((mark, at))
    return found


def middle_of(picture: Picture, mark: Fiducial, near: Array) -> Array:
    """Column and row of the middle of its colour, looked for within 20 pixels."""
    left, top = (round(float(part)) - 20 for part in near[:2])
    patch = picture[top : top + 41, left : left + 41].astype(int)
    rows, columns = np.nonzero(np.abs(patch - np.array(mark.colour)).sum(2) < 200)
    return np.array([columns.mean() + left, rows.mean() + top])


# --- marks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("yaw", "pitch", "roll"), [(0, 0, 0), (0.7, 0.05, 0.1), (-0.6, -0.08, 0), (3, 0, 0.2)]
)
def test_a_mark_is_painted_where_its_point_projects(
    marked: World, yaw: float, pitch: float, roll: float
) -> None:
    pose = standing(yaw, pitch, roll)
    picture, seen = marked.render(1.0, pose), in_view(marked, pose)
    assert len(seen) >= 8
    for mark, at in seen:
        assert np.abs(middle_of(picture, mark, at) - at[:2]).max() < 1.0


def test_wherever_a_standing_head_turns_it_sees_marks_of_every_depth(marked: World) -> None:
    for yaw in np.radians(np.arange(0, 360, 10)).tolist():
        assert {mark.depth for mark, _ in in_view(marked, standing(yaw))} == set(DEPTHS)


def test_even_a_narrow_display_sees_some_mark_wherever_it_turns() -> None:
    narrow = pinhole(600, 600, math.radians(14.3))
    for yaw in np.radians(np.arange(0, 360, 3)).tolist():
        points = np.array([mark.point(np.array(STANDING)) for mark in around()])
        at = project(points, narrow, standing(yaw))
        assert ((at[:, 2] > 0) & (np.abs(at[:, :2] - 299.5) < 270).all(1)).any()


def test_marks_have_their_depth_and_infinity_moves_along() -> None:
    for mark in around():
        assert math.hypot(*mark.direction) == pytest.approx(1)
        assert mark.colour == COLOURS[mark.depth]
        if mark.place is None:
            assert mark.depth == math.inf
            step = np.array([0.5, 0.0, -3.0])
            assert mark.point(step) - mark.point(np.zeros(3)) == pytest.approx(step)
        else:
            assert math.dist(mark.place, STANDING) == pytest.approx(mark.depth)
    assert len({mark.name for mark in around()}) == len(around())


def test_marks_do_not_cover_each_other(marked: World) -> None:
    places = [at[:2] for _, at in in_view(marked, standing(0.3), margin=0)]
    apart = [np.hypot(*(a - b)) for i, a in enumerate(places) for b in places[:i]]
    assert min(apart) > 30


def test_colours_are_told_apart_after_the_codec(marked: World) -> None:
    pose = standing(0.2)
    picture = _through_h264(marked.render(1.0, pose))
    for mark, at in in_view(marked, pose):
        column, row = np.round(at[:2]).astype(int)
        colour = picture[row - 2 : row + 3, column - 2 : column + 3].mean((0, 1))
        assert (colour > 128).tolist() == [part > 128 for part in mark.colour]


def _through_h264(picture: Picture) -> Picture:
    """At a quality that a poor link leaves."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = *SIZE, "yuv420p"
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "crf": "32"}
    planes = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)
    frame = av.VideoFrame.from_ndarray(planes, "yuv420p")
    decoder = av.CodecContext.create("h264", "r")
    packets = [*encoder.encode(frame), *encoder.encode(None)]
    pictures = [one for packet in packets for one in decoder.decode(packet)] + list(decoder.decode(None))
    return np.asarray(pictures[0].to_ndarray(format="bgr24"), np.uint8)


def test_without_being_asked_for_there_are_no_marks(marked: World) -> None:
    plain = World(1, *SIZE)
    assert plain.fiducials == ()
    assert not np.array_equal(plain.render(1.0, standing(0.0)), marked.render(1.0, standing(0.0)))
    assert np.array_equal(plain.render(1.0), World(1, *SIZE, fiducials=[]).render(1.0))


def test_a_walker_passes_marks_at_one_two_and_five_metres() -> None:
    marks = along(Walk(), 10.0)
    near = [mark for mark in marks if mark.place is not None]
    assert len(near) == (5 + 2) * 3 * 2
    way = np.array([Walk().pose(t).position for t in np.linspace(0, 10, 500).tolist()])
    for mark in near[6:-18]:  # the first is passed at the very start, the last are never reached
        closest = np.linalg.norm(way - np.array(mark.place), axis=1).min()
        assert closest == pytest.approx(mark.depth, rel=0.1)
    for time in np.linspace(0, 8, 9).tolist():
        seen = in_view(World(1, *SIZE, fiducials=marks, scene=_Empty()), Walk().pose(time))
        assert any(mark.place is not None for mark, _ in seen)


# --- depth ---------------------------------------------------------------------------------------


class _Empty:
    haze = Haze((0, 0, 0), begins=1e6, depth=1.0, ends=1e7)

    def panels(self, eye: Array, time: float) -> list[Panel]:
        return []


def test_the_depth_of_a_slanted_panel_is_that_of_its_points() -> None:
    intrinsics, pose = pinhole(640, 360, math.radians(75)), Pose(from_angles(0.1, -0.05, 0.1))
    corner, right, down = np.array([-2, 1, -6.0]), np.array([4, 0, 2.5]), np.array([0.2, -2, 0.4])
    plane = panel(corner, right, down, WHITE)
    depths = Renderer(intrinsics, _Empty.haze).depths([plane], pose)
    for u, v in np.random.default_rng(1).uniform(0.05, 0.95, (200, 2)):
        point = project((corner + u * right + v * down)[None], intrinsics, pose)[0]
        column, row = np.round(point[:2]).astype(int)
        # The pixel's own centre sees a point beside it on the plane: by the slope, a few millimetres.
        around_it = depths[row - 1 : row + 2, column - 1 : column + 2]
        assert around_it.min() - 1e-4 <= point[2] <= around_it.max() + 1e-4
    assert np.isinf(depths[0, 0])


def test_each_pixel_seen_through_its_depth_lies_on_the_plane() -> None:
    intrinsics = pinhole(320, 180, math.radians(75))
    ground = panel((-50, -1.6, -50), (100, 0, 0), (0, 0, 100), WHITE)
    depths = Renderer(intrinsics, _Empty.haze).depths([ground], Pose((1.0, 0.0, 0.0, 0.0)))
    rows, _ = np.indices(depths.shape)
    seen = np.isfinite(depths)
    assert seen[100:].all()
    assert not seen[:90].any()
    heights = -(rows - intrinsics.cy) / intrinsics.fy * np.where(seen, depths, 0)
    assert heights[seen] == pytest.approx(-1.6, abs=1e-4)


def test_in_a_world_marks_are_as_deep_as_they_project_and_the_sky_is_infinite(marked: World) -> None:
    pose = standing(0.1, 0.15)
    depths = marked.depths(1.0, pose)
    assert depths.shape == (SIZE[1], SIZE[0])
    assert depths.dtype == np.float32
    for mark, at in in_view(marked, pose):
        column, row = np.round(at[:2]).astype(int)
        if mark.place is None:
            assert np.isinf(depths[row, column])
        else:
            # A mark faces who stands, not the camera's axis, so its plane slants a little.
            assert depths[row, column] == pytest.approx(at[2], rel=0.004)
    assert 0.1 < np.isinf(depths).mean() < 0.6
    assert depths.min() > 0.8


# --- several cameras -----------------------------------------------------------------------------


def test_another_camera_sees_the_same_world(marked: World) -> None:
    wide = pinhole(640, 480, math.radians(90))
    other, pose = marked.seen_by(wide), standing(0.0)
    fresh = World(1, 640, 480, field=math.radians(90), scene=marked.scene, fiducials=True)
    assert other.intrinsics == wide
    assert np.array_equal(other.render(2.0, pose), fresh.render(2.0, pose))
    assert marked.render(2.0, pose).shape == (480, 848, 3)
