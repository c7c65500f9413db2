"""What the teachers paint with: fields of light, flow along edges, soft brushes, lines and palettes.

Everything is a local function of the picture: nothing knows where on the screen it is, and nothing is scaled
by the statistics of a whole frame. Must not know any look.
"""

import math
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"RGB, (h, w, 3)."
Field = NDArray[Any]
"float32 samples, 0..1 unless said otherwise, (h, w) or (h, w, 3) in RGB."

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601-7


def unit(picture: NDArray[np.generic]) -> float:
    """A brush's measure in pixels: 1 where the shorter side is 320."""
    height, width = picture.shape[:2]
    return max(0.4, min(int(height), int(width)) / 320)


def light(picture: Picture, calm: float = 1.0) -> Field:
    """The picture as floats with the sensor's noise taken out; `calm` scales how much is held to be noise."""
    field: Field = picture.astype(np.float32) / 255
    reach = 2 * round(2.5 * unit(picture)) + 1
    for _ in range(2):
        field = cv2.bilateralFilter(field, reach, 0.10 * calm, 1.8 * unit(picture))
    return field


def shown(field: Field) -> Picture:
    """Floats 0..1 back to bytes."""
    return (np.clip(field, 0, 1) * 255 + 0.5).astype(np.uint8)


def luma(field: Field) -> Field:
    """Lightness of RGB, (h, w)."""
    return field @ _LUMA


def blur(field: Field, sigma: float) -> Field:
    """A Gaussian of so many pixels."""
    return cv2.GaussianBlur(field, (0, 0), max(sigma, 0.3))


def ramp(field: Field, low: float, high: float) -> Field:
    """0 below `low`, 1 above `high`, smooth between (Hermite); `low` may be the greater one."""
    step = np.clip((field - low) / (high - low), 0, 1)
    return step * step * (3 - 2 * step)


def mix(one: Field, other: Field, share: Field | float) -> Field:
    """`one` where share is 0, `other` where it is 1; a share of (h, w) serves all colours."""
    if isinstance(share, np.ndarray) and share.ndim == 2 and max(one.ndim, other.ndim) == 3:
        share = share[..., None]
    return one + (other - one) * share


def terraced(field: Field, steps: int, soft: float) -> Field:
    """So many flat levels from 0 to 1 with ramps between; `soft` 1 is no terrace at all."""
    scaled = np.clip(field, 0, 1) * steps
    base = np.minimum(np.floor(scaled), steps - 1)
    stairs: Field = (base + ramp(scaled - base - 0.5, -soft / 2, soft / 2)) / steps
    return stairs


def rgb(code: str) -> Field:
    """A colour like `f0e0c0` as three floats."""
    return np.array([int(code[at : at + 2], 16) for at in (0, 2, 4)], np.float32) / 255


def palette(field: Field, stops: Sequence[tuple[float, str]]) -> Field:
    """The field's values as colours, straight between the stops, (h, w, 3)."""
    at = [place for place, _ in stops]
    colours = np.array([rgb(code) for _, code in stops])
    return np.stack([np.interp(field, at, colours[:, part]) for part in range(3)], -1).astype(np.float32)


def saturated(field: Field, gain: float) -> Field:
    """Colour differences about the lightness multiplied, RGB."""
    grey = luma(field)[..., None]
    return grey + (field - grey) * gain


def flow(field: Field, sigma: float) -> tuple[Field, Field]:
    """Unit vectors (x, y) along the edges, and how well they agree around, 0..1.

    The minor eigenvector of the smoothed structure tensor over all colours (Brox et al. 2006).
    """
    dx, dy = cv2.Scharr(field, cv2.CV_32F, 1, 0), cv2.Scharr(field, cv2.CV_32F, 0, 1)
    parts = [dx * dx, dy * dy, dx * dy]
    xx, yy, xy = (blur(part.sum(-1) if part.ndim == 3 else part, sigma) for part in parts)
    length = np.sqrt((xx - yy) ** 2 + 4 * xy * xy)
    cosine = np.clip((xx - yy) / (length + 1e-9), -1, 1)
    tangent = np.dstack([-np.copysign(np.sqrt(0.5 - 0.5 * cosine), xy), np.sqrt(0.5 + 0.5 * cosine)])
    return tangent.astype(np.float32), length / (xx + yy + 2e-3)


def sampled(field: Field, x: Field, y: Field) -> Field:
    """The field at these places, linear between samples."""
    return cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)


def along(field: Field, tangent: Field, sigma: float, steps: int = 5) -> Field:
    """Smoothed along the flow by a Gaussian of so many pixels (line integral, Cabral and Leedom 1993)."""
    height, width = field.shape[:2]
    grid_y, grid_x = np.mgrid[:height, :width].astype(np.float32)
    stride = 2 * sigma / steps
    total, weights = field.copy(), 1.0
    for sign in (1, -1):
        x, y, way = grid_x, grid_y, sign * tangent
        for step in range(1, steps + 1):
            x, y = x + stride * way[..., 0], y + stride * way[..., 1]
            weight = math.exp(-0.5 * (step * stride / sigma) ** 2)
            total += weight * sampled(field, x, y)
            weights += weight
            turned = cv2.remap(tangent, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REFLECT_101)
            way = np.where((turned * way).sum(-1, keepdims=True) < 0, -turned, turned)
    return total / weights


def flattened(field: Field, tangent: Field, coherence: Field, radius: float) -> Field:
    """As a broad brush leaves it: areas melt, edges stay, RGB.

    Anisotropic Kuwahara filter (Kyprianidis et al. 2009): of eight neighbourhoods, in an ellipse laid along
    the flow, the calmest weigh most.
    """
    height, width = field.shape[:2]
    grid_y, grid_x = np.mgrid[:height, :width].astype(np.float32)
    mean = blur(field, 0.45 * radius)
    variance = np.clip(blur(field * field, 0.45 * radius) - mean * mean, 0, None).sum(-1)
    stack = np.dstack([mean, variance])
    longer = 0.8 * radius * (1 + coherence)
    shorter = 0.8 * radius / (1 + coherence)
    total, weights = np.zeros_like(field), np.full((height, width), 1e-12, np.float32)
    for eighth in range(8):
        a, b = math.cos(eighth * math.pi / 4), math.sin(eighth * math.pi / 4)
        x = grid_x + a * longer * tangent[..., 0] - b * shorter * tangent[..., 1]
        y = grid_y + a * longer * tangent[..., 1] + b * shorter * tangent[..., 0]
        part = sampled(stack, x, y)
        weight = 1 / (2e-4 + np.clip(part[..., 3], 0, None)) ** 3 * 1e-12
        total += part[..., :3] * weight[..., None]
        weights += weight
    return total / weights[..., None]


def pen(tone: Field, tangent: Field, sigma: float, keep: float = 1.0) -> Field:
    """Above 0 on the dark side of edges, of about the contrast's size, smoothed along the flow.

    A difference of Gaussians along the flow (Kang et al. 2007; Winnemoeller et al. 2012).
    """
    contrast = keep * blur(tone, 1.6 * sigma) - blur(tone, sigma)
    return along(contrast, tangent, 2.5 * sigma)


def accented(flat: Field, source: Field, size: float, gain: float) -> Field:
    """A flattened picture's lightness with the source's accents of up to `size` pixels: eyes, letters."""
    grey = luma(source)
    return luma(flat) + gain * (blur(grey, 0.12 * size) - blur(grey, size))


def hushed(line: Field, source: Field, share: float) -> Field:
    """Lines held back by up to `share` where much happens that runs no one way: foliage, gravel, fur."""
    _, coherence = flow(source, 4 * unit(source))
    busy = ramp(contrast(source, 5 * unit(source)), 0.03, 0.12)
    left: Field = line * (1 - share * busy * (1 - ramp(coherence, 0.3, 0.75)))
    return left


def bloom(field: Field, size: float) -> Field:
    """What of the light spreads about: three widths, the widest of `size` pixels."""
    return (blur(field, size / 6) + blur(field, size / 2.5) + blur(field, size)) / 3


def moved(field: Field, down: float, right: float) -> Field:
    """The field moved so many pixels, (h, w)."""
    shift = np.array([[1, 0, right], [0, 1, down]], np.float32)
    return cv2.warpAffine(field, shift, field.shape[1::-1], borderMode=cv2.BORDER_REFLECT_101)


def contrast(field: Field, size: float) -> Field:
    """The standard deviation of lightness within so many pixels, (h, w)."""
    grey = luma(field)
    variance = blur(grey * grey, size) - blur(grey, size) ** 2
    deviation: Field = np.sqrt(np.maximum(0, variance))
    return deviation


def relief(height: Field, gain: float) -> Field:
    """The light that falls on a raised surface from above left, about 0, within -1..1."""
    dx, dy = cv2.Scharr(height, cv2.CV_32F, 1, 0) / 32, cv2.Scharr(height, cv2.CV_32F, 0, 1) / 32
    return np.tanh(-gain * (dx + dy))
