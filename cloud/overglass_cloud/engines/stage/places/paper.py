"""Mountains cut from coloured paper at sunset, sheet behind sheet, with clouds that wander."""

from collections.abc import Sequence

import numpy as np

from overglass_cloud.engines.stage import brush
from overglass_cloud.engines.stage.backdrop import HEIGHT, ROUND, Colours, Layer, Share

RANGES = (
    # height, roughness, cells around, colour at the ridge, colour at the foot, depth
    (0.50, 0.075, 9, "f3b08e", "f6cba6", 0.15),
    (0.57, 0.090, 7, "e58a80", "f0ac92", 0.28),
    (0.66, 0.085, 6, "c0667f", "d98a8a", 0.45),
    (0.75, 0.075, 7, "8a4a7d", "ad6485", 0.65),
    (0.85, 0.060, 8, "543672", "70447c", 0.85),
    (0.94, 0.045, 9, "2a2450", "3c2d60", 1.0),
)


def paint(rng: np.random.Generator) -> Sequence[Layer]:
    layers = [Layer(_sky(rng))]
    layers.append(Layer(*_sun(rng), depth=0.05))
    for number, (height, rough, cells, ridge, foot, depth) in enumerate(RANGES):
        line = height - rough * brush.line(rng, cells, 5, 0.42)
        share = brush.below(line)
        down = np.clip((brush.ROWS - line[None, :]) / 0.3, 0, 1)
        colours = brush.mixed(brush.flat(ridge), brush.flat(foot), down.astype(np.float32))
        colours, share = brush.shadowed(_papery(rng, _rimmed(colours, share)), share, (-5, 4), 9, 0.34)
        layers.append(Layer(colours, share, depth))
        if number in {0, 2}:
            layers.append(_clouds(rng, 0.16 + 0.13 * number, 5 - number, drift=0.006 + 0.004 * number))
    return layers


def _sky(rng: np.random.Generator) -> Colours:
    sky = brush.gradient((0, "4d5f9e"), (0.16, "8f7fb2"), (0.32, "e3a3a6"), (0.48, "fbd0a0"), (1, "fde3b8"))
    return _papery(rng, sky)


def _sun(rng: np.random.Generator) -> tuple[Colours, Share]:
    """A sun at four places around, lest one have to turn for it; each with rings of lighter paper."""
    total = np.zeros((HEIGHT, ROUND), np.float32)
    colours = brush.flat("fff3cf")
    for radius, code in ((0.30, "f9c99b"), (0.22, "fbd8a6"), (0.15, "fff0c2")):
        drawn = brush.canvas()
        for quarter in range(3):
            brush.disc(drawn, (0.75 + quarter) * ROUND / HEIGHT / 3, 0.33, radius)
        share = brush.share_of(drawn)
        ring, covered = brush.shadowed(brush.flat(code), share, (3, 2), 6, 0.16)
        colours = brush.mixed(colours, ring, covered / np.maximum(covered + total * (1 - covered), 1e-4))
        total = covered + total * (1 - covered)
    return _papery(rng, colours), total


def _clouds(rng: np.random.Generator, height: float, count: int, drift: float) -> Layer:
    drawn = brush.canvas()
    for number in range(count):
        x = (number + rng.uniform(0, 0.6)) * ROUND / HEIGHT / count
        y, size = height + rng.uniform(-0.07, 0.07), rng.uniform(0.7, 1.15)
        for step in np.linspace(-1, 1, 7):
            puff = size * (0.052 - 0.030 * abs(step) ** 1.5 + rng.uniform(-0.006, 0.006))
            brush.disc(drawn, x + 0.17 * size * step, y - 0.4 * puff, puff)
        low = y + 0.012 * size
        brush.polygon(drawn, [(x - 1, low), (x + 1, low), (x + 1, low + 0.2), (x - 1, low + 0.2)], 0)
    share = brush.share_of(drawn)
    colours, share = brush.shadowed(_papery(rng, brush.flat("fff4e6")), share, (5, 3), 6, 0.22)
    return Layer(colours, share, 0.2, drift)


def _rimmed(colours: Colours, share: Share) -> Colours:
    """A sheet's cut edge catches the light."""
    rim = np.clip(share - np.roll(share, 2, axis=0), 0, 1)
    return brush.mixed(colours, brush.flat("fff1dd"), 0.55 * rim)


def _papery(rng: np.random.Generator, colours: Colours) -> Colours:
    tooth = 0.012 * brush.noise(rng, (300, 1024)) + 0.010 * brush.noise(rng, (75, 256))
    return np.asarray(np.clip(colours * (1 + tooth[..., None]), 0, 1), np.float32)
