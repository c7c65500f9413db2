"""What each rung means, in pixels and in words."""

import pytest
from hypothesis import given, strategies

from overglass_cloud.scheduling.costs import Size
from overglass_cloud.scheduling.rungs import LEAST_SIDE, STEP, Rung, Serving, in_words, serving, smaller


@pytest.mark.parametrize(
    ("size", "half"),
    [((512, 512), (368, 368)), ((1280, 720), (912, 512)), ((512, 288), (368, 208)), ((504, 896), (352, 640))],
)
def test_a_smaller_picture_has_about_half_the_pixels_in_the_same_shape(size: Size, half: Size) -> None:
    assert smaller(size) == half


@given(strategies.tuples(*[strategies.integers(2, 4096)] * 2))
def test_a_smaller_picture_is_of_whole_steps_and_never_too_small(size: Size) -> None:
    half = smaller(size)
    assert half == size or (min(half) >= LEAST_SIDE and not any(side % STEP for side in half))


def test_each_rung_keeps_the_savings_of_those_above() -> None:
    size, half = (512, 512), (368, 368)
    got = [serving(rung, "oil", "ink", size, shrinks=True) for rung in Rung]
    assert got == [
        Serving("oil", size, 1),
        Serving("oil", half, 1),
        Serving("oil", half, 2),
        Serving("ink", half, 2),
        Serving(None, size, 1),
    ]


def test_a_smaller_picture_that_saves_nothing_is_not_painted() -> None:
    assert serving(Rung.ALTERNATE, "oil", None, (512, 512), shrinks=False) == Serving("oil", (512, 512), 2)


def test_a_session_without_a_look_gets_its_pictures_back_on_every_rung() -> None:
    assert {serving(rung, None, None, (64, 64), shrinks=True) for rung in Rung} == {
        Serving(None, (64, 64), 1)
    }


def test_the_wearer_is_told_all_that_is_less_than_asked_for() -> None:
    size = (512, 512)

    def words(rung: Rung) -> str:
        return in_words(rung, "oil", serving(rung, "oil", "ink", size, shrinks=True), size)

    assert words(Rung.FULL) == ""
    assert words(Rung.SMALLER) == "painted at 368 x 368 and scaled up"
    assert "every other picture" in words(Rung.ALTERNATE)
    assert words(Rung.CHEAPER).startswith("painted with 'ink' instead of 'oil', painted at 368 x 368")
    assert "'oil'" in words(Rung.PLAIN)
    assert "overlays only" in words(Rung.PLAIN)
