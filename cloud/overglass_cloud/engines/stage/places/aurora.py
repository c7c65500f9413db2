"""A winter night: stars, curtains of northern light that wander, snowy peaks and a dark wood."""

from collections.abc import Sequence

import numpy as np

from overglass_cloud.engines.planes import Plane
from overglass_cloud.engines.stage import brush
from overglass_cloud.engines.stage.backdrop import HEIGHT, ROUND, Colours, Layer

STARS = 1500


def paint(rng: np.random.Generator) -> Sequence[Layer]:
    return [
        Layer(_sky(rng)),
        Layer(_curtains(rng, 0.50, 5, ("58ffb0", "38d8c8", "7a5cff")), drift=0.004, glows=True),
        Layer(_curtains(rng, 0.37, 7, ("7dffa0", "3ce6b0", "d24fc8")), drift=-0.007, glows=True),
        _peaks(rng),
        _hills(rng),
        _wood(rng, 0.86, 150, "0b2230", 0.75),
        _wood(rng, 0.97, 90, "040d16", 1.0),
    ]


def _sky(rng: np.random.Generator) -> Colours:
    sky = brush.gradient((0, "060a26"), (0.35, "0c1c4a"), (0.6, "14406a"), (0.75, "2a6f84"), (1, "2a6f84"))
    across = brush.ROWS + 0.10 * np.sin(2 * np.pi * brush.COLUMNS * HEIGHT / ROUND) - 0.2
    band = np.exp(-((across / 0.13) ** 2)) * (0.7 + 0.35 * brush.noise(rng, (8, 24), 4))
    sky = sky + np.clip(band, 0, 1)[..., None] * brush.hexed("2c3054") * 0.55
    stars = np.zeros((HEIGHT, ROUND), np.float32)
    rows, columns = rng.integers(0, int(0.72 * HEIGHT), STARS), rng.integers(0, ROUND, STARS)
    stars[rows, columns] = rng.pareto(2.2, STARS).clip(0.12, 5) * (1 - rows / HEIGHT)
    light = 3.2 * brush.blurred(stars, 0.8) + 9 * brush.blurred(np.where(stars > 1.2, stars, 0), 2.2)
    warm = brush.mixed(brush.flat("bcd2ff"), brush.flat("ffe2bd"), np.clip(brush.noise(rng, (90, 300)), 0, 1))
    return np.asarray(np.clip(sky + light[..., None] * warm, 0, 1), np.float32)


def _curtains(rng: np.random.Generator, foot: float, cells: int, colours: tuple[str, str, str]) -> Colours:
    """Rays that stand on a winding foot: sharp below, fading upwards from the first colour to the last."""
    line = foot + 0.085 * brush.line(rng, cells, 3, 0.5)
    rays = 0.55 + 0.30 * brush.line(rng, 40, 3, 0.8) + 0.1 * brush.line(rng, 320, 1)
    strength = np.clip(0.75 + 0.55 * brush.line(rng, cells, 2), 0, 1.3) * np.clip(rays, 0.12, 1.4)
    tall = np.clip(0.17 + 0.06 * brush.line(rng, cells * 2, 2), 0.08, 0.32)
    up = (line[None, :] - brush.ROWS) / tall[None, :]
    glow = np.where(up > 0, np.exp(-1.25 * up) * np.clip(up / 0.12, 0, 1), 0) * strength[None, :]
    glow = glow + 0.45 * brush.blurred(glow.astype(np.float32), 26)
    low, middle, high = (brush.hexed(code) for code in colours)
    up = np.clip(up, 0, 2.2)[..., None]
    hue = np.where(up < 0.9, low + (middle - low) * (up / 0.9), middle + (high - middle) * ((up - 0.9) / 1.3))
    return np.asarray(np.clip(0.72 * glow[..., None] * hue, 0, 1), np.float32)


def _peaks(rng: np.random.Generator) -> Layer:
    """Summits with ribs that run down from the ridge, both ways; snow lies on what faces the light."""
    line = 0.74 - 0.17 * brush.peaks(rng, 6, 5, 0.42) - 0.012 * brush.line(rng, 40, 4, 0.6)
    slope = np.gradient(brush.blurred(np.tile(line, (HEIGHT, 1)), 3)[0]) * HEIGHT
    down = np.clip(brush.ROWS - line[None, :], 0, 0.4)
    ribs = brush.noise(rng, (4, 40), 4, 0.6)
    columns = np.arange(ROUND)[None, :]
    left, right = (
        np.take_along_axis(ribs, (columns + way * 0.7 * down * HEIGHT).astype(int) % ROUND, axis=1)
        for way in (-1, 1)
    )
    lit = np.clip(0.42 - 0.55 * slope[None, :] + 0.75 * (left - 0.8 * right), 0, 1) ** 1.3
    depth = np.clip(down / 0.24, 0, 1)
    bare = brush.mixed(brush.flat("16315a"), brush.flat("2b5a86"), np.clip(0.5 + 0.5 * right, 0, 1))
    snow = brush.mixed(bare, brush.flat("d3eef6"), lit * (1 - 0.75 * depth))
    haze = brush.mixed(snow, brush.flat("1f566e"), 0.85 * depth**1.2)
    return Layer(haze, brush.below(line), 0.2)


def _hills(rng: np.random.Generator) -> Layer:
    line = 0.79 - 0.035 * brush.line(rng, 9, 4)
    depth = np.clip((brush.ROWS - line[None, :]) / 0.12, 0, 1).astype(np.float32)
    hills = brush.mixed(brush.flat("12384c"), brush.flat("1c5264"), depth)
    grain = brush.noise(rng, (100, 400), 2)
    return Layer(
        np.clip(hills * (1 + 0.12 * grain[..., None]), 0, 1).astype(np.float32), brush.below(line), 0.45
    )


def _wood(rng: np.random.Generator, foot: float, count: int, colour: str, depth: float) -> Layer:
    line = foot - 0.022 * brush.line(rng, 8, 4)
    drawn = np.rint(255 * brush.below(line)).astype(np.uint8)
    for number in range(count):
        x = (number + rng.uniform(0, 1)) * ROUND / HEIGHT / count
        ground = float(line[int(x * HEIGHT) % ROUND]) + 0.01
        tall = rng.uniform(0.5, 1.15) * (0.10 if depth < 1 else 0.17)
        _pine(rng, drawn, x, ground, tall)
    colours = brush.mixed(brush.flat(colour), brush.flat("14506a"), np.float32(0.0) * brush.ROWS + 0.0)
    return Layer(colours, brush.share_of(drawn), depth)


def _pine(rng: np.random.Generator, drawn: Plane, x: float, ground: float, tall: float) -> None:
    """Storeys of boughs, each wider than the one above, with ragged ends."""
    storeys = 9
    right, left = [(x, ground - tall)], []
    for storey in range(1, storeys + 1):
        y = ground - tall + tall * storey / storeys
        reach = 0.20 * tall * (storey / storeys) ** 0.85
        ends = [x + side * reach * rng.uniform(0.8, 1.15) for side in (1, -1)]
        right += [(ends[0], y + 0.012 * tall), (x + 0.38 * reach, y - 0.02 * tall)]
        left += [(ends[1], y + 0.012 * tall), (x - 0.38 * reach, y - 0.02 * tall)]
    brush.polygon(drawn, [*right, (x + 0.02 * tall, ground), (x - 0.02 * tall, ground), *left[::-1]])
