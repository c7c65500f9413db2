"""Teachers that relight: neon, thermal, golden hour, dream, moonlight, gilding. Light spreads, colours are replaced."""

import math

import numpy as np

from training import brush
from training.brush import Picture, blur, mix, palette, ramp, rgb


def midnight(picture: Picture) -> Picture:
    """Outlines bent from glowing tubes: cyan uprights, magenta levels, in a violet night."""
    unit, source = brush.unit(picture), brush.light(picture, 1.3)
    tangent, coherence = brush.flow(source, 3 * unit)
    flat = brush.flattened(source, tangent, coherence, 4 * unit)
    edge = brush.pen(np.sqrt(brush.luma(mix(flat, source, 0.5))), tangent, 1.3 * unit)
    tube = ramp(edge, 0.008, 0.035)
    upright = blur(tangent[..., 1] ** 2, 2 * unit)
    colour = mix(np.broadcast_to(rgb("ff1fc8"), source.shape), rgb("10e0ff"), ramp(upright, 0.3, 0.7))
    lit = colour * tube[..., None]
    night = palette(brush.luma(flat), [(0, "04020c"), (0.5, "180a3c"), (1, "3a1f74")])
    glow = 1.5 * brush.bloom(lit, 10 * unit)
    return brush.shown(1 - (1 - night) * (1 - np.clip(glow, 0, 0.95)) + 0.7 * lit + 0.4 * (tube**2)[..., None])


def thermal(picture: Picture) -> Picture:
    """A heat camera's colours, glowing."""
    unit, source = brush.unit(picture), brush.light(picture, 1.3)
    tangent, coherence = brush.flow(source, 3 * unit)
    flat = brush.flattened(source, tangent, coherence, 4 * unit)
    skin = np.clip(flat[..., 0] - 0.5 * (flat[..., 1] + flat[..., 2]), 0, 0.5)
    heat = blur(0.85 * brush.luma(flat) + 0.7 * skin, 1.2 * unit)
    heat += 0.8 * (brush.luma(flat) - blur(brush.luma(flat), 8 * unit))
    stops = [(0, "03021a"), (0.14, "1d0a72"), (0.3, "7d0f96"), (0.46, "e0314d"), (0.63, "ff8a1c"), (0.82, "ffe14a"), (1, "ffffff")]
    colour = palette(heat, stops)
    return brush.shown(colour + 0.22 * brush.bloom(colour * ramp(heat, 0.5, 0.9)[..., None], 14 * unit))


def golden(picture: Picture) -> Picture:
    """The last hour of sun: amber light and haze, plum shadows, every form rimmed."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 2 * unit)
    paint = mix(source, brush.flattened(source, tangent, coherence, 3.5 * unit), 0.7)
    tone = brush.luma(paint)
    stops = [(0, "150a3a"), (0.2, "4b1c5e"), (0.4, "b8405a"), (0.6, "ff8a3c"), (0.8, "ffcf6e"), (1, "fff6d2")]
    warm = mix(brush.saturated(paint, 1.7) * rgb("ffd0a0"), palette(tone, stops), 0.6)
    side = brush.relief(blur(tone, 1.8 * unit), 16 * unit)
    warm = warm * (1 + 0.25 * np.minimum(side, 0))[..., None] + 0.30 * np.maximum(side, 0)[..., None] * rgb("ffc060")
    flare = 0.75 * brush.bloom(ramp(tone, 0.5, 0.95)[..., None] * rgb("ff9a3c"), 26 * unit)
    return brush.shown(1 - (1 - np.clip(warm, 0, 1)) * (1 - np.clip(flare, 0, 0.9)))


def dream(picture: Picture) -> Picture:
    """Soft focus in mother-of-pearl: lilac shadows, pastel light, rainbows along the forms."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 2 * unit)
    flat = brush.flattened(source, tangent, coherence, 3.5 * unit)
    tone = brush.accented(flat, source, 10 * unit, 0.5)
    stops = [(0, "4a3a8c"), (0.25, "8f6fd0"), (0.45, "f08fc8"), (0.65, "ffc4b8"), (0.82, "fff0c8"), (1, "f4fffb")]
    phase = 2 * math.pi * (2.2 * blur(brush.luma(flat), 2.5 * unit)[..., None] + np.array([0, 0.33, 0.67], np.float32))
    pearl = 1 + 0.16 * np.cos(phase)
    candy = mix(palette(tone, stops), 0.30 + 0.75 * brush.saturated(flat, 1.8), 0.3) * pearl
    mist = brush.bloom(np.clip(candy, 0, 1) ** 2, 18 * unit)
    return brush.shown(1 - (1 - np.clip(candy, 0, 1)) * (1 - 0.42 * mist))


def moonlit(picture: Picture) -> Picture:
    """Black velvet and silver: a film at night, every form rimmed by the moon."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 2.5 * unit)
    flat = brush.flattened(source, tangent, coherence, 3 * unit)
    tone = brush.accented(flat, source, 12 * unit, 0.9)
    side = brush.relief(blur(np.sqrt(brush.luma(flat)), 1.2 * unit), 10 * unit)
    lit = ramp(tone, -0.05, 1.1) * 0.85 + 0.28 * side * (0.4 + tone)
    silver = palette(lit, [(0, "02040a"), (0.2, "0b1830"), (0.42, "2f4d78"), (0.7, "a4bfdc"), (0.9, "f2f8ff")])
    return brush.shown(silver + 0.4 * brush.bloom(silver * ramp(lit, 0.5, 0.85)[..., None], 16 * unit))


def gilded(picture: Picture) -> Picture:
    """Everything beaten out of gold leaf on black lacquer."""
    unit, source = brush.unit(picture), brush.light(picture, 1.2)
    tangent, coherence = brush.flow(source, 2.5 * unit)
    flat = brush.along(brush.flattened(source, tangent, coherence, 3 * unit), tangent, 2 * unit)
    tone = brush.accented(flat, source, 9 * unit, 1.1)
    side = brush.relief(blur(tone, unit), 9 * unit)
    line = ramp(brush.pen(np.sqrt(np.clip(tone, 0, 1)), tangent, 1.1 * unit), 0.006, 0.035)
    metal = (0.10 + 0.62 * tone + 0.26 * side + 0.07 * np.sin(14 * brush.luma(flat))) * (1 - 0.9 * line)
    stops = [(0, "060303"), (0.2, "2a1606"), (0.4, "8a5212"), (0.6, "e0a02c"), (0.78, "ffe07e"), (1, "fffbe6")]
    gold = palette(metal, stops)
    return brush.shown(gold + 0.3 * brush.bloom(gold * ramp(metal, 0.7, 1.0)[..., None], 8 * unit))


def arcade(picture: Picture) -> Picture:
    """Rain-slick city: teal shadows, hot pink and cyan lights that bleed."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 2.5 * unit)
    flat = brush.flattened(source, tangent, coherence, 3.5 * unit)
    tone = brush.accented(flat, source, 10 * unit, 0.9)
    side = brush.relief(blur(brush.luma(flat), 2 * unit), 9 * unit)
    stops = [(0, "04030e"), (0.25, "08264a"), (0.45, "0f6f8c"), (0.62, "4a5fd0"), (0.8, "d455d8"), (1, "ffd0f0")]
    lit = palette(tone, stops) + 0.45 * ramp(side, 0.0, 0.7)[..., None] * rgb("ff2a8d")
    lit += 0.35 * ramp(-side, 0.0, 0.7)[..., None] * rgb("00e5ff")
    line = ramp(brush.pen(np.sqrt(np.clip(tone, 0, 1)), tangent, 1.1 * unit), 0.008, 0.04)
    lit *= (1 - 0.8 * line)[..., None]
    return brush.shown(lit + 0.5 * brush.bloom(np.clip(lit - 0.45, 0, 1), 18 * unit))


def infrared(picture: Picture) -> Picture:
    """Infrared film: leaves in crimson and pink under a teal sky."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 2 * unit)
    flat = brush.flattened(source, tangent, coherence, 3 * unit)
    tone = brush.accented(flat, source, 10 * unit, 0.8)
    bright = brush.luma(flat) + 0.08
    green = blur(flat[..., 1] - 0.5 * flat[..., 0] - 0.5 * flat[..., 2], 1.5 * unit) / bright
    blue = blur(flat[..., 2] - flat[..., 0], 1.5 * unit) / bright
    leaves = palette(tone**1, [(0, "2a0016"), (0.12, "7a0c40"), (0.3, "e0306e"), (0.55, "ff7fa6"), (0.8, "ffd0dc"), (1, "fff6f6")])
    sky = palette(tone, [(0, "02161c"), (0.35, "08606c"), (0.65, "35b4b0"), (1, "f3fffb")])
    rest = palette(tone, [(0, "0c1222"), (0.35, "5c5670"), (0.7, "ead2c0"), (1, "fffaf0")])
    result = mix(mix(rest, leaves, ramp(green, 0.0, 0.12)), sky, ramp(blue, 0.05, 0.35))
    return brush.shown(result + 0.3 * brush.bloom(result * ramp(tone, 0.6, 1)[..., None], 12 * unit))
