"""Style pictures of a few lines each, to paint with. No two are alike, and each is the same every time."""

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]


def swirls(side: int = 256) -> Rgb:
    """Blue and gold bands wound around nine centres."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:side, :side] / side * 2 - 1
    phase = np.zeros((side, side))
    for _ in range(9):
        left, top = rng.uniform(-1, 1, 2)
        radius = np.hypot(x - left, y - top)
        phase += rng.uniform(3, 9) * np.exp(-6 * radius**2) * np.arctan2(y - top, x - left)
        phase += 3 * np.sin(9 * radius)
    band = (np.sin(2 * phase) / 2 + 0.5)[..., None]
    blue = (15, 35, 95) * (1 - band) + (60, 130, 200) * band
    return np.where(np.sin(5 * phase + 1)[..., None] > 0.64, (245, 205, 80), blue).astype(np.uint8)


def strokes(side: int = 256) -> Rgb:
    """Wandering black strokes on cream paper."""
    rng = np.random.default_rng(2)
    paper = np.full((side, side, 3), (240, 232, 214), np.uint8)
    for _ in range(260):
        turns = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.25, 12))
        steps = side / 57 * np.stack([np.cos(turns), np.sin(turns)], 1)
        line = (rng.uniform(0, side, 2) + np.cumsum(steps, 0)).astype(np.int32)
        cv2.polylines(paper, [line], False, (25, 22, 30), int(rng.integers(1, 4)), cv2.LINE_AA)
    return paper


def mosaic(side: int = 256) -> Rgb:
    """Tiles in seven loud colours, leaded."""
    rng = np.random.default_rng(3)
    middles = rng.uniform(0, side, (160, 2))
    y, x = np.mgrid[:side, :side]
    away = np.hypot(x[..., None] - middles[:, 0], y[..., None] - middles[:, 1])
    nearest = np.sort(away, -1)[..., :2]
    colours = rng.permutation(
        np.resize([(200, 40, 40), (20, 90, 160), (240, 200, 60), (30, 140, 90)], (160, 3))
    )
    lead = np.clip((nearest[..., 1] - nearest[..., 0]) / 3, 0.1, 1)
    glass: Rgb = (colours[away.argmin(-1)] * lead[..., None]).astype(np.uint8)
    return glass
