"""Flow: things are carried to where their pixels went, and stay where they are expected if those are gone."""

import cv2
import numpy as np
import pytest

from overglass_cloud.engines.planes import Plane
from overglass_cloud.scenes.flow import carried
from overglass_cloud.scenes.tracking import Look, Tracker
from overglass_protocol.scene import Points, Thing
from tests.cloud.scenes.things import thing

SIZE = (320, 240)
ASPECT = SIZE[0] / SIZE[1]


def texture(seed: int = 0) -> Plane:
    rough = np.random.default_rng(seed).integers(0, 255, (60, 80), np.uint8)
    return np.asarray(cv2.resize(rough, SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)


def shifted(plane: Plane, turn: float, growth: float, x: float, y: float) -> tuple[Plane, np.ndarray]:
    """The plane turned (degrees), grown and moved (pixels), and how."""
    how = cv2.getRotationMatrix2D((160, 120), turn, growth)
    how[:, 2] += np.array((x, y))
    return np.asarray(cv2.warpAffine(plane, how, SIZE, borderMode=cv2.BORDER_REFLECT), np.uint8), how


def look_at(*things: Thing) -> Look:
    return Tracker().look(things, 1.0, ASPECT)


def marks() -> Points:
    x, y = np.meshgrid(np.linspace(0.4, 0.6, 8), np.linspace(0.35, 0.65, 8))
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)


@pytest.mark.parametrize(
    "how", [(0.0, 1.0, 7.0, -4.0), (6.0, 1.0, 0.0, 0.0), (0.0, 1.08, 0.0, 0.0), (-4.0, 0.95, 5.0, 6.0)]
)
def test_landmarks_box_and_outlines_go_where_the_pixels_went(
    how: tuple[float, float, float, float],
) -> None:
    before = texture()
    after, matrix = shifted(before, *how)
    outline = marks()[:5]
    seen = Thing("face", 0, "face", 1.0, (0.4, 0.35, 0.2, 0.3), points=marks(), outlines=(outline,))
    look = carried(look_at(seen), 1.04, before, after)
    for was, now in (
        (marks(), look.tracks[0].thing.points),
        (outline, look.tracks[0].thing.outlines[0]),
    ):
        truth = (was * SIZE) @ matrix[:, :2].T + matrix[:, 2]
        assert np.abs(now * SIZE - truth).max() < 0.5, "pixels"


def test_a_thing_without_landmarks_is_followed_by_what_is_in_its_box() -> None:
    before = texture()
    after, _ = shifted(before, 0.0, 1.0, 6.0, 3.0)
    look = carried(look_at(thing((0.3, 0.3, 0.4, 0.4), kind="object")), 1.04, before, after)
    assert look.tracks[0].thing.box == pytest.approx((0.3 + 6 / 320, 0.3 + 3 / 240, 0.4, 0.4), abs=0.002)


def test_the_scene_of_a_carried_look_says_how_old_the_look_was() -> None:
    before = texture()
    after, _ = shifted(before, 0.0, 1.0, 6.0, 0.0)
    look = carried(look_at(thing(points=marks())), 1.04, before, after)
    scene = look.scene(1.04)
    assert scene is not None
    assert scene.age == pytest.approx(0.04)
    assert scene.things[0] is look.tracks[0].thing
    assert look.scene(1.02) is None, "that picture is before it"


def test_two_things_go_their_own_ways() -> None:
    before = texture()
    after = before.copy()
    after[:, :160] = np.roll(before[:, :160], 5, axis=0)
    after[:, 160:] = np.roll(before[:, 160:], -6, axis=0)
    pair = [thing((x, 0.4, 0.1, 0.15), kind="object") for x in (0.2, 0.7)]
    look = carried(look_at(*pair), 1.04, before, after)
    moves = [track.thing.box[1] - 0.4 for track in look.tracks]
    assert moves == pytest.approx([5 / 240, -6 / 240], abs=0.003)


@pytest.mark.parametrize("after", [texture(9), np.full((240, 320), 90, np.uint8), texture()[:120]])
def test_where_the_pixels_are_gone_the_thing_stays_where_it_is_expected(after: Plane) -> None:
    look = look_at(thing(points=marks()))
    later = carried(look, 1.04, texture(), after)
    scene = later.scene(1.04)
    assert scene is not None
    assert np.abs(scene.things[0].points - marks()).max() < 0.02


@pytest.mark.parametrize("box", [(-0.5, -0.6, 0.1, 0.1), (1.4, 0.2, 0.2, 0.2), (0.99, 0.99, 0.01, 0.01)])
def test_a_thing_outside_the_picture_does_no_harm(box: tuple[float, float, float, float]) -> None:
    look = carried(look_at(thing(box)), 1.04, texture(), texture(1))
    assert len(look.tracks) == 1
