"""What a wearer sees through each kind of display, before darker and brighter worlds."""

import math
from dataclasses import replace

import numpy as np
import pytest

from overglass_simulators import devices
from overglass_simulators.optics import Optics
from overglass_simulators.optics.placement import Placement
from overglass_simulators.optics.transfer import Picture
from tests.simulators.optics.displays import ADDITIVE, EYE, ROUND, SCREEN, VIDEO, plain, shown

INSIDE = Placement(ADDITIVE, EYE).rectangle.slices


def outside(picture: Picture) -> Picture:
    mask = np.ones(picture.shape[:2], bool)
    mask[INSIDE] = False
    return picture[mask]


def test_black_is_clear_on_an_additive_display() -> None:
    optics = Optics(ADDITIVE, EYE)
    world = plain(120)
    assert np.array_equal(optics.seen(world, shown(0)), optics.seen(world, None))


def test_an_additive_display_adds_its_light_to_the_worlds() -> None:
    """`world * transmittance + overlay * gain`, in linear light."""
    seen = Optics(ADDITIVE, EYE).seen(plain(255), shown(188))
    assert (outside(seen) == 188).all(), "half of white passes the lens"
    assert seen[INSIDE].min() >= 254, "half and half are white"


def test_the_lens_dims_all_of_the_world() -> None:
    assert (Optics(ADDITIVE, EYE).seen(plain(255), None) == 188).all()


def test_video_see_through_shows_its_picture_and_around_it_nothing() -> None:
    seen = Optics(VIDEO, EYE).seen(plain(255), shown(77))
    assert (seen[INSIDE] == 77).all()
    assert (outside(seen) == 0).all()
    assert (Optics(VIDEO, EYE).seen(plain(255), None) == 0).all(), "off, one sees nothing"


def test_a_screen_stands_in_the_bare_world() -> None:
    seen = Optics(SCREEN, EYE).seen(plain(200), shown(77))
    assert (seen[INSIDE] == 77).all()
    assert (outside(seen) == 200).all()


def test_without_a_display_one_sees_the_world() -> None:
    world = plain(90)
    for display in (None, replace(ADDITIVE, kind="none")):
        seen = Optics(display, EYE).seen(world, shown(255))
        assert np.array_equal(seen, world)
        assert seen is not world


def test_a_display_before_one_eye_is_before_the_right_one() -> None:
    optics, world = Optics(replace(ADDITIVE, eyes=1), EYE), plain(40)
    assert np.array_equal(optics.seen(world, shown(255), "left"), optics.seen(world, None))
    assert optics.seen(world, shown(255), "right")[INSIDE].min() == 255
    both = optics.both(world, shown(255))
    left, right = both[:, : EYE.width // 2], both[:, EYE.width // 2 :]
    assert both.shape == (EYE.height // 2, EYE.width, 3)
    assert left.max() < 40
    assert right.max() == 255


def test_a_display_before_both_eyes_is_seen_by_both() -> None:
    both = Optics(ADDITIVE, EYE).both(plain(40), shown(255))
    left, right = both[:, : EYE.width // 2], both[:, EYE.width // 2 :]
    assert np.array_equal(left, right)
    assert left.max() == 255


def test_nothing_given_is_written_to() -> None:
    world, picture = plain(100), shown(200)
    for display in (ADDITIVE, VIDEO, SCREEN, ROUND):
        Optics(display, EYE).seen(world, picture)
    assert (world == 100).all()
    assert (picture == 200).all()


def test_a_brighter_day_washes_an_overlay_out() -> None:
    light = [
        int(Optics(ADDITIVE, EYE, day).seen(plain(128), shown(200))[INSIDE].mean()) for day in (0.5, 1, 4, 64)
    ]
    assert light == sorted(light, reverse=True)
    assert light[-1] - int(Optics(ADDITIVE, EYE).seen(plain(128), None).mean()) < 10


def test_no_display_is_turned_up_without_end_in_the_dark() -> None:
    assert Optics(ADDITIVE, EYE, 1e-6).gain == Optics(ADDITIVE, EYE, 1e-3).gain == 2.0
    with pytest.raises(ValueError, match="above 0"):
        Optics(ADDITIVE, EYE, 0)


def score(day: float, world: int = 128, transmittance: float = 0.5, level: int = 255) -> float:
    optics = Optics(replace(ADDITIVE, transmittance=transmittance), EYE, day)
    found = optics.contrast(plain(world), shown(level))
    assert found is not None
    return found


def test_contrast_falls_with_the_worlds_light_and_with_what_passes_the_lens() -> None:
    for series in (
        [score(1, world) for world in (0, 40, 90, 160, 255)],
        [score(day) for day in (0.6, 1, 3, 10, 30)],
        [score(1, 200, share) for share in (0.1, 0.3, 0.6, 1.0)],
    ):
        assert series == sorted(series, reverse=True)
        assert len(set(series)) == len(series)
        assert all(0 <= value <= 1 for value in series)


def test_contrast_is_michelsons() -> None:
    """White of the world's own light, before white dimmed by half: 1 / (2 * 0.5 + 1)."""
    assert score(1, 255) == pytest.approx(0.5, abs=0.01)
    assert score(1, 0) == pytest.approx(1.0)
    assert score(1, 255, level=188) == pytest.approx(0.5 / 1.5, abs=0.01)


def test_contrast_is_of_the_marks_wherever_they_are() -> None:
    """A bright world beside a mark takes nothing from it, and one behind it does."""
    picture = shown(0)
    picture[:, :40] = 255
    world = plain(0)
    world[:, EYE.width // 2 :] = 255
    optics = Optics(ADDITIVE, EYE)
    assert optics.contrast(world, picture) == pytest.approx(1.0)
    assert optics.contrast(world[:, ::-1].copy(), picture) == pytest.approx(0.5, abs=0.02)


def test_there_is_no_contrast_of_nothing() -> None:
    assert Optics(ADDITIVE, EYE).contrast(plain(0), None) is None
    assert Optics(ADDITIVE, EYE).contrast(plain(0), shown(0)) is None
    assert Optics(ADDITIVE, EYE).contrast(plain(0), shown(2)) is None, "a codec's black"
    assert Optics(None, EYE).contrast(plain(0), shown(255)) is None


def test_what_hides_the_world_is_always_read() -> None:
    for display in (VIDEO, SCREEN):
        assert Optics(display, EYE).contrast(plain(255), shown(10)) == 1.0


@pytest.mark.parametrize("name", ["meta-ray-ban-display", "xreal-one-eye", "brilliant-halo", "quest-3"])
def test_shipped_displays_can_be_looked_through(name: str) -> None:
    display = devices.load(name).display
    assert display is not None
    picture = plain(255, display.width // 4, display.height // 4)
    world = plain(60)
    seen = Optics(display, EYE).seen(world, picture)
    assert seen.shape == world.shape
    assert seen[int(EYE.cy), int(EYE.cx)].min() > 100
    assert seen.dtype == np.uint8


def test_the_sun_makes_a_dim_display_unreadable_where_a_bright_one_is_not() -> None:
    bright, dim = devices.load("meta-ray-ban-display").display, devices.load("brilliant-halo").display
    assert bright is not None
    assert dim is not None
    scores = [
        Optics(display, EYE, 4.0).contrast(plain(200), plain(255, display.width, display.height))
        for display in (bright, dim)
    ]
    assert scores[0] is not None
    assert scores[1] is not None
    assert scores[0] > 2 * scores[1]
    assert math.isfinite(scores[1])
