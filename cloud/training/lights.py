"""Teachers that relight: neon, thermal, sunset, moonlight, gilding. Colours are replaced, light spreads."""

import math

import numpy as np

from training import brush
from training.brush import Picture, blur, mix, palette, ramp, rgb


def midnight(picture: Picture) -> Picture:
    """Outlines bent from glowing tubes: cyan uprights, magenta levels, in a violet night."""
    unit, source = brush.unit(picture), brush.light(picture, 1.3)
    tangent, coherence = brush.flow(source, 3 * unit)
    flat = brush.flattened(source, tangent, coherence, 4 * unit)
    tone = np.sqrt(np.clip(brush.accented(mix(flat, source, 0.3), source, 9 * unit, 0.9), 0, 1))
    tube = brush.hushed(ramp(brush.pen(-tone, tangent, 1.1 * unit), 0.005, 0.032), source, 0.5)
    upright = blur(tangent[..., 1] ** 2, 2 * unit)
    colour = mix(np.broadcast_to(rgb("ff1fc8"), source.shape), rgb("10e0ff"), ramp(upright, 0.3, 0.7))
    lit = colour * tube[..., None]
    night = palette(
        0.5 * (brush.luma(flat) + tone**2), [(0, "04020c"), (0.4, "1a0b42"), (0.7, "3a1872"), (1, "6a2f9c")]
    )
    glow = 1.5 * brush.bloom(lit, 10 * unit)
    return brush.shown(
        1 - (1 - night) * (1 - np.clip(glow, 0, 0.95)) + 0.7 * lit + 0.4 * (tube**2)[..., None]
    )


def thermal(picture: Picture) -> Picture:
    """A heat camera's colours, glowing."""
    unit, source = brush.unit(picture), brush.light(picture, 1.3)
    tangent, coherence = brush.flow(source, 3 * unit)
    flat = brush.flattened(source, tangent, coherence, 4 * unit)
    skin = np.clip(flat[..., 0] - 0.5 * (flat[..., 1] + flat[..., 2]), 0, 0.5)
    heat = blur(0.85 * brush.luma(flat) + 0.7 * skin, 1.2 * unit)
    heat += 0.8 * (brush.luma(flat) - blur(brush.luma(flat), 8 * unit))
    stops = [
        (0, "03021a"),
        (0.14, "1d0a72"),
        (0.3, "7d0f96"),
        (0.46, "e0314d"),
        (0.63, "ff8a1c"),
        (0.82, "ffe14a"),
        (1, "ffffff"),
    ]
    colour = palette(heat, stops)
    return brush.shown(colour + 0.22 * brush.bloom(colour * ramp(heat, 0.5, 0.9)[..., None], 14 * unit))


def golden(picture: Picture) -> Picture:
    """The last hour of sun: amber light and haze, plum shadows, every form rimmed."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 2 * unit)
    paint = mix(source, brush.flattened(source, tangent, coherence, 3.5 * unit), 0.7)
    tone = brush.luma(paint)
    stops = [
        (0, "0e0838"),
        (0.18, "3a1660"),
        (0.36, "a02c62"),
        (0.55, "f2662e"),
        (0.75, "ffb83d"),
        (1, "fff3c0"),
    ]
    own = brush.saturated(paint, 2.2) * rgb("ffc890")
    warm = mix(own, palette(ramp(tone, -0.12, 1.05), stops), 0.45 + 0.35 * ramp(tone, 0.35, 0.9))
    side = brush.relief(blur(tone, 1.6 * unit), 18 * unit)
    warm = warm * (1 + 0.35 * np.minimum(side, 0))[..., None] + 0.45 * np.maximum(side, 0)[..., None] * rgb(
        "ffb040"
    )
    flare = 0.5 * brush.bloom(ramp(tone, 0.55, 0.95)[..., None] * rgb("ff8a2c"), 14 * unit)
    return brush.shown(1 - (1 - np.clip(warm, 0, 1)) * (1 - np.clip(flare, 0, 0.9)))


def dream(picture: Picture) -> Picture:
    """Soft focus in mother-of-pearl: lilac shadows, pastel light, rainbows along the forms."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 2 * unit)
    flat = brush.flattened(source, tangent, coherence, 3.5 * unit)
    tone = brush.accented(flat, source, 10 * unit, 0.5)
    stops = [
        (0, "4a3a8c"),
        (0.25, "8f6fd0"),
        (0.45, "f08fc8"),
        (0.65, "ffc4b8"),
        (0.82, "fff0c8"),
        (1, "f4fffb"),
    ]
    phase = (
        2
        * math.pi
        * (2.2 * blur(brush.luma(flat), 2.5 * unit)[..., None] + np.array([0, 0.33, 0.67], np.float32))
    )
    pearl = 1 + 0.16 * np.cos(phase)
    candy = mix(palette(tone, stops), 0.30 + 0.75 * brush.saturated(flat, 1.8), 0.3) * pearl
    mist = brush.bloom(np.clip(candy, 0, 1) ** 2, 13 * unit)
    return brush.shown(1 - (1 - np.clip(candy, 0, 1)) * (1 - 0.42 * mist))


def moonlit(picture: Picture) -> Picture:
    """Black velvet and silver: a film at night, every form rimmed by the moon."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 2.5 * unit)
    flat = brush.flattened(source, tangent, coherence, 3 * unit)
    tone = brush.accented(flat, source, 12 * unit, 0.9)
    side = brush.relief(blur(np.sqrt(brush.luma(flat)), 1.2 * unit), 10 * unit)
    lit = ramp(tone, -0.05, 1.1) * 0.85 + 0.28 * side * (0.4 + tone)
    silver = palette(
        lit, [(0, "02040a"), (0.2, "0b1830"), (0.42, "2f4d78"), (0.7, "a4bfdc"), (0.9, "f2f8ff")]
    )
    return brush.shown(silver + 0.4 * brush.bloom(silver * ramp(lit, 0.5, 0.85)[..., None], 13 * unit))


def gilded(picture: Picture) -> Picture:
    """Everything beaten out of gold leaf on black lacquer."""
    unit, source = brush.unit(picture), brush.light(picture, 1.2)
    tangent, coherence = brush.flow(source, 2.5 * unit)
    flat = brush.along(brush.flattened(source, tangent, coherence, 3 * unit), tangent, 2 * unit)
    tone = brush.accented(flat, source, 9 * unit, 1.1)
    side = brush.relief(blur(tone, unit), 9 * unit)
    line = ramp(brush.pen(np.sqrt(np.clip(tone, 0, 1)), tangent, 1.1 * unit), 0.006, 0.035)
    metal = (0.10 + 0.62 * tone + 0.26 * side + 0.07 * np.sin(14 * brush.luma(flat))) * (1 - 0.9 * line)
    stops = [
        (0, "060303"),
        (0.18, "301a06"),
        (0.35, "9c6014"),
        (0.52, "efb030"),
        (0.7, "ffe488"),
        (1, "fffbe6"),
    ]
    gold = palette(metal, stops)
    return brush.shown(gold + 0.3 * brush.bloom(gold * ramp(metal, 0.7, 1.0)[..., None], 8 * unit))


def arcade(picture: Picture) -> Picture:
    """Rain-slick city: teal shadows, hot pink and cyan lights that bleed."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 2.5 * unit)
    flat = brush.flattened(source, tangent, coherence, 3.5 * unit)
    tone = brush.accented(flat, source, 10 * unit, 0.9)
    side = brush.relief(blur(brush.luma(flat), 2 * unit), 9 * unit)
    stops = [
        (0, "04030e"),
        (0.25, "08264a"),
        (0.45, "0f6f8c"),
        (0.62, "4a5fd0"),
        (0.8, "d455d8"),
        (1, "ffd0f0"),
    ]
    lit = palette(tone, stops) + 0.45 * ramp(side, 0.0, 0.7)[..., None] * rgb("ff2a8d")
    lit += 0.35 * ramp(-side, 0.0, 0.7)[..., None] * rgb("00e5ff")
    line = ramp(brush.pen(np.sqrt(np.clip(tone, 0, 1)), tangent, 1.1 * unit), 0.008, 0.04)
    lit *= (1 - 0.8 * line)[..., None]
    return brush.shown(lit + 0.5 * brush.bloom(np.clip(lit - 0.45, 0, 1), 13 * unit))


def infrared(picture: Picture) -> Picture:
    """Infrared film: leaves in crimson and pink under a teal sky."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 2 * unit)
    flat = brush.flattened(source, tangent, coherence, 3 * unit)
    tone = brush.accented(flat, source, 10 * unit, 0.8)
    bright = brush.luma(flat) + 0.08
    green = blur(flat[..., 1] - 0.5 * flat[..., 0] - 0.5 * flat[..., 2], 1.5 * unit) / bright
    blue = blur(flat[..., 2] - flat[..., 0], 1.5 * unit) / bright
    leaves = palette(
        tone,
        [(0, "2a0016"), (0.12, "7a0c40"), (0.3, "e0306e"), (0.55, "ff7fa6"), (0.8, "ffd0dc"), (1, "fff6f6")],
    )
    sky = palette(tone, [(0, "02161c"), (0.35, "08606c"), (0.65, "35b4b0"), (1, "f3fffb")])
    rest = palette(tone, [(0, "0c1222"), (0.35, "5c5670"), (0.7, "ead2c0"), (1, "fffaf0")])
    result = mix(mix(rest, leaves, ramp(green, 0.0, 0.12)), sky, ramp(blue, 0.05, 0.35))
    return brush.shown(result + 0.3 * brush.bloom(result * ramp(tone, 0.6, 1)[..., None], 12 * unit))
