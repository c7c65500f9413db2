"""The measures of a clip, on clips whose answer is known."""

from typing import Any

import numpy as np
import pytest

from overglass_cloud.quality import Figures, Pixels, measure

SIZE = 96, 128


def world(seed: int = 1) -> Pixels:
    """Blobs in colour, (height, width, 3), larger than what a picture shows of it."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(30, 226, (SIZE[0] // 4, SIZE[1] // 4, 3), np.uint8)
    return np.asarray(np.kron(coarse, np.ones((8, 8, 1), np.uint8)), np.uint8)


def walk(pictures: int = 12, seed: int = 1, speed: int = 2) -> list[Pixels]:
    """The world going by, so many pixels a picture, with a camera's noise."""
    wide, rng = world(seed), np.random.default_rng(seed)
    views = (wide[8 : 8 + SIZE[0], n * speed : n * speed + SIZE[1]] for n in range(pictures))
    return [lighter(view, rng.normal(0, 3, view.shape)) for view in views]


def lighter(picture: Pixels, levels: Any) -> Pixels:
    return np.asarray(np.clip(picture.astype(np.float32) + levels, 0, 255), np.uint8)


def of(painted: list[Pixels], source: list[Pixels] | None = None) -> Figures:
    return measure(zip(source or walk(), painted, strict=True))


def test_a_copy_is_as_steady_and_as_like_its_source_as_can_be_and_no_painting_at_all() -> None:
    figures = of(walk())
    assert (figures.pictures, len(figures.steps)) == (12, 11)
    assert figures.warp_ratio == pytest.approx(1)
    assert figures.seam_ratio == pytest.approx(1)
    assert figures.structure == pytest.approx(1)
    assert figures.strength == 0


def test_one_grey_is_perfectly_steady_and_has_no_structure() -> None:
    figures = of([np.full_like(picture, 128) for picture in walk()])
    assert figures.warp_ratio < 0.5
    assert figures.structure == 0
    assert figures.strength > 0.1
