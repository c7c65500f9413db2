"""Backdrops: what is seen of a place, how it moves with the room, and that places have no seam."""

from typing import Any

import numpy as np
import pytest

from overglass_cloud.engines.planes import Levels
from overglass_cloud.engines.stage.backdrop import HEIGHT, ROUND, Backdrop, Layer, Place
from overglass_cloud.engines.stage.places import aurora, paper, reef

VIDEO = Levels(16, 219, 224)
SIZE = (120, 160)

every_place = pytest.mark.parametrize("place", [aurora.paint, paper.paint, reef.paint])


def stripes(depth: float = 0.0, drift: float = 0.0) -> Layer:
    """Half dark, half light, round and round."""
    bright = (np.arange(ROUND) // 64 % 2).astype(np.float32)
    return Layer(np.repeat(np.tile(bright, (HEIGHT, 1))[..., None], 3, axis=2), None, depth, drift)


def moved(one: Any, other: Any, most: int = 30) -> int:
    """By how many pixels one row has to be shifted to the right to be the other."""
    rows = [row[60].astype(int) for row in (one, other)]
    fits = [
        np.abs(rows[0][most:-most] - np.roll(rows[1], -by)[most:-most]).mean() for by in range(-most, most)
    ]
    return int(np.argmin(fits)) - most


def test_what_is_near_moves_as_the_room_does_and_what_is_far_less() -> None:
    near, far = (Backdrop([stripes(depth)], SIZE, VIDEO) for depth in (1.0, 0.0))
    start = near.view(0, 0, 0)[0]
    assert moved(start, near.view(10, 0, 0)[0]) == 10
    assert 0 < moved(far.view(0, 0, 0)[0], far.view(10, 0, 0)[0]) < 9


def test_a_layer_that_drifts_does_so_with_time() -> None:
    drifting = Backdrop([stripes(drift=0.05)], SIZE, VIDEO)
    assert moved(drifting.view(0, 0, 0)[0], drifting.view(0, 0, 1)[0]) == -8


def test_a_layer_covers_what_lies_behind_and_light_is_added_to_it() -> None:
    grey = Layer(np.full((HEIGHT, ROUND, 3), 0.5, np.float32))
    left = np.zeros((HEIGHT, ROUND), np.float32)
    left[:, : ROUND // 16] = 1
    white = Layer(np.ones((HEIGHT, ROUND, 3), np.float32), left)
    glow = Layer(np.full((HEIGHT, ROUND, 3), 0.25, np.float32) * left[..., None], glows=True)
    covered = Backdrop([grey, white], SIZE, VIDEO).view(0, 0, 0)
    lit = Backdrop([grey, glow], SIZE, VIDEO).view(0, 0, 0)
    assert (covered[0][60, 4], covered[0][60, 150]) == (235, 126)
    assert (lit[0][60, 4], lit[0][60, 150]) == (pytest.approx(181, abs=1), 126)
    assert {int(plane[30, 2]) for plane in (*covered[1:], *lit[1:])} == {128}


@every_place
def test_a_place_is_seamless_all_around_in_range_and_always_the_same(place: Place) -> None:
    backdrop = Backdrop(place(np.random.default_rng(1)), SIZE, VIDEO)
    again = Backdrop(place(np.random.default_rng(1)), SIZE, VIDEO)
    seam = backdrop.view(backdrop.round - 80, 0, 0)
    assert all(map(np.array_equal, seam, again.view(backdrop.round - 80, 0, 0)))
    steps = np.abs(np.diff(seam[0].astype(int), axis=1)).mean(axis=0)
    assert steps[70:90].max() < 3 * steps.mean() + 6, "no line where left and right meet"
    assert seam[0].min() >= 16
    assert seam[0].max() <= 235


@every_place
@pytest.mark.parametrize(("x", "y"), [(0.0, 0.0), (1e4, 50.0), (-1e4, -50.0), (3.3, 1e6)])
def test_wherever_one_looks_the_picture_is_whole(place: Place, x: float, y: float) -> None:
    luma, cb, cr = Backdrop(place(np.random.default_rng(1)), SIZE, VIDEO).view(x, y, 12_345.6)
    assert (luma.shape, cb.shape, cr.shape) == (SIZE, (60, 80), (60, 80))
    assert luma.std() > 8, "something is painted there"
