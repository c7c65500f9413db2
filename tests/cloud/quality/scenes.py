"""A small world that goes by, and ways of painting it whose measures are known."""

from typing import Any

import numpy as np

from overglass_cloud.quality import Pixels

HEIGHT, WIDTH = 96, 128


def world(seed: int = 1) -> Pixels:
    """Blocks in colour, larger than what a picture shows of it."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(30, 226, (HEIGHT // 4, WIDTH // 4, 3), np.uint8)
    return np.asarray(np.kron(coarse, np.ones((8, 8, 1), np.uint8)), np.uint8)


def view(at: int = 0, seed: int = 1) -> Pixels:
    """The world from `at`, which is at most 120, without any noise."""
    return world(seed)[8 : 8 + HEIGHT, at : at + WIDTH].copy()


def walk(pictures: int = 12, seed: int = 1, speed: int = 2) -> list[Pixels]:
    """The world going by, so many pixels a picture, with a camera's noise."""
    rng = np.random.default_rng(seed)
    return [lighter(view(n * speed, seed), rng.normal(0, 3, (HEIGHT, WIDTH, 3))) for n in range(pictures)]


def lighter(picture: Pixels, levels: Any) -> Pixels:
    """By so many levels, or by as many as an array says for each sample."""
    return np.asarray(np.clip(picture.astype(np.float32) + levels, 0, 255), np.uint8)


def grain(seed: int, deviation: float = 25.0) -> Any:
    """Levels for `lighter`: a texture of one-pixel grains."""
    return np.random.default_rng(seed).normal(0, deviation, (HEIGHT, WIDTH, 1))
