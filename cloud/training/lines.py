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
    fine = ramp(brush.pen(np.sqrt(mix(flat, grey, 0.7)), tangent, 0.75 * unit), -0.012, 0.07)
    broad = ramp(brush.pen(np.sqrt(flat), tangent, 2.0 * unit), 0.0, 0.10)
    dark = 1 - ramp(flat, 0.0, 0.75)
    strokes = _hatched(grey, flat, tangent, unit)
    lead = 0.42 * dark**1.4 + 0.55 * dark * strokes + 0.75 * fine + 0.35 * broad
    return brush.shown(mix(np.broadcast_to(rgb("f6f0e2"), source.shape), rgb("2b2a30"), np.clip(lead, 0, 1)))


def woodcut(picture: Picture) -> Picture:
    """A two-block print: black lines carved along the form over vermilion and cream."""
    unit, source = brush.unit(picture), brush.light(picture, 1.2)
    tangent, coherence = brush.flow(source, 2.5 * unit)
    flat = brush.luma(brush.along(brush.flattened(source, tangent, coherence, 4 * unit), tangent, 3 * unit))
    carved = flat + 0.75 * _hatched(brush.luma(source), flat, tangent, unit, signed=True)
    edge = brush.pen(np.sqrt(mix(flat, brush.luma(source), 0.4)), tangent, 1.3 * unit)
    black = np.maximum(1 - ramp(carved, 0.24, 0.34), ramp(edge, 0.006, 0.04))
    paper = palette(flat, [(0, "b5371f"), (0.50, "c9452a"), (0.60, "efdcb4"), (1, "f7ead0")])
    return brush.shown(mix(paper, rgb("16110f"), black))


def manga(picture: Picture) -> Picture:
    """Brush-pen black and white with one grey, for a page at night."""
    unit, source = brush.unit(picture), brush.light(picture, 1.2)
    tangent, coherence = brush.flow(source, 2 * unit)
    flat = brush.luma(brush.flattened(source, tangent, coherence, 4 * unit))
    tone = palette(flat, [(0, "0c0c10"), (0.17, "0c0c10"), (0.22, "8d8f98"), (0.40, "8d8f98"), (0.46, "ffffff")])
    edge = brush.pen(np.sqrt(mix(flat, brush.luma(source), 0.6)), tangent, 1.0 * unit)
    return brush.shown(mix(tone, rgb("08080c"), ramp(edge, 0.004, 0.035)))


def blueprint(picture: Picture) -> Picture:
    """White and cyan drafting lines on deep blue, the masses faintly shaded."""
    unit, source = brush.unit(picture), brush.light(picture)
    tangent, coherence = brush.flow(source, 2 * unit)
    flat = brush.luma(brush.flattened(source, tangent, coherence, 3.5 * unit))
    tone = np.sqrt(mix(flat, brush.luma(source), 0.5))
    base = palette(flat, [(0, "041e52"), (0.5, "0b3f93"), (1, "2f74c9")])
    strong, fine = brush.pen(tone, tangent, 1.2 * unit), brush.pen(tone, tangent, 0.7 * unit)
    line = np.maximum(ramp(np.abs(strong), 0.008, 0.045), 0.6 * ramp(np.abs(fine), 0.012, 0.05))
    result = mix(base, rgb("9fe3ff"), 0.45 * ramp(blur(line, 2.5 * unit), 0.05, 0.6))
    return brush.shown(mix(result, rgb("f4fcff"), line))


def _hatched(grey: Field, flat: Field, tangent: Field, unit: float, signed: bool = False) -> Field:
    """Strokes along the form that are the picture's own grain drawn long: about 0 if signed, else 0..1."""
    grain = grey - blur(grey, 2 * unit)
    drawn = brush.along(grain, tangent, 5 * unit, 8)
    drawn = np.tanh(drawn / (0.02 + 0.10 * blur(np.abs(grain), 4 * unit)))
    return 0.22 * drawn if signed else 0.5 - 0.5 * drawn
