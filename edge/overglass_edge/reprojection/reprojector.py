"""Shows layers where they belong on a display whose wearer has moved since they were captured.

Knows no clock: whoever calls says where the head is and what time it is.
"""

import math
from dataclasses import dataclass

import numpy as np

from overglass_edge.reprojection import pixels
from overglass_edge.reprojection.fade import Fade
from overglass_edge.reprojection.geometry import (
    Array,
    Plane,
    Polygon,
    area,
    covered,
    guarded,
    plane_homography,
    resizing,
    rotation_homography,
)
from overglass_edge.reprojection.layer import Layer, Picture
from overglass_protocol.pose import Intrinsics, Pose
from overglass_protocol.rotation import IDENTITY

GUARD = math.radians(5)
"""What a head turns at 50 degrees a second, a brisk look about, in 100 ms; it costs a field of 71 by 44
degrees six tenths as many pixels again."""
FEATHER = 4.0
"Pixels of the display."
_STILL = 1 / 64
"Pixels that nobody sees a picture move; less than a step of a shade over the steepest edge."
_COARSE = 0.6
"Pixels of the display for one of the layer, below which thin strokes would be stepped over."
_AHEAD = Pose(IDENTITY)


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What a display has to show of a layer now."""

    picture: Picture
    """(h, w, 4) premultiplied BGRA of the display's size, without `opacity`. Not to be written to, and good
    until the same reprojector shows again."""
    coverage: float
    "Share of the display that lies within the layer's field, 0 to 1."
    opacity: float
    "0 to 1: how much of it is left at the layer's age."
    homography: Array
    "(3, 3) from the pixels of the layer's picture to those of the display."


class Reprojector:
    """One for each layer that is shown at the same time, since it keeps the picture it has made.

    `guard` is in radians: see `wanted`. `feather` in pixels of the display: so softly ends what sticks to
    the world.
    """

    def __init__(
        self, display: Intrinsics, *, guard: float = GUARD, feather: float = FEATHER, fade: Fade | None = None
    ) -> None:
        self._display = display
        self._guard, self._feather, self._fade = guard, feather, fade or Fade()
        self._canvas: Picture = np.zeros((display.height, display.width, 4), np.uint8)
        self._drawn: tuple[Layer, Array] | None = None
        self._layer: Layer | None = None
        self._source: Picture = self._canvas
        self._fitting: Array = np.eye(3)

    @property
    def wanted(self) -> Intrinsics:
        """The field to ask pictures for: the display stays covered after a turn by up to `guard`."""
        return guarded(self._display, self._guard)

    def show(self, layer: Layer, displayed: Pose | None, now: float) -> Shown:
        """The layer as the display has to show it when the head is at `displayed`, at the time `now`.

        Without a pose, of either moment, it is shown as it was captured.
        """
        homography = self.homography(layer, displayed)
        size = layer.picture.shape[1], layer.picture.shape[0]
        outline = covered(size, (self._display.width, self._display.height), homography)
        coverage = min(1.0, area(outline) / (self._display.width * self._display.height))
        opacity = self._fade.opacity(now - layer.capture_time, coverage if layer.anchor == "world" else 1.0)
        picture = self._picture(layer, homography, outline if opacity > 0 else [])
        return Shown(picture, coverage, opacity, homography)

    def homography(self, layer: Layer, displayed: Pose | None) -> Array:
        """(3, 3) from the pixels of the layer's picture to those of the display."""
        height, width = layer.picture.shape[:2]
        if layer.anchor == "screen":
            return self._filling(width, height)
        seen = layer.intrinsics
        unscaled = self._registered(layer, displayed)
        return np.asarray(unscaled @ resizing(width, height, seen.width, seen.height), np.float64)

    def _registered(self, layer: Layer, displayed: Pose | None) -> Array:
        seen, shown = layer.intrinsics, self._display
        if layer.anchor == "head" or layer.pose is None or displayed is None:
            return rotation_homography(seen, shown, _AHEAD, _AHEAD)
        if layer.depth is None:
            return rotation_homography(seen, shown, layer.pose, displayed)
        return plane_homography(seen, shown, layer.pose, displayed, Plane.facing(layer.depth))

    def _filling(self, width: int, height: int) -> Array:
        """As large as it can be, in the middle."""
        shown = self._display
        scale = min(shown.width / width, shown.height / height)
        fitting = resizing(width, height, scale * width, scale * height)
        fitting[:2, 2] += (shown.width - scale * width) / 2, (shown.height - scale * height) / 2
        return fitting

    def _picture(self, layer: Layer, homography: Array, outline: Polygon) -> Picture:
        if not outline:
            self._drawn = None
            self._canvas.fill(0)
            return self._canvas
        self._prepare(layer, homography)
        forth = homography @ self._fitting
        if self._source.shape == self._canvas.shape and _is_still(forth, self._source):
            return self._source
        if self._drawn is None or self._drawn[0] is not layer or not np.array_equal(self._drawn[1], forth):
            pixels.warp(self._source, np.asarray(np.linalg.inv(forth), np.float64), outline, self._canvas)
            self._drawn = layer, forth
        return self._canvas

    def _prepare(self, layer: Layer, homography: Array) -> None:
        """Once a layer: what does not depend on where the head is now."""
        if layer is self._layer:
            return
        height, width = layer.picture.shape[:2]
        scale = _scale(homography, width, height)
        smaller = (max(1, round(width * scale)), max(1, round(height * scale)))
        size = smaller if scale < _COARSE else (width, height)
        feather = self._feather / max(scale, 1e-3) * size[0] / width if layer.anchor == "world" else 0.0
        self._source = pixels.prepared(layer.picture, size, feather)
        self._fitting = resizing(*size, width, height)
        self._layer = layer


def _scale(homography: Array, width: int, height: int) -> float:
    """Pixels of the display for one in the layer's middle, across and down, as their mean."""
    point = np.array([(width - 1) / 2, (height - 1) / 2, 1.0])
    x, y, depth = homography @ point
    if depth <= 0:
        return 1.0
    slopes = (homography[:2, :2] - np.outer((x / depth, y / depth), homography[2, :2])) / depth
    return math.sqrt(abs(float(np.linalg.det(slopes))))


def _is_still(homography: Array, picture: Picture) -> bool:
    height, width = picture.shape[:2]
    for corner in ((0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)):
        x, y, depth = (float(part) for part in homography @ (*corner, 1.0))
        if depth <= 0 or max(abs(x / depth - corner[0]), abs(y / depth - corner[1])) > _STILL:
            return False
    return True
