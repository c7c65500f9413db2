"""What every teacher has to be before a small network can learn it."""

from collections.abc import Callable
from itertools import combinations

import cv2
import numpy as np
import pytest
import skimage.data

from tests import shared
from training.brush import Picture
from training.magenta import StyleTeacher
from training.recipes import RECIPES

_SHIFT, _RIM = 8, 48

Paint = Callable[[str, Picture], Picture]


@pytest.fixture(scope="module")
def wide() -> Picture:
    """A face, letters and calm places; (232, 232, 3)."""
    face = np.asarray(skimage.data.astronaut())  # type: ignore[no-untyped-call]
    return cv2.resize(face, (232, 232), interpolation=cv2.INTER_AREA).astype(np.uint8)


@pytest.fixture
def paint(monkeypatch: pytest.MonkeyPatch) -> Paint:
    def painted(name: str, picture: Picture) -> Picture:
        teacher = RECIPES[name].teacher
        if isinstance(teacher, StyleTeacher):
            shared.model("magenta_style_predict_int8.tflite")
            monkeypatch.setenv("OVERGLASS_MODELS", str(shared.MODELS))
        return teacher(np.ascontiguousarray(picture))

    return painted


@pytest.mark.parametrize("name", RECIPES)
def test_a_teacher_paints_the_same_picture_the_same_way_and_leaves_it_alone(
    name: str, wide: Picture, paint: Paint
) -> None:
    picture = wide[:150, :201].copy()
    before = picture.copy()
    once, again = paint(name, picture), paint(name, picture)
    assert once.shape == picture.shape
    assert once.dtype == np.uint8
    assert np.array_equal(once, again)
    assert np.array_equal(picture, before)


@pytest.mark.parametrize("name", RECIPES)
def test_the_painting_moves_with_the_picture(name: str, wide: Picture, paint: Paint) -> None:
    here = paint(name, wide[:-_SHIFT, :-_SHIFT])[_RIM + _SHIFT : -_RIM, _RIM + _SHIFT : -_RIM]
    there = paint(name, wide[_SHIFT:, _SHIFT:])[_RIM : -_RIM - _SHIFT, _RIM : -_RIM - _SHIFT]
    # The style network sees the whole frame and works on a grid of its own.
    most = 13.0 if isinstance(RECIPES[name].teacher, StyleTeacher) else 1.0
    assert _difference(here, there) < most


@pytest.mark.parametrize("name", RECIPES)
def test_a_sensors_noise_is_not_painted(name: str, wide: Picture, paint: Paint) -> None:
    rng = np.random.default_rng(1)
    noisy = [np.clip(wide + rng.normal(0, 3, wide.shape), 0, 255).astype(np.uint8) for _ in range(2)]
    one, other = (paint(name, picture) for picture in noisy)
    assert _difference(one, other) < 2 * _difference(*noisy)


@pytest.mark.timeout(240)  # it paints with every teacher
def test_any_two_looks_clearly_differ(wide: Picture, paint: Paint) -> None:
    painted = {name: paint(name, wide) for name in RECIPES}
    for one, other in combinations(painted, 2):
        assert _difference(painted[one], painted[other]) > 15, f"{one} and {other} are alike"


def test_every_look_is_named_with_one_word_and_said_in_one_line() -> None:
    assert len(RECIPES) >= 14
    for name, recipe in RECIPES.items():
        assert name == recipe.name
        assert name.isalpha()
        assert 0 < len(recipe.summary) <= 70
        assert 0 < recipe.strength <= 1


def _difference(one: Picture, other: Picture) -> float:
    """Mean absolute difference in levels of 255."""
    return float(np.abs(one.astype(np.int16) - other).mean())
