"""Structure, strength and difference, on pictures whose answer is known."""

import cv2
import numpy as np
import pytest

from overglass_cloud.quality import Pixels, difference, strength, structure
from overglass_protocol.errors import QualityError
from tests.cloud.quality.scenes import HEIGHT, WIDTH, grain, lighter, view


def flat(*colour: int) -> Pixels:
    return np.full((HEIGHT, WIDTH, 3), colour, np.uint8)


def clouds(seed: int) -> Pixels:
    """Soft shapes without a grid."""
    coarse = np.random.default_rng(seed).integers(0, 256, (12, 16, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)


def hatched(period: int, phase: int = 0) -> Pixels:
    """Upright black and white stripes, grey on average."""
    stripes = (np.arange(WIDTH) + phase) // (period // 2) % 2 * 255
    return np.broadcast_to(stripes[None, :, None], (HEIGHT, WIDTH, 3)).astype(np.uint8)


@pytest.mark.parametrize("measure", [strength, difference])
def test_a_copy_has_no_distance_from_its_source(measure: object) -> None:
    assert callable(measure)
    assert measure(view(), view()) == 0


@pytest.mark.parametrize("measure", [strength, difference])
def test_black_and_white_are_one_apart(measure: object) -> None:
    assert callable(measure)
    assert measure(flat(0), flat(255)) == pytest.approx(1, abs=0.001)


def test_structure_does_not_ask_which_side_of_an_edge_is_lighter() -> None:
    assert structure(view(), view()) == pytest.approx(1)
    assert structure(view(), 255 - view()) == pytest.approx(1)


def test_structure_does_not_ask_how_strong_edges_are_altogether() -> None:
    weaker = lighter(np.asarray(view() * 0.3, np.uint8), 90)
    assert structure(view(), weaker) == pytest.approx(1, abs=0.01)


def test_another_scene_has_no_structure_of_this_one() -> None:
    assert abs(structure(clouds(1), clouds(2))) < 0.2
    assert abs(structure(view(), lighter(flat(128), grain(1)))) < 0.1


def test_a_picture_without_edges_has_no_structure() -> None:
    assert structure(view(), flat(90)) == 0
    assert structure(flat(90), flat(90)) == 0


def test_an_edge_may_be_a_pixel_off_but_not_four() -> None:
    assert structure(view(), np.roll(view(), 1, 1)) > 0.8
    assert structure(view(), np.roll(view(), 4, 1)) < 0.5


def test_an_edge_of_colour_alone_counts() -> None:
    source, painted = flat(80), flat(200, 60, 60)
    source[:, 64:] = 160
    painted[:, 64:] = (60, 131, 60)  # of the same luma
    luma = cv2.cvtColor(painted, cv2.COLOR_RGB2GRAY)
    assert int(luma.max()) - int(luma.min()) <= 1
    assert structure(source, painted) > 0.95


def test_a_colour_grade_is_a_look_too() -> None:
    warm = lighter(view(), (25, 0, -25))
    assert strength(view(), warm) > 0.1


def test_noise_that_is_hardly_seen_is_hardly_strong() -> None:
    assert strength(view(), lighter(view(), grain(1, deviation=3))) < 0.03


def test_strength_grows_with_what_is_mixed_in() -> None:
    mixes = [cv2.addWeighted(view(), 1 - share, 255 - view(), share, 0) for share in (0.1, 0.3, 0.9)]
    found = [strength(view(), np.asarray(mix, np.uint8)) for mix in mixes]
    assert found == sorted(found)
    assert found[0] > 0.02


def test_the_same_hatching_elsewhere_is_the_same_look() -> None:
    assert difference(hatched(8), hatched(8, phase=4)) < 0.03
    assert strength(hatched(8), hatched(8, phase=4)) == pytest.approx(1, abs=0.01)


def test_hatching_and_grey_of_one_lightness_are_two_looks() -> None:
    mean = np.asarray(cv2.blur(hatched(8), (8, 8)), np.uint8)
    assert difference(hatched(8), mean) > 0.2


def test_fine_and_coarse_hatching_are_two_looks() -> None:
    assert difference(hatched(4), hatched(16)) > 0.1


def test_other_colours_are_another_look_whichever_is_named_first() -> None:
    warm, cold = lighter(view(), (30, 0, -30)), lighter(view(), (-30, 0, 30))
    assert difference(warm, cold) > 0.2
    assert difference(warm, cold) == difference(cold, warm)


def test_pictures_of_two_sizes_are_refused() -> None:
    with pytest.raises(QualityError, match="a painted picture is 128x64, its source 128x96"):
        strength(view(), view()[:64])


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        (np.zeros((96, 128), np.uint8), "Give RGB as uint8"),
        (np.zeros((96, 128, 4), np.uint8), "Give RGB as uint8"),
        (np.zeros((96, 128, 3), np.float32), "is float32"),
        (np.zeros((96, 15, 3), np.uint8), "15x96 is too small"),
        (np.zeros((0, 0, 3), np.uint8), "too small"),
    ],
)
def test_what_is_no_picture_is_refused_with_the_cure(picture: Pixels, says: str) -> None:
    with pytest.raises(QualityError, match=says):
        structure(picture, picture)


def test_the_thinnest_of_pictures_can_be_measured() -> None:
    thin = np.zeros((16, 4000, 3), np.uint8)
    assert strength(thin, thin) == 0
