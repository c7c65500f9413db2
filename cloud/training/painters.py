"""Teachers that paint: oil, watercolour, cut paper, posters. The marks follow what is in the picture."""

import numpy as np

from training import brush
from training.brush import Field, Picture, blur, mix, palette, ramp, rgb


def oil(picture: Picture) -> Picture:
    """Broad strokes along the forms, thick enough to catch the light, deep colours."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 3 * unit)
    paint = brush.flattened(source, tangent, coherence, 5 * unit)
    paint = brush.along(paint, tangent, 4 * unit)
    paint = mix(paint, source, 0.25 * ramp(brush.contrast(source, 3 * unit), 0.05, 0.25))
    bristles = brush.along(brush.luma(source) - blur(brush.luma(source), 2.5 * unit), tangent, 5 * unit, 7)
    height = brush.luma(paint) + 1.6 * bristles
    paint = brush.saturated(paint ** 1.15, 1.55) * rgb("fff6e4")
    shine = brush.relief(blur(height, 0.7 * unit), 9 * unit)
    return brush.shown(paint + 0.22 * shine[..., None] * (0.35 + paint))


def watercolour(picture: Picture) -> Picture:
    """Transparent washes that gather at their rims, paper left white in the lights."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 2.5 * unit)
    wash = brush.flattened(source, tangent, coherence, 4.5 * unit)
    wash = mix(wash, brush.flattened(blur(wash, unit), tangent, coherence, 7 * unit), 0.5)
    wash = brush.saturated(wash, 1.7)
    pigment = -np.log(np.clip(wash, 0.03, 1))
    pigment = np.maximum(0, pigment - 0.10) * 0.72
    body = blur(pigment, 1.2 * unit)
    rim = np.maximum(0, body - blur(body, 5 * unit))
    grain = brush.luma(source) - blur(brush.luma(source), 2 * unit)
    pool = blur(brush.luma(pigment), 6 * unit) - blur(brush.luma(pigment), 20 * unit)
    pigment = pigment * (1 - 0.35 * np.clip(pool, -0.6, 0.6)[..., None]) + 0.9 * rim
    pigment = pigment * (1 - 2.2 * np.clip(grain, -0.2, 0.2)[..., None])
    line = ramp(brush.pen(brush.luma(source), tangent, 0.8 * unit), 0.01, 0.08)
    pigment = pigment + 0.55 * line[..., None] * rgb("b0a090")
    return brush.shown(rgb("fdfaf2") * np.exp(-pigment))


def papercut(picture: Picture) -> Picture:
    """Sheets of coloured paper laid over one another, each with its shadow on the one below."""
    unit, source = brush.unit(picture), brush.light(picture, 1.3)
    tangent, coherence = brush.flow(source, 3 * unit)
    flat = brush.flattened(source, tangent, coherence, 5 * unit)
    tone = brush.luma(brush.along(flat, tangent, 3 * unit))
    sheets = ["14213d", "1f4e6b", "2f8f8b", "f2a65a", "f7d9a8", "fff7e6"]
    result = np.broadcast_to(rgb(sheets[0]), source.shape).astype(np.float32)
    reach = round(3 * unit)
    for level, code in zip((0.14, 0.30, 0.47, 0.64, 0.82), sheets[1:], strict=True):
        sheet = ramp(tone, level - 0.025, level + 0.025)
        thrown = blur(np.roll(sheet, (reach, reach), (0, 1)), 2.4 * unit)
        result = result * (1 - 0.55 * (thrown * (1 - sheet)))[..., None]
        lit = 1 + 0.10 * brush.relief(blur(sheet, 0.6 * unit), 3 * unit)
        result = mix(result, rgb(code) * lit[..., None], sheet)
    return brush.shown(result)


def poster(picture: Picture) -> Picture:
    """Screen print in navy, red, sky and cream, with bold contours."""
    unit, source = brush.unit(picture), brush.light(picture, 1.2)
    tangent, coherence = brush.flow(source, 2.5 * unit)
    flat = brush.flattened(source, tangent, coherence, 4 * unit)
    tone = brush.luma(brush.along(flat, tangent, 3 * unit))
    warm = blur(flat[..., 0] - flat[..., 2], 2 * unit)
    stops = [(0, "0b1f3a"), (0.22, "0b1f3a"), (0.26, "c8322b"), (0.45, "c8322b")]
    cold = [(0, "0b1f3a"), (0.22, "0b1f3a"), (0.26, "2c6e8f"), (0.45, "2c6e8f")]
    rest = [(0.49, "7fb4b5"), (0.68, "7fb4b5"), (0.72, "f6e7c1"), (1, "fbf0d4")]
    sheet = mix(palette(tone, cold + rest), palette(tone, stops + rest), ramp(warm, 0.0, 0.14))
    line = ramp(brush.pen(brush.luma(mix(flat, source, 0.5)), tangent, 1.1 * unit), 0.004, 0.035)
    return brush.shown(mix(sheet, rgb("0b1f3a"), line))


def pop(picture: Picture) -> Picture:
    """Loud flat colours: pink, lemon and turquoise, with shadows printed in violet black."""
    unit, source = brush.unit(picture), brush.light(picture, 1.2)
    tangent, coherence = brush.flow(source, 2.5 * unit)
    flat = brush.flattened(source, tangent, coherence, 4 * unit)
    tone = brush.terraced(brush.luma(flat), 5, 0.35)
    loud = palette(tone, [(0, "2a0845"), (0.2, "7b1fa2"), (0.4, "ff2d95"), (0.6, "ff8a00"), (0.8, "ffe600"), (1, "fffbe0")])
    cold = palette(tone, [(0, "2a0845"), (0.2, "1a3fc4"), (0.4, "00a5e5"), (0.6, "00d9c0"), (0.8, "b6ff5c"), (1, "fffbe0")])
    bluish = blur(flat[..., 2] + 0.5 * flat[..., 1] - 1.5 * flat[..., 0], 2 * unit)
    sheet = mix(loud, cold, ramp(bluish, -0.06, 0.08))
    line = ramp(brush.pen(brush.luma(mix(flat, source, 0.5)), tangent, 1.2 * unit), 0.004, 0.03)
    return brush.shown(mix(sheet, rgb("1b0430"), line))


def autumn(picture: Picture) -> Picture:
    """A gouache of a late October: leaves in russet and gold, milky sky."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 2.5 * unit)
    paint = brush.along(brush.flattened(source, tangent, coherence, 3.5 * unit), tangent, 3 * unit)
    tone = brush.luma(paint)
    leaves = palette(tone, [(0, "2b0f12"), (0.18, "6d1f16"), (0.35, "c4481b"), (0.55, "eb9b2d"), (0.8, "ffe0a0"), (1, "fff6dc")])
    sky = palette(tone, [(0, "1c2430"), (0.3, "4d5f70"), (0.6, "a9b7b4"), (0.85, "f1e6d0"), (1, "fff8ea")])
    bluish = paint[..., 2] - paint[..., 0]
    result = mix(leaves, sky, ramp(blur(bluish, 1.5 * unit), -0.02, 0.12))
    result = mix(result, brush.saturated(paint, 1.1) * rgb("ffe9cf"), 0.25)
    shine = brush.relief(brush.luma(brush.along(source, tangent, 2 * unit)), 8 * unit)
    return brush.shown(result + 0.14 * shine[..., None])

