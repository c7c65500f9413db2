"""Pixels on the display, against where geometry puts them."""

import importlib
import math
import sys

import numpy as np
import pytest

from overglass_edge.reprojection import pixels
from overglass_edge.reprojection.compose import light, over
from overglass_edge.reprojection.fade import Fade
from overglass_edge.reprojection.geometry import Array, moved
from overglass_edge.reprojection.layer import Layer, Picture
from overglass_edge.reprojection.reprojector import Reprojector
from overglass_protocol.errors import ConfigError
from overglass_protocol.pose import Intrinsics, Pose
from overglass_protocol.scene import Anchor
from tests.edge.reprojection.heads import degrees, head, in_world, seen_by

CAMERA = Intrinsics(320, 180, 225.0, 225.0, 159.5, 89.5)
DISPLAY = Intrinsics(240, 200, 300.0, 290.0, 122.0, 96.0)
DOTS = ((60, 40), (160, 90), (200, 60), (180, 130))


def dotted(dots: tuple[tuple[int, int], ...], size: tuple[int, int] = (320, 180)) -> Picture:
    """Black with white dots, each a soft hill of a few pixels."""
    columns, rows = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    hills = sum(np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 4.5) for x, y in dots)
    return np.repeat(np.rint(255 * np.minimum(hills, 1)).astype(np.uint8)[..., None], 3, 2)


def filled(shade: int, camera: Intrinsics = CAMERA) -> Picture:
    return np.full((camera.height, camera.width, 3), shade, np.uint8)


def layer(picture: Picture, pose: Pose | None, anchor: Anchor = "world", depth: float | None = None) -> Layer:
    return Layer(picture, CAMERA, 0.0, pose, anchor, depth)


def centre(picture: Picture, near: Array) -> Array:
    """(2,): the middle of the light within 7 pixels."""
    height, width = picture.shape[:2]
    columns, rows = np.meshgrid(np.arange(width), np.arange(height))
    weights = picture[..., 1] * (np.hypot(columns - near[0], rows - near[1]) < 7.0)
    assert weights.sum() > 300, f"there is no dot near {near}"
    return np.array([np.average(columns, weights=weights), np.average(rows, weights=weights)])


@pytest.mark.parametrize("depth", [None, 2.0])
@pytest.mark.parametrize("turn", [(0.0, 0.0, 0.0), (4.0, -3.0, 10.0), (-7.0, 2.0, -4.0), (1.5, 5.0, 60.0)])
def test_dots_land_where_the_display_sees_the_points_they_mark(
    turn: tuple[float, float, float], depth: float | None
) -> None:
    captured = Pose(degrees(20, 5, 3).orientation, position=(1.0, 2.0, 3.0))
    displayed = Pose(
        degrees(20 + turn[0], 5 + turn[1], 3 + turn[2]).orientation,
        position=(1.05, 1.98, 2.9) if depth else captured.position,
    )
    rays = [((x - 159.5) / 225, (89.5 - y) / 225, -1.0) for x, y in DOTS]
    expected, _ = seen_by(in_world(np.array(rays) * (depth or 5.0), captured), DISPLAY, displayed)
    shown = Reprojector(DISPLAY).show(layer(dotted(DOTS), captured, depth=depth), displayed, 0.1)
    inside = [place for place in expected if (place > 8).all() and (place < (231, 191)).all()]
    assert len(inside) >= 2
    for place in inside:
        assert np.abs(centre(shown.picture, place) - place).max() < 0.1
    assert moved(DOTS, shown.homography) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("size", [(640, 360), (160, 90), (200, 200)])
def test_a_picture_of_another_size_lands_in_the_same_place(size: tuple[int, int]) -> None:
    there = (np.array(DOTS) + 0.5) * (size[0] / 320, size[1] / 180) - 0.5
    picture = dotted(tuple((round(x), round(y)) for x, y in there), size)
    dots = (np.rint(there) + 0.5) / (size[0] / 320, size[1] / 180) - 0.5
    captured, displayed = degrees(0), degrees(3, -2, 5)
    rays = np.column_stack([(dots[:, 0] - 159.5) / 225, (89.5 - dots[:, 1]) / 225, -np.ones(4)])
    expected, _ = seen_by(in_world(rays, captured), DISPLAY, displayed)
    shown = Reprojector(DISPLAY).show(layer(picture, captured), displayed, 0.0)
    seen = [place for place in expected if (place > 10).all() and (place < (229, 189)).all()]
    assert len(seen) >= 2
    for place in seen:
        assert np.abs(centre(shown.picture, place) - place).max() < 0.5


def test_a_display_much_coarser_than_the_layer_still_shows_thin_strokes_evenly() -> None:
    striped = filled(0)
    striped[::4] = 200
    coarse = Intrinsics(64, 36, 45.0, 45.0, 31.5, 17.5)
    shown = Reprojector(coarse).show(layer(striped, degrees(0)), degrees(0.5, 0.3), 0.0)
    middle = shown.picture[6:-6, 6:-6, 0].astype(float)
    assert middle.mean() == pytest.approx(50, abs=3)
    assert middle.std() < 20, "samples taken here and there would give 87"


def test_what_is_fixed_to_the_head_stays_however_the_head_turns() -> None:
    reprojector = Reprojector(DISPLAY)
    places = []
    for displayed in (degrees(0), degrees(30, 10), degrees(170), None):
        shown = reprojector.show(layer(dotted(DOTS), degrees(0), "head"), displayed, 0.0)
        places.append(centre(shown.picture, np.array([122 + 300 * 0.5 / 225, 96.7])))
    assert places == [pytest.approx(places[0], abs=1e-9)] * 4
    assert places[0] == pytest.approx((122 + 300 * 0.5 / 225, 96 + 290 * 0.5 / 225), abs=0.1)


def test_what_is_fixed_to_the_screen_fills_it_without_being_stretched() -> None:
    shown = Reprojector(DISPLAY).show(layer(filled(255), degrees(0), "screen"), degrees(40), 0.0)
    assert shown.coverage == pytest.approx(180 * 240 / 320 / 200)
    rows = np.flatnonzero(shown.picture[:, 120, 0] > 127)
    assert rows[0] + rows[-1] == 199
    assert len(rows) == pytest.approx(135, abs=1)
    assert (shown.picture[100, :, 0] > 250).all(), "its border does not move, so it is not feathered"


def test_a_layer_without_a_pose_and_a_head_without_one_are_shown_as_captured() -> None:
    picture = dotted(DOTS)
    plain = Reprojector(DISPLAY).show(layer(picture, degrees(5)), degrees(5), 0.0)
    for pose, displayed in ((None, degrees(50)), (degrees(50), None), (None, None)):
        shown = Reprojector(DISPLAY).show(layer(picture, pose), displayed, 0.0)
        assert (shown.picture == plain.picture).all()


def test_what_the_layer_does_not_cover_is_clear() -> None:
    shown = Reprojector(CAMERA).show(layer(filled(255), degrees(0)), degrees(10), 0.0)
    edge = round(159.5 + 225 * math.tan(math.radians(10) - math.atan(160 / 225)))
    assert not shown.picture[:, : edge - 2].any()
    assert (shown.picture[20:-20, edge + 6 : -2] == 255).all()
    assert shown.coverage == pytest.approx((shown.picture[..., 3] > 127).mean(), abs=0.02)


def test_the_border_is_soft() -> None:
    shown = Reprojector(CAMERA, feather=6.0).show(layer(filled(255), degrees(0)), degrees(10), 0.0)
    steps = np.diff(shown.picture[90, :, 3].astype(int))
    assert 0 < steps.max() < 255 / 3
    hard = Reprojector(CAMERA, feather=0.0).show(layer(filled(255), degrees(0)), degrees(10), 0.0)
    assert np.diff(hard.picture[90, :, 3].astype(int)).max() > 100


def test_colours_stay_premultiplied_by_alpha() -> None:
    random = np.random.default_rng(3)
    alpha = random.integers(0, 256, (180, 320, 1), np.uint8)
    colours = (random.random((180, 320, 3)) * alpha).astype(np.uint8)
    painted = layer(np.concatenate([colours, alpha], 2), degrees(0))
    before = painted.picture.copy()
    shown = Reprojector(DISPLAY).show(painted, degrees(3, 2, 1), 0.0)
    assert (shown.picture[..., :3] <= shown.picture[..., 3:]).all()
    assert (painted.picture == before).all(), "a layer's picture is nobody's to write to"


def test_a_head_that_has_not_moved_gets_the_pixels_as_they_are() -> None:
    random = np.random.default_rng(5)
    picture = random.integers(0, 256, (180, 320, 3), np.uint8)
    shown = Reprojector(CAMERA, feather=0.0).show(layer(picture, degrees(7)), degrees(7), 0.0)
    assert (shown.picture[..., :3] == picture).all()
    assert (shown.picture[..., 3] == 255).all()
    assert shown.coverage == pytest.approx(1.0)


def test_nothing_is_shown_behind_the_wearer_nor_of_what_is_too_old() -> None:
    reprojector = Reprojector(CAMERA)
    painted = layer(filled(255), degrees(0))
    assert reprojector.show(painted, degrees(1), 0.0).picture.any()
    behind = reprojector.show(painted, degrees(180), 0.0)
    assert behind.coverage == 0.0
    assert not behind.picture.any()
    assert reprojector.show(painted, degrees(1), 0.0).picture.any(), "it comes back when the head does"
    old = reprojector.show(painted, degrees(1), 9.0)
    assert old.opacity == 0.0
    assert not old.picture.any()


def test_a_wide_layer_behind_the_shoulder_has_no_double_on_the_other_side() -> None:
    wide = Intrinsics(200, 200, 40.0, 40.0, 99.5, 99.5)
    painted = Layer(filled(255, wide), wide, 0.0, degrees(0))
    shown = Reprojector(wide, feather=0.0).show(painted, degrees(90, 0, 45), 0.0)
    rows, columns = np.mgrid[0:200, 0:200]
    rays = np.stack([(columns - 99.5) / 40, (99.5 - rows) / 40, -np.ones((200, 200))], -1).reshape(-1, 3)
    places, depth = seen_by(in_world(rays, degrees(90, 0, 45)), wide, degrees(0))
    inside = ((depth > 0) & (np.abs(places - 99.5) < 99).all(1)).reshape(200, 200)
    outside = ((depth < 0) | (np.abs(places - 99.5) > 104).any(1)).reshape(200, 200)
    assert inside.sum() > 1000
    assert (shown.picture[..., 3] > 0)[inside].mean() > 0.97
    assert not shown.picture[outside].any()


def test_the_field_that_is_wanted_covers_the_display_after_a_turn_by_the_guard() -> None:
    reprojector = Reprojector(DISPLAY, guard=math.radians(6))
    wide = reprojector.wanted
    painted = Layer(filled(255, wide), wide, 0.0, degrees(0))
    for turn in (degrees(6), degrees(-6), degrees(0, 6), degrees(4, -4), head((0.06, 0.06, 0.06))):
        assert reprojector.show(painted, turn, 0.0).coverage == pytest.approx(1.0)
    assert reprojector.show(painted, degrees(12), 0.0).coverage < 0.97


def test_the_same_moments_give_the_same_pixels_whatever_was_shown_before() -> None:
    random = np.random.default_rng(9)
    layers = [layer(random.integers(0, 256, (180, 320, 3), np.uint8), degrees(0)) for _ in range(2)]
    used = Reprojector(DISPLAY)
    for displayed in (degrees(1), degrees(1), degrees(25), degrees(0), degrees(1)):
        for one in layers:
            fresh = Reprojector(DISPLAY).show(one, displayed, 0.0)
            assert (used.show(one, displayed, 0.0).picture == fresh.picture).all()


def test_video_see_through_shows_the_layer_over_the_camera_by_alpha_and_age() -> None:
    random = np.random.default_rng(2)
    base = random.integers(0, 256, (180, 320, 3), np.uint8)
    alpha = random.integers(0, 256, (180, 320, 1), np.uint8)
    colours = (random.random((180, 320, 3)) * alpha).astype(np.uint8)
    painted = layer(np.concatenate([colours, alpha], 2), degrees(0))
    reprojector = Reprojector(CAMERA, feather=0.0, fade=Fade(0.5, 1.5))
    for now in (0.0, 1.0):
        opacity = 1.0 - now / 2
        expected = colours * opacity + base * (1 - alpha / 255 * opacity)
        both = over(base, reprojector.show(painted, degrees(0), now))
        assert np.abs(both - expected).max() <= 1.6, "three roundings"
    assert over(base, reprojector.show(painted, degrees(0), 2.0)) is base
    assert over(base, reprojector.show(painted, degrees(180), 0.0)) is base


def test_a_layer_that_covers_little_leaves_the_rest_of_the_camera_untouched() -> None:
    base = np.random.default_rng(2).integers(0, 256, (180, 320, 3), np.uint8)
    shown = Reprojector(CAMERA).show(layer(filled(255), degrees(0)), degrees(0, 30), 0.0)
    clear = shown.picture[..., 3] == 0
    assert 0.05 < clear.mean() < 0.95
    assert (over(base, shown)[clear] == base[clear]).all()


def test_additive_displays_get_light_that_dims_with_age() -> None:
    reprojector = Reprojector(CAMERA, feather=0.0)
    painted = layer(filled(200), degrees(0))
    assert (light(reprojector.show(painted, degrees(0), 0.2)) == 200).all()
    assert (light(reprojector.show(painted, degrees(0), 1.0)) == 100).all()
    assert not light(reprojector.show(painted, degrees(0), 3.0)).any()


def test_without_opencv_there_is_one_line_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(ConfigError, match=r"pip install 'overglass\[display\]'"):
        importlib.reload(pixels)
    monkeypatch.undo()
    importlib.reload(pixels)
