"""The furnished room, and worlds by name."""

from pathlib import Path

import numpy as np
import pytest

from overglass_protocol.errors import ConfigError
from overglass_protocol.pose import Pose
from overglass_protocol.rotation import from_angles
from overglass_simulators.motion.analytic import STANDING
from overglass_simulators.world import World
from overglass_simulators.world.choice import named
from overglass_simulators.world.recorded import RecordedWorld
from overglass_simulators.world.render import Renderer
from overglass_simulators.world.scene import Haze, pinhole
from overglass_simulators.world.solids import box, shared, tiles
from overglass_simulators.world.texture import Texture
from tests.edge.clips import make_clip

SMALL = (320, 180)
CLEAR = Haze((0, 0, 0), begins=1e6, depth=1.0, ends=1e7)


def looking(yaw: float, pitch: float = -0.1) -> Pose:
    return Pose(from_angles(yaw, pitch, 0.0), position=STANDING)


@pytest.fixture(scope="module")
def room() -> World:
    found = named("room", 1, *SMALL)
    assert isinstance(found, World)
    return found


def test_a_room_of_the_same_seed_is_the_same_byte_for_byte(room: World) -> None:
    again = named("room", 1, *SMALL)
    # In another order, so that nothing that was kept may matter.
    later = again.render(7.3, looking(0.8))
    for time, yaw in ((0.0, 0.0), (7.3, 0.8), (2.0, -2.5)):
        assert room.render(time, looking(yaw)).tobytes() == again.render(time, looking(yaw)).tobytes()
    assert later.tobytes() == again.render(7.3, looking(0.8)).tobytes()


def test_rooms_of_other_seeds_differ(room: World) -> None:
    other = named("room", 2, *SMALL)
    assert np.abs(other.render(1.0).astype(int) - room.render(1.0)).mean() > 5


def test_there_is_something_near_wherever_one_looks_and_a_window_ahead(room: World) -> None:
    for yaw in np.radians(np.arange(0, 360, 30)).tolist():
        depths = room.depths(1.0, looking(yaw))
        assert 0.5 < np.percentile(depths, 20) < 4.5
        closed = depths[np.isfinite(depths)]
        assert len(closed) > 0.9 * depths.size
    ahead = room.depths(1.0, looking(0.0))
    assert (ahead > 15).mean() > 0.06  # the other side of the street


def test_a_room_has_no_gaps(room: World) -> None:
    """Nothing of the haze's flat colour shows between walls, floor and ceiling."""
    for yaw in np.radians(np.arange(15, 360, 40)).tolist():
        for pitch in (-0.6, 0.0, 0.5):
            picture = room.render(0.0, looking(yaw, pitch)).astype(int)
            blank = np.abs(picture - np.array(room.scene.haze.colour)).max(2) == 0
            assert blank.mean() < 0.002


def test_people_in_the_room_move(room: World) -> None:
    still = [room.render(time, looking(0.0)) for time in (1.0, 1.0, 5.3)]
    assert np.array_equal(still[0], still[1])
    assert not np.array_equal(still[0], still[2])


def test_marks_are_painted_into_a_room_too() -> None:
    marked = named("room", 1, *SMALL, fiducials=True)
    assert marked.fiducials
    assert not np.array_equal(marked.render(0.0), named("room", 1, *SMALL).render(0.0))


def test_a_large_panel_in_pieces_looks_like_one() -> None:
    random = np.random.default_rng(1)
    pixels = np.repeat(np.repeat(random.integers(0, 255, (30, 44, 4), np.uint8), 32, 0), 32, 1)
    pixels[..., 3] = 255
    texture = Texture(pixels, opaque=True)
    corner, right, down = (-2.0, 1.5, -3.0), (4.0, 0.0, 0.6), (0.0, -3.0, 0.0)
    renderer, pose = Renderer(pinhole(640, 360, 1.3), CLEAR), Pose((1.0, 0.0, 0.0, 0.0))
    whole = tiles(Texture(pixels[:1, :1], opaque=True), corner, right, down)
    pieces = tiles(texture, corner, right, down)
    assert len(whole) == 1
    assert len(pieces) == 6
    seen = renderer.render(pieces, pose)
    one = renderer.render([type(whole[0])(whole[0].plane, texture, hazy=False)], pose)
    # Each is reduced on its own, so they differ a little; but nothing shows between them.
    assert np.abs(seen.astype(int) - one).mean() < 2.0
    assert np.array_equal(seen.max(2) > 0, one.max(2) > 0)


def test_a_box_shows_the_faces_that_are_turned_to_the_eye() -> None:
    def plain(value: int) -> Texture:
        return Texture(np.full((64, 64, 4), (value, value, value, 255), np.uint8), opaque=True)

    faces = shared(plain(250), plain(100))
    faces["front"], faces["right"] = plain(150), plain(200)
    solid = box((-2.0, -1.5, -5.0), (-1.0, -0.5, -4.0), faces)
    picture = Renderer(pinhole(640, 360, 1.6), CLEAR).render(solid, Pose((1.0, 0.0, 0.0, 0.0)))
    assert set(np.unique(picture[..., 0]).tolist()) >= {0, 150, 200, 250}
    assert 100 not in picture[::4, ::4]
    depths = Renderer(pinhole(640, 360, 1.6), CLEAR).depths(solid, Pose((1.0, 0.0, 0.0, 0.0)))
    assert depths.min() == pytest.approx(4.0, abs=1e-3)
    assert depths[np.isfinite(depths)].max() <= 5.0


def test_the_street_by_name_is_the_world_there_always_was() -> None:
    assert np.array_equal(named("street", 3, *SMALL).render(1.5), World(3, *SMALL).render(1.5))


def test_a_path_is_a_recorded_world_of_the_size_asked_for(tmp_path: Path) -> None:
    world = named(make_clip(tmp_path / "clip.mp4"), 0, *SMALL)
    assert isinstance(world, RecordedWorld)
    assert world.render(0.0).shape == (180, 320, 3)


def test_a_world_that_is_none_says_what_there_is() -> None:
    with pytest.raises(ConfigError, match="Name street or room, a video, or a session folder"):
        named("beach")
