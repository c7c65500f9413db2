"""Under a warm sea: shafts of light, sand with the water's net of light on it, corals, and fish that pass."""

from collections.abc import Sequence

import numpy as np

from overglass_cloud.engines.planes import Plane
from overglass_cloud.engines.stage import brush
from overglass_cloud.engines.stage.backdrop import HEIGHT, ROUND, Colours, Layer

WIDE = ROUND / HEIGHT


def paint(rng: np.random.Generator) -> Sequence[Layer]:
    return [
        Layer(_water(rng)),
        _reef(rng, 0.66, 26, ("2b7f9c", "246f93", "33889a"), 0.25, 0.55),
        _school(rng, 26, 0.34, 0.020, "1d6f92", 0.012),
        Layer(_shafts(rng), drift=0.005, glows=True),
        _sand(rng),
        _reef(rng, 0.80, 22, ("c8506e", "e0805a", "8a4f9a", "3f9c8c"), 0.6, 0.25),
        _school(rng, 12, 0.50, 0.034, "ffb347", -0.020),
        Layer(_shafts(rng, 0.5), drift=-0.008, glows=True),
        _reef(rng, 0.97, 18, ("4a1f4f", "6a2348", "1d3f5c", "24505a"), 1.0, 0.0),
        _bubbles(rng),
    ]


def _water(rng: np.random.Generator) -> Colours:
    water = brush.gradient((0, "b8fbf2"), (0.10, "57dbe0"), (0.35, "1fa3c6"), (0.7, "0f6aa0"), (1, "0a4a7c"))
    return np.asarray(np.clip(water * (1 + 0.05 * brush.noise(rng, (6, 16), 3)[..., None]), 0, 1), np.float32)


def _shafts(rng: np.random.Generator, strength: float = 1.0) -> Colours:
    """Light that leans a little and fades with depth; brightest under the surface."""
    beams = np.clip(brush.line(rng, 26, 3, 0.7) - 0.15, 0, None) ** 1.3
    lean = (np.arange(ROUND)[None, :] + 0.30 * brush.ROWS * HEIGHT).astype(int) % ROUND
    beam = brush.blurred(beams[lean].astype(np.float32), 4) * np.exp(-2.4 * brush.ROWS) * strength
    return np.asarray(np.clip(0.42 * beam[..., None] * brush.hexed("d8fff0"), 0, 1), np.float32)


def _sand(rng: np.random.Generator) -> Layer:
    line = 0.80 - 0.018 * brush.line(rng, 6, 3)
    down = np.clip((brush.ROWS - line[None, :]) / 0.2, 0, 1).astype(np.float32)
    sand = brush.mixed(brush.flat("4fb3b5"), brush.flat("e9d9a6"), 0.25 + 0.6 * down)
    # The net of light: where smooth noise crosses zero.
    net = np.exp(-((brush.noise(rng, (60, 90), 2) / 0.16) ** 2)) * (0.3 + 0.7 * down)
    sand = (
        sand + 0.28 * net[..., None] * brush.hexed("f4ffe0") + 0.02 * brush.noise(rng, (200, 700))[..., None]
    )
    return Layer(np.clip(sand, 0, 1).astype(np.float32), brush.below(line, 3), 0.5)


def _reef(
    rng: np.random.Generator, foot: float, count: int, codes: Sequence[str], depth: float, haze: float
) -> Layer:
    """Corals of several kinds on a ridge, lit from above."""
    line = foot - 0.03 * brush.line(rng, 9, 4)
    drawn = np.rint(255 * brush.below(line)).astype(np.uint8)
    colours = brush.flat(codes[0])
    for number in range(count):
        x = (number + rng.uniform(0.1, 0.9)) * WIDE / count
        ground = float(line[int(x * HEIGHT) % ROUND]) + 0.015
        size = rng.uniform(0.6, 1.25) * (0.10 + 0.06 * depth)
        one = brush.canvas()
        (_branches, _dome, _kelp, _fan)[int(rng.integers(4))](rng, one, x, ground, size)
        colours = brush.mixed(colours, brush.flat(codes[number % len(codes)]), brush.share_of(one))
        np.maximum(drawn, one, out=drawn)
    share = brush.share_of(drawn)
    lit = np.clip(share - np.roll(brush.blurred(share, 3), 5, axis=0), 0, 1)
    spots = np.clip(brush.noise(rng, (110, 370)) - 0.6, 0, 1)
    colours = brush.mixed(colours, brush.flat("fff0d0"), 0.55 * lit + 0.30 * spots)
    colours = colours * (1 - 0.5 * np.clip((brush.ROWS - foot + 0.12) / 0.3, 0, 1))[..., None]
    return Layer(brush.mixed(colours, brush.flat("1f95b8"), haze), share, depth)


def _branches(rng: np.random.Generator, drawn: Plane, x: float, ground: float, size: float) -> None:
    def grow(x: float, y: float, angle: float, length: float, width: float, left: int) -> None:
        tip = (x + length * np.sin(angle), y - length * np.cos(angle))
        across = np.array((np.cos(angle), np.sin(angle))) * width
        start, end = np.array((x, y)), np.array(tip)
        brush.polygon(
            drawn, np.stack([start - across, start + across, end + 0.75 * across, end - 0.75 * across])
        )
        brush.disc(drawn, tip[0], tip[1], 0.8 * width)
        if left:
            for turn in (-0.5, 0.45):
                grow(*tip, angle + turn + rng.uniform(-0.2, 0.2), 0.72 * length, 0.74 * width, left - 1)

    for lean in (-0.35, 0.05, 0.4):
        grow(x, ground, lean + rng.uniform(-0.1, 0.1), 0.40 * size, 0.075 * size, 3)


def _dome(rng: np.random.Generator, drawn: Plane, x: float, ground: float, size: float) -> None:
    for shift, radius in ((0, 0.5), (-0.5, 0.34), (0.48, 0.38)):
        brush.disc(drawn, x + shift * size, ground, radius * size)


def _kelp(rng: np.random.Generator, drawn: Plane, x: float, ground: float, size: float) -> None:
    for blade in range(6):
        steps = np.linspace(0, 1, 24)
        root, tall = x + (blade - 2.5) * 0.10 * size, size * rng.uniform(1.1, 2.1)
        sway = root + 0.10 * size * np.sin(steps * rng.uniform(4, 7) + rng.uniform(0, 6)) * steps
        width = 0.05 * size * (1 - steps**2) + 0.004
        y = ground - tall * steps
        side = np.stack([sway + width, y], axis=1), np.stack([sway - width, y], axis=1)[::-1]
        brush.polygon(drawn, np.concatenate(side))


def _fan(rng: np.random.Generator, drawn: Plane, x: float, ground: float, size: float) -> None:
    angles = np.linspace(-1.15, 1.15, 40)
    reach = size * (0.95 + 0.12 * np.sin(angles * 9 + rng.uniform(0, 6))) * np.cos(0.75 * angles)
    rim = np.stack([x + reach * np.sin(angles), ground - reach * np.cos(angles)], axis=1)
    brush.polygon(drawn, np.concatenate([rim, [(x, ground)]]))
    for angle in np.linspace(-1.0, 1.0, 9):
        at = np.array((np.cos(angle), np.sin(angle))) * 0.008 * size * 4
        tip = np.array((x + 0.85 * size * np.sin(angle), ground - 0.85 * size * np.cos(angle)))
        brush.polygon(drawn, np.stack([tip - at * 0.5, tip + at * 0.5, (x, ground)]), 150)


def _school(
    rng: np.random.Generator, count: int, height: float, size: float, code: str, drift: float
) -> Layer:
    """Fish that keep together, heads the way they drift."""
    drawn, light = brush.canvas(), brush.canvas()
    way = -1.0 if drift > 0 else 1.0
    for number in range(count):
        centre = 0.3 * WIDE if number % 2 else 0.75 * WIDE
        x, y = centre + rng.normal(0, 0.28), height + rng.normal(0, 0.07)
        one = size * rng.uniform(0.75, 1.2)
        angles = np.linspace(0, 2 * np.pi, 28, endpoint=False)
        body = np.stack([x + one * np.cos(angles), y + 0.45 * one * np.sin(angles)], axis=1)
        brush.polygon(drawn, body)
        tail = x - way * 0.85 * one
        brush.polygon(
            drawn,
            [(tail, y), (tail - way * 0.75 * one, y - 0.5 * one), (tail - way * 0.75 * one, y + 0.5 * one)],
        )
        brush.polygon(
            drawn, [(x, y - 0.4 * one), (x - way * 0.5 * one, y - 0.75 * one), (x - way * 0.4 * one, y)]
        )
        brush.disc(light, x + way * 0.55 * one, y - 0.08 * one, 0.09 * one)
        stripe = x + way * 0.18 * one
        brush.polygon(
            light, [(stripe, y - 0.4 * one), (stripe + 0.16 * one, y - 0.4 * one), (stripe, y + 0.4 * one)]
        )
    colours = brush.mixed(brush.flat(code), brush.flat("f4fbff"), brush.share_of(light))
    return Layer(colours, brush.share_of(drawn), 0.4, drift)


def _bubbles(rng: np.random.Generator) -> Layer:
    drawn = brush.canvas()
    for _ in range(70):
        x, y, radius = rng.uniform(0, WIDE), rng.uniform(0, 1), rng.uniform(0.002, 0.011)
        brush.disc(drawn, x, y, radius, 120)
        brush.disc(drawn, x, y, 0.8 * radius, 45)
        brush.disc(drawn, x - 0.35 * radius, y - 0.35 * radius, 0.25 * radius, 230)
    return Layer(brush.flat("e8fffb"), brush.share_of(drawn), 0.8, 0.003)
