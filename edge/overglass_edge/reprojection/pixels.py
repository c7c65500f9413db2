"""The part of reprojection that moves pixels: OpenCV, behind three functions. Knows no poses and no layers.

Everything here has four channels: OpenCV warps four in half the time it takes for three (1.7 and 3.2 ms
for 1280x720 on one core), and alpha says where nothing is.
"""

import math

import numpy as np

from overglass_edge.reprojection.geometry import Array, Polygon
from overglass_edge.reprojection.layer import Picture
from overglass_protocol.errors import ConfigError

try:
    import cv2
except ImportError as missing:
    raise ConfigError(
        "showing overlays where they belong needs OpenCV, which is not installed",
        cure="Install it: pip install 'overglass[display]'",
    ) from missing

_MASK = 255
_BAND = 48
"Rows composed at once: what is needed in between then stays in the cache, and no large memory is asked for."


def prepared(picture: Picture, size: tuple[int, int], feather: float) -> Picture:
    """BGRA, a picture of its own of `size` (width, height), with soft borders of so many pixels."""
    if size != (picture.shape[1], picture.shape[0]):
        picture = _array(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    own = _array(cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA)) if picture.shape[2] == 3 else picture.copy()
    width = min(math.ceil(feather), min(size) // 2)
    if width > 0:
        ramp = ((np.arange(width) + 0.5) / feather).clip(0, 1)
        for edge in (own, own[::-1], own.swapaxes(0, 1), own[:, ::-1].swapaxes(0, 1)):
            edge[:width] = np.rint(edge[:width] * ramp[:, None, None])
    return own


def warp(picture: Picture, back: Array, outline: Polygon, into: Picture) -> None:
    """Draws a BGRA picture into another, which is clear elsewhere.

    `back` (3, 3) takes pixels of `into` to pixels of `picture`, and `outline` is what gets covered of it.
    """
    height, width = into.shape[:2]
    xs, ys = [x for x, _ in outline], [y for _, y in outline]
    # One pixel more than is covered, since the last pixel's ramp ends only there.
    left, top = max(0, math.floor(min(xs)) - 1), max(0, math.floor(min(ys)) - 1)
    right, bottom = min(width, math.ceil(max(xs)) + 2), min(height, math.ceil(max(ys)) + 2)
    if (left, top, right, bottom) != (0, 0, width, height):
        into.fill(0)
    if right <= left or bottom <= top:
        return
    corner = np.array([[1.0, 0.0, left], [0.0, 1.0, top], [0.0, 0.0, 1.0]])
    part = into[top:bottom, left:right]
    cv2.warpPerspective(
        picture,
        back @ corner,
        (right - left, bottom - top),
        dst=part,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
    )
    corners = np.array([(x, y, 1.0) for x in (left, right - 1) for y in (top, bottom - 1)])
    if (corners @ back[2]).min() <= 0:
        _cut_out(part, [(x - left, y - top) for x, y in outline])


def _cut_out(part: Picture, outline: Polygon) -> None:
    """Clears what lies outside: behind a camera division finds the picture a second time, upside down."""
    mask = np.zeros(part.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.rint(outline).astype(np.int32), _MASK)
    part[mask == 0] = 0


def lit(paint: Picture, opacity: float) -> Picture:
    """(h, w, 3): what a display that only adds light has to show of a BGRA picture."""
    colours = cv2.cvtColor(paint, cv2.COLOR_BGRA2BGR)
    return _array(colours if opacity >= 1 else cv2.convertScaleAbs(colours, alpha=opacity))


def laid(base: Picture, paint: Picture, opacity: float) -> Picture:
    """(h, w, 3): a BGRA picture over a BGR one of the same size."""
    both = np.empty_like(base)
    for top in range(0, base.shape[0], _BAND):
        rows = slice(top, top + _BAND)
        _lay(base[rows], paint[rows], opacity, both[rows])
    return both


def _lay(base: Picture, paint: Picture, opacity: float, into: Picture) -> None:
    if opacity < 1:
        paint = _array(cv2.convertScaleAbs(paint, alpha=opacity))
    alpha = cv2.extractChannel(paint, 3)
    if cv2.countNonZero(alpha) == 0:
        into[:] = base
        return
    through = cv2.cvtColor(cv2.bitwise_not(alpha), cv2.COLOR_GRAY2BGR)
    behind = cv2.multiply(base, through, scale=1 / 255)
    cv2.add(behind, cv2.cvtColor(paint, cv2.COLOR_BGRA2BGR), dst=into)


def _array(picture: object) -> Picture:
    return np.asarray(picture, np.uint8)
