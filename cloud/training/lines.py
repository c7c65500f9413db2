"""Teachers that draw: pencil, woodcut, blueprint, manga. Lines follow the edges, hatching the form."""

import numpy as np

from training import brush
from training.brush import Field, Picture, blur, mix, palette, ramp, rgb


def sketch(picture: Picture) -> Picture:
    """Soft pencil on warm paper, smudged in the shadows."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 2 * unit)
    flat = brush.luma(brush.flattened(source, tangent, coherence, 3 * unit))
    grey = brush.luma(source)
    fine = ramp(brush.pen(np.sqrt(mix(flat, grey, 0.7)), tangent, 0.75 * unit), 0.004, 0.05)
    broad = ramp(brush.pen(np.sqrt(flat), tangent, 2.0 * unit), 0.008, 0.09)
    dark = 1 - ramp(flat, 0.0, 0.75)
    strokes = 0.5 - 0.5 * _drawn(grey, tangent, unit)
    lead = 0.40 * dark**1.4 + 0.55 * dark * strokes + 0.8 * fine + 0.4 * broad
    return brush.shown(mix(np.broadcast_to(rgb("f6f0e2"), source.shape), rgb("26262e"), np.clip(lead, 0, 1)))


def woodcut(picture: Picture) -> Picture:
    """A two-block print: black lines carved along the form over vermilion and cream."""
    unit, source = brush.unit(picture), brush.light(picture, 1.2)
    tangent, coherence = brush.flow(source, 2.5 * unit)
    flat = brush.luma(brush.along(brush.flattened(source, tangent, coherence, 4 * unit), tangent, 3 * unit))
    tone = flat + 0.5 * (blur(brush.luma(source), unit) - blur(brush.luma(source), 10 * unit))
    carved = tone + 0.18 * _drawn(brush.luma(source), tangent, unit)
    edge = brush.pen(np.sqrt(mix(flat, brush.luma(source), 0.5)), tangent, 1.2 * unit)
    black = np.maximum(1 - ramp(carved, 0.20, 0.32), ramp(edge, 0.006, 0.03))
    paper = palette(tone, [(0, "b5371f"), (0.50, "c9452a"), (0.60, "efdcb4"), (1, "f7ead0")])
    return brush.shown(mix(paper, rgb("16110f"), black))


def manga(picture: Picture) -> Picture:
    """Brush-pen black on white, with one grey in two depths."""
    unit, source = brush.unit(picture), brush.light(picture, 1.2)
    tangent, coherence = brush.flow(source, 2 * unit)
    flat = brush.flattened(source, tangent, coherence, 4 * unit)
    tone = brush.accented(flat, source, 9 * unit, 0.9)
    stops = [
        (0.10, "08080c"),
        (0.16, "50525e"),
        (0.26, "50525e"),
        (0.31, "b4b6c0"),
        (0.42, "b4b6c0"),
        (0.5, "ffffff"),
    ]
    edge = brush.pen(np.sqrt(mix(brush.luma(flat), brush.luma(source), 0.6)), tangent, 1.0 * unit)
    broad = brush.pen(np.sqrt(brush.luma(flat)), tangent, 2.0 * unit)
    line = brush.hushed(np.maximum(ramp(edge, 0.004, 0.022), ramp(broad, 0.02, 0.06)), source, 0.5)
    return brush.shown(mix(palette(tone, stops), rgb("08080c"), line))


def blueprint(picture: Picture) -> Picture:
    """White and cyan drafting lines on deep blue, the masses faintly shaded."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 2 * unit)
    flat = brush.flattened(source, tangent, coherence, 3.5 * unit)
    tone = np.sqrt(np.clip(brush.accented(mix(flat, source, 0.4), source, 8 * unit, 1.0), 0, 1))
    base = palette(0.5 * (brush.luma(flat) + tone**2), [(0, "021036"), (0.5, "0d429c"), (1, "2c7cdc")])
    strong, fine = brush.pen(-tone, tangent, 1.0 * unit), brush.pen(-tone, tangent, 0.65 * unit)
    line = np.maximum(ramp(strong, 0.003, 0.026), 0.6 * ramp(fine, 0.003, 0.02))
    line = brush.hushed(line, source, 0.5)
    result = mix(base, rgb("3fb4ff"), 0.5 * ramp(blur(line, 2.5 * unit), 0.03, 0.8))
    return brush.shown(mix(result, rgb("f4fcff"), line))


def chalk(picture: Picture) -> Picture:
    """Coloured chalks on a slate: soft fills in strokes along the form, white outlines."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 2.5 * unit)
    flat = brush.along(brush.flattened(source, tangent, coherence, 4 * unit), tangent, 3 * unit)
    tone = brush.accented(flat, source, 9 * unit, 0.8)
    vivid = np.clip(brush.saturated(flat, 5.0), 0.08, 1)
    stick = mix(vivid / np.max(vivid, -1, keepdims=True), rgb("ffffff"), 0.12)
    rubbed = np.clip(tone, 0, 1) * (1 + 0.6 * _drawn(brush.luma(source), tangent, unit))
    board = palette(tone, [(0, "0a1412"), (0.5, "17302a"), (1, "23463d")])
    body = mix(board, stick, 0.75 * ramp(rubbed, 0.05, 1.5))
    line = ramp(brush.pen(-np.sqrt(np.clip(tone, 0, 1)), tangent, 1.0 * unit), 0.002, 0.026)
    return brush.shown(mix(body, rgb("fffdf2"), 0.95 * brush.hushed(line, source, 0.35)))


def _drawn(grey: Field, tangent: Field, unit: float) -> Field:
    """The picture's own grain drawn long along the form: strokes of -1..1 that move with what they lie on."""
    grain = grey - blur(grey, 2 * unit)
    drawn = brush.along(grain, tangent, 5 * unit, 8)
    return np.tanh(drawn / (0.02 + 0.10 * blur(np.abs(grain), 4 * unit)))
