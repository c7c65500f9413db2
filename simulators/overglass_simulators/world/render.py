"""Paints panels as an exact pinhole camera sees them, far to near.

Knows nothing of streets. All geometry is done for all panels at once; what is left for each panel
is one warp into the part of the picture that it covers.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from overglass_protocol.pose import Intrinsics, Pose
from overglass_simulators.world.scene import Array, Haze, Panel, projection
from overglass_simulators.world.texture import Pixels

_NEAR = 0.1
"Metres; what is nearer is cut off."
_SMALLEST = 1.0
"Pixels; what is narrower or lower is not painted."
_CORNERS = np.array([[0.0, 1, 1, 0], [0, 0, 1, 1], [1, 1, 1, 1]])
_SHARPER = 0.35
"Halvings by which a texture is kept finer than its pixels: crisp edges are worth a little shimmer."


@dataclass(frozen=True, slots=True)
class _Views:
    """All panels as the camera sees them; the first index is the panel."""

    inverse: Array
    "(n, 3, 3) homogeneous pixels to the panel's own 0..1 coordinates."
    corners: Array
    "(n, 3, 4) homogeneous pixels of the corners; the third is the depth."
    boxes: npt.NDArray[np.int64]
    "(n, 4): left, top, right, bottom of the part of the picture it may cover."
    levels: npt.NDArray[np.int64]
    "(n, 2): which reduction of its texture has about a texel to a pixel."
    haze: Array
    "(n,): share of haze in its colours."


class Renderer:
    """Renders for one camera. Not safe for several threads at once."""

    def __init__(self, intrinsics: Intrinsics, haze: Haze) -> None:
        self._intrinsics = intrinsics
        self._haze = haze
        size = intrinsics.height, intrinsics.width
        self._canvas = np.zeros((*size, 4), np.uint8)
        self._scratch = np.zeros((*size, 4), np.uint8)

    def render(self, panels: list[Panel], pose: Pose) -> npt.NDArray[np.uint8]:
        """A new picture, (height, width, 3), blue green red, of `panels` painted in their order."""
        self._canvas[:] = (*self._haze.colour, 255)
        seen, views = self._look(panels, pose)
        for index, panel in enumerate(seen):
            self._paint(panel, views, index)
        return np.asarray(cv2.cvtColor(self._canvas, cv2.COLOR_BGRA2BGR), np.uint8)

    def _look(self, panels: list[Panel], pose: Pose) -> tuple[list[Panel], _Views]:
        planes = np.stack([panel.plane for panel in panels])
        planes[:, :, 2] -= np.array(pose.position)
        two_sided = np.array([panel.two_sided for panel in panels])
        # The determinant is the volume that edges and corner span with the eye: negative from behind.
        volume = np.linalg.det(planes)
        keep = np.where(two_sided, np.abs(volume), volume) > 1e-6
        matrices = projection(self._intrinsics, pose) @ planes
        corners = matrices @ _CORNERS
        keep &= (corners[:, 2] > _NEAR).any(1)
        boxes, extents = self._extents(corners)
        keep &= (boxes[:, :2] < boxes[:, 2:]).all(1) & (extents > _SMALLEST).all(1)
        index = np.flatnonzero(keep)
        seen = [panels[i] for i in index]
        sizes = np.array([(panel.texture.width, panel.texture.height) for panel in seen])
        ratios = np.log2(sizes / np.maximum(extents[index], _SMALLEST)) - _SHARPER
        hazy = np.array([panel.hazy for panel in seen], np.float64)
        distances = np.linalg.norm(planes[index] @ np.array([0.5, 0.5, 1.0]), axis=1)
        return seen, _Views(
            np.linalg.inv(matrices[index]),
            corners[index],
            boxes[index],
            np.maximum(np.round(ratios), 0).astype(np.int64),
            self._haze.share(distances) * hazy,
        )

    def _extents(self, corners: Array) -> tuple[npt.NDArray[np.int64], Array]:
        """Boxes (n, 4) within the picture, and how wide and high the texture is seen (n, 2), in pixels."""
        size = np.array([self._intrinsics.width, self._intrinsics.height])
        crossing = (corners[:, 2] <= _NEAR).any(1)
        points = corners[:, :2] / np.maximum(corners[:, 2:], _NEAR)
        lows, highs = np.floor(points.min(2)), np.ceil(points.max(2)) + 1
        for i in np.flatnonzero(crossing & (corners[:, 2] > _NEAR).any(1)):
            outline = _in_front(corners[i])
            lows[i], highs[i] = np.floor(outline.min(0)), np.ceil(outline.max(0)) + 1
        boxes = np.concatenate([np.clip(lows, 0, size), np.clip(highs, 0, size)], 1).astype(np.int64)
        edges = np.linalg.norm(np.roll(points, -1, 2) - points, axis=1)
        extents = (edges[:, :2] + edges[:, 2:]) / 2
        extents[crossing] = 1e9  # at the finest level, since part of it is as near as can be
        return boxes, extents

    def _paint(self, panel: Panel, views: _Views, index: int) -> None:
        left, top, right, bottom = views.boxes[index].tolist()
        across, down = views.levels[index].tolist()
        texture = panel.texture
        haze = views.haze[index]
        if haze > 0.01:
            source = texture.misted(across, down, self._haze.colour, haze)
        else:
            source = texture.level(across, down)
        matrix = _to_texels(views.inverse[index], source, left, top)
        crossing = bool((views.corners[index, 2] <= _NEAR).any())
        target = self._canvas[top:bottom, left:right]
        if texture.opaque and not crossing:
            _warp(source, matrix, target, cv2.BORDER_TRANSPARENT)
            return
        patch = self._scratch[: bottom - top, : right - left]
        _warp(source, matrix, patch, cv2.BORDER_CONSTANT)
        if crossing:
            _cut(patch, _in_front(views.corners[index]) - (left, top))
        _lay_over(patch, target)


def _to_texels(inverse: Array, source: Pixels, left: int, top: int) -> Array:
    """(3, 3): pixels counted from (left, top) to texels of `source`, whose edges lie half a texel out."""
    height, width = source.shape[:2]
    texels = np.array([[width, 0, -0.5], [0, height, -0.5], [0, 0, 1]]) @ inverse
    texels[:, 2] += texels[:, 0] * left + texels[:, 1] * top
    return np.asarray(texels, np.float64)


def _warp(source: Pixels, matrix: Array, target: Pixels, border: int) -> None:
    height, width = target.shape[:2]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cv2.warpPerspective(source, matrix, (width, height), target, flags, border)


def _lay_over(patch: Pixels, target: Pixels) -> None:
    """Premultiplied `patch` over `target`, in place."""
    clear = cv2.bitwise_not(cv2.extractChannel(patch, 3))
    cv2.multiply(target, cv2.cvtColor(clear, cv2.COLOR_GRAY2BGRA), target, 1 / 255)
    cv2.add(target, patch, target)


def _cut(patch: Pixels, outline: Array) -> None:
    """Clears what lies outside: behind the camera a plane is seen again, mirrored."""
    mask = np.zeros(patch.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.round(np.clip(outline, -1e4, 1e4) * 16).astype(np.int32), 255, shift=4)
    cv2.bitwise_and(patch, cv2.merge([mask] * 4), patch)


def _in_front(corners: Array) -> Array:
    """(m, 2) pixels: the outline of a panel given by homogeneous (3, 4), cut off at the near plane."""
    outline = []
    for i in range(4):
        here, there = corners[:, i], corners[:, (i + 1) % 4]
        if here[2] > _NEAR:
            outline.append(here)
        if (here[2] > _NEAR) != (there[2] > _NEAR):
            outline.append(here + (there - here) * ((_NEAR - here[2]) / (there[2] - here[2])))
    points = np.array(outline)
    return np.asarray(points[:, :2] / points[:, 2:], np.float64)
