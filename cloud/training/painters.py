"""Teachers that paint: oil, watercolour, cut paper, posters. Marks follow what is in the picture."""

import numpy as np

from training import brush
from training.brush import Picture, blur, mix, palette, ramp, rgb


def oil(picture: Picture) -> Picture:
    """Broad strokes along the forms that catch the light, glowing lights out of deep warm darks."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 3 * unit)
    paint = brush.along(brush.flattened(source, tangent, coherence, 6 * unit), tangent, 5 * unit)
    paint = mix(paint, source, 0.5 * ramp(brush.contrast(source, 3 * unit), 0.06, 0.25))
    tone = brush.accented(paint, source, 10 * unit, 0.5)
    grain = brush.luma(source) - blur(brush.luma(source), 3 * unit)
    bristles = brush.along(grain, tangent, 6 * unit, 8)
    bristles = np.tanh(bristles / (0.012 + 0.5 * blur(np.abs(bristles), 4 * unit)))
    stops = [
        (0, "0d0503"),
        (0.2, "4a2410"),
        (0.4, "a8641f"),
        (0.62, "eec06a"),
        (0.85, "fff0c4"),
        (1, "fffbe8"),
    ]
    glaze = palette(np.clip(tone, 0, 1), stops)
    pigment = np.clip(brush.saturated(paint, 2.3), 0.01, 1)
    tinted = mix(0.12 * pigment + pigment * (0.25 + 0.9 * glaze), glaze, 0.3)
    shine = brush.relief(blur(1.2 * tone + 0.10 * bristles, 0.6 * unit), 12 * unit)
    return brush.shown(tinted * (1 + 0.18 * bristles)[..., None] + 0.26 * shine[..., None] * (0.25 + tinted))


def watercolour(picture: Picture) -> Picture:
    """Layered transparent washes with dark rims, the paper left white in the lights, a few sepia lines."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 2.5 * unit)
    flat = brush.flattened(source, tangent, coherence, 4.5 * unit)
    tone = brush.accented(flat, source, 8 * unit, 0.6)
    layers = np.zeros_like(tone)
    for level, depth in ((0.84, 0.16), (0.62, 0.30), (0.42, 0.40), (0.24, 0.55), (0.10, 0.5)):
        wash = 1 - ramp(tone, level - 0.07, level + 0.05)
        rim = np.clip(wash - blur(wash, 3.5 * unit), 0, 1)
        layers += depth * (wash + 1.1 * rim * wash)
    grain = brush.luma(source) - blur(brush.luma(source), 2 * unit)
    pool = blur(layers, 5 * unit) - blur(layers, 18 * unit)
    layers *= 1 - 2.5 * np.clip(grain, -0.15, 0.15) - 0.3 * np.clip(pool, -0.6, 0.6)
    bled = blur(brush.saturated(flat, 2.4), 2 * unit)
    hue = np.clip(bled / (np.max(bled, -1, keepdims=True) + 0.05), 0.12, 1)
    pigment = layers[..., None] * (0.30 - 1.25 * np.log(hue)) + 0.28 * np.maximum(0, -np.log(hue) - 0.1)
    line = ramp(brush.pen(brush.luma(source), tangent, 0.8 * unit), 0.02, 0.10)
    return brush.shown(rgb("fffcf4") * np.exp(-pigment - 0.7 * line[..., None] * rgb("90a0b0")))


def papercut(picture: Picture) -> Picture:
    """Sheets of coloured paper laid over one another, each with its shadow on the one below."""
    unit, source = brush.unit(picture), brush.light(picture, 1.3)
    tangent, coherence = brush.flow(source, 2.5 * unit)
    flat = brush.along(brush.flattened(source, tangent, coherence, 4 * unit), tangent, 2.5 * unit)
    tone = brush.accented(flat, source, 8 * unit, 0.6)
    sheets = ["14213d", "1f4e6b", "2f8f8b", "f2a65a", "f7d9a8", "fff7e6"]
    result = np.broadcast_to(rgb(sheets[0]), source.shape).astype(np.float32)
    for level, code in zip((0.14, 0.28, 0.44, 0.62, 0.82), sheets[1:], strict=True):
        sheet = ramp(tone, level - 0.03, level + 0.03)
        thrown = blur(brush.moved(sheet, 3 * unit, 3 * unit), 2.2 * unit)
        result = result * (1 - 0.6 * (thrown * (1 - sheet)))[..., None]
        lit = 1 + 0.12 * brush.relief(blur(sheet, 0.6 * unit), 3 * unit)
        result = mix(result, rgb(code) * lit[..., None], sheet)
    return brush.shown(result)


def poster(picture: Picture) -> Picture:
    """Screen print in navy, red, sky and cream, with bold contours."""
    unit, source = brush.unit(picture), brush.light(picture, 1.2)
    tangent, coherence = brush.flow(source, 2.5 * unit)
    flat = brush.along(brush.flattened(source, tangent, coherence, 4 * unit), tangent, 2 * unit)
    tone = brush.accented(flat, source, 10 * unit, 0.6)
    warm = blur(flat[..., 0] - flat[..., 2], 2 * unit)
    hot = [(0.17, "0b1f3a"), (0.22, "d2342c"), (0.45, "d2342c")]
    cold = [(0.17, "0b1f3a"), (0.22, "2c6e8f"), (0.45, "2c6e8f")]
    rest = [(0.50, "86b9b8"), (0.66, "86b9b8"), (0.72, "f6e7c1"), (1, "fbf0d4")]
    sheet = mix(palette(tone, cold + rest), palette(tone, hot + rest), ramp(warm, 0.0, 0.14))
    line = ramp(brush.pen(np.sqrt(np.clip(tone, 0, 1)), tangent, 1.2 * unit), 0.005, 0.024)
    line = brush.hushed(line, source, 0.6)
    return brush.shown(mix(sheet, rgb("0b1f3a"), line))


def pop(picture: Picture) -> Picture:
    """Loud flat colours: pink, lemon and turquoise, with shadows printed in violet black."""
    unit, source = brush.unit(picture), brush.light(picture, 1.2)
    tangent, coherence = brush.flow(source, 2.5 * unit)
    flat = brush.along(brush.flattened(source, tangent, coherence, 4 * unit), tangent, 2 * unit)
    tone = brush.accented(flat, source, 10 * unit, 0.5)
    steps = brush.terraced(tone, 5, 0.45)
    loud = [(0, "2a0845"), (0.2, "7b1fa2"), (0.4, "ff2d95"), (0.6, "ff8a00"), (0.8, "ffe600"), (1, "fffbe0")]
    cold = [(0, "2a0845"), (0.2, "1a3fc4"), (0.4, "00a5e5"), (0.6, "00d9c0"), (0.8, "b6ff5c"), (1, "fffbe0")]
    bluish = blur(flat[..., 2] + 0.5 * flat[..., 1] - 1.5 * flat[..., 0], 2 * unit)
    sheet = mix(palette(steps, loud), palette(steps, cold), ramp(bluish, -0.12, 0.16))
    line = ramp(brush.pen(np.sqrt(np.clip(tone, 0, 1)), tangent, 1.4 * unit), 0.004, 0.02)
    line = brush.hushed(line, source, 0.6)
    return brush.shown(mix(sheet, rgb("1b0430"), line))
