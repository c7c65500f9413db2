"""Teachers that relight: neon, thermal, golden hour, dream, moonlight, gilding. Light spreads, colours are replaced."""

import numpy as np

from training import brush
from training.brush import Picture, blur, mix, palette, ramp, rgb


def midnight(picture: Picture) -> Picture:
    """Outlines bent from glowing tubes: cyan uprights, magenta levels, in a violet night."""
    unit, source = brush.unit(picture), brush.light(picture, 1.2)
    tangent, coherence = brush.flow(source, 2.5 * unit)
    flat = brush.flattened(source, tangent, coherence, 4 * unit)
    edge = brush.pen(np.sqrt(brush.luma(mix(flat, source, 0.5))), tangent, 1.2 * unit)
    tube = ramp(np.abs(edge), 0.010, 0.06)
    upright = blur(tangent[..., 1] ** 2, 3 * unit)
    colour = mix(np.broadcast_to(rgb("ff2fd0"), source.shape), rgb("18e8ff"), ramp(upright, 0.3, 0.7))
    lit = colour * tube[..., None]
    night = palette(brush.luma(flat), [(0, "05030f"), (0.5, "150b33"), (1, "33205e")])
    glow = 1.9 * brush.bloom(lit, 10 * unit)
    return brush.shown(night + glow + lit * 0.8 + 0.45 * (tube**2)[..., None])


def thermal(picture: Picture) -> Picture:
    """A heat camera's colours, glowing."""
    unit, source = brush.unit(picture), brush.light(picture, 1.3)
    tangent, coherence = brush.flow(source, 3 * unit)
    flat = brush.flattened(source, tangent, coherence, 4 * unit)
    skin = 0.5 * np.clip(flat[..., 0] - 0.5 * (flat[..., 1] + flat[..., 2]), 0, 0.5)
    heat = blur(brush.luma(flat) * 0.9 + skin, 1.2 * unit)
    heat = heat + 0.9 * (brush.luma(flat) - blur(brush.luma(flat), 5 * unit))
    stops = [(0, "04031c"), (0.15, "24086b"), (0.32, "8a0f8f"), (0.48, "e0314d"), (0.65, "ff8a1c"), (0.82, "ffe14a"), (1, "ffffff")]
    colour = palette(heat, stops)
    return brush.shown(colour + 0.22 * brush.bloom(colour * ramp(heat, 0.5, 0.9)[..., None], 14 * unit))


def golden(picture: Picture) -> Picture:
    """The last hour of sun: amber light, haze, long soft flares, blue shadows."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 2 * unit)
    paint = mix(source, brush.flattened(source, tangent, coherence, 3 * unit), 0.6)
    tone = brush.luma(paint)
    graded = palette(tone, [(0, "1a1030"), (0.25, "6b2f3c"), (0.5, "d9762f"), (0.75, "ffc46b"), (1, "fff3cf")])
    warm = mix(brush.saturated(paint, 1.2) * rgb("ffd9a0"), graded, 0.68)
    sun = ramp(tone, 0.55, 0.95)[..., None] * rgb("ffb54d")
    flare = brush.bloom(sun, 26 * unit)
    side = brush.relief(blur(tone, 2.5 * unit), 14 * unit)
    return brush.shown(1 - (1 - np.clip(warm * (1 + 0.25 * side[..., None]), 0, 1)) * (1 - 0.55 * np.clip(flare, 0, 1)))


def dream(picture: Picture) -> Picture:
    """Soft focus in mother-of-pearl: lifted shadows, pastel light, rainbows along the forms."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 2 * unit)
    paint = brush.flattened(source, tangent, coherence, 3 * unit)
    tone = blur(brush.luma(paint), unit)
    phase = 2 * np.pi * (0.9 * blur(tone, 3 * unit)[..., None] + np.array([0.0, 0.33, 0.67], np.float32))
    pearl = 0.5 + 0.5 * np.cos(phase).astype(np.float32)
    lifted = 0.36 + 0.64 * mix(paint, np.broadcast_to(tone[..., None], paint.shape), 0.35)
    tinted = lifted * (0.74 + 0.34 * pearl)
    mist = brush.bloom(tinted, 16 * unit)
    soft = 1 - (1 - np.clip(tinted, 0, 1)) * (1 - 0.45 * np.clip(mist, 0, 1))
    line = ramp(brush.pen(brush.luma(paint), tangent, 1.2 * unit), 0.004, 0.06)
    return brush.shown(mix(soft, rgb("7a5aa8"), 0.6 * line))


def moonlit(picture: Picture) -> Picture:
    """Black velvet and silver: a film at night, lit from one side."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 2.5 * unit)
    tone = brush.luma(brush.flattened(source, tangent, coherence, 3 * unit))
    side = brush.relief(blur(tone, 1.8 * unit), 16 * unit)
    lit = ramp(tone, 0.12, 0.95) * 0.8 + 0.4 * side * (0.25 + tone)
    silver = palette(lit, [(0, "02040a"), (0.25, "0d1a2e"), (0.5, "3f5f84"), (0.75, "a9c4dc"), (1, "f6fbff")])
    return brush.shown(silver + 0.4 * brush.bloom(silver * ramp(lit, 0.55, 0.9)[..., None], 16 * unit))


def gilded(picture: Picture) -> Picture:
    """Everything beaten out of gold leaf on black lacquer."""
    unit, source = brush.unit(picture), brush.light(picture, 1.2)
    tangent, coherence = brush.flow(source, 2.5 * unit)
    tone = brush.luma(brush.along(brush.flattened(source, tangent, coherence, 4 * unit), tangent, 2 * unit))
    side = brush.relief(blur(tone, 1.2 * unit), 16 * unit)
    metal = 0.42 * tone + 0.55 * side + 0.22 * np.sin(9 * tone) + 0.15
    gold = palette(metal, [(0, "060303"), (0.2, "2a1606"), (0.4, "7d4a10"), (0.6, "d99a2b"), (0.8, "ffdf7e"), (1, "fffbe6")])
    return brush.shown(gold + 0.3 * brush.bloom(gold * ramp(metal, 0.7, 1.0)[..., None], 8 * unit))


def arcade(picture: Picture) -> Picture:
    """Rain-slick city: teal shadows, hot pink lights that bleed."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 2.5 * unit)
    paint = brush.flattened(source, tangent, coherence, 3.5 * unit)
    tone = brush.luma(paint)
    side = brush.relief(blur(tone, 2.5 * unit), 12 * unit)
    left = ramp(side, 0.0, 0.5)[..., None] * rgb("ff2a8d")
    right = ramp(-side, 0.0, 0.5)[..., None] * rgb("00e5ff")
    base = palette(tone, [(0, "05030f"), (0.3, "0a2440"), (0.55, "14607a"), (0.8, "b052c8"), (1, "ffb3e0")])
    lit = base + 0.7 * left + 0.6 * right
    return brush.shown(lit + 0.5 * brush.bloom(np.clip(lit - 0.45, 0, 1), 18 * unit))


def infrared(picture: Picture) -> Picture:
    """Infrared film: leaves in crimson and pink under a teal sky."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 2 * unit)
    paint = mix(source, brush.flattened(source, tangent, coherence, 3 * unit), 0.7)
    tone = brush.luma(paint)
    green = blur(paint[..., 1] - 0.55 * paint[..., 0] - 0.45 * paint[..., 2], 1.5 * unit)
    blue = blur(paint[..., 2] - paint[..., 0], 1.5 * unit)
    leaves = palette(tone**0.7, [(0, "2a0016"), (0.3, "a3124f"), (0.55, "f2437e"), (0.8, "ffb0c4"), (1, "fff0f2")])
    sky = palette(tone, [(0, "02161c"), (0.4, "0a5a66"), (0.7, "3fb0ae"), (1, "f3fffb")])
    rest = palette(tone, [(0, "10121a"), (0.4, "6a5f6e"), (0.75, "e0cfc4"), (1, "fffaf0")])
    result = mix(mix(rest, leaves, ramp(green, -0.01, 0.04)), sky, ramp(blue, 0.04, 0.2))
    return brush.shown(result + 0.3 * brush.bloom(result * ramp(tone, 0.6, 1)[..., None], 12 * unit))
