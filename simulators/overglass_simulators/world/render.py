"""Paints panels as an exact pinhole camera sees them, far to near.

Knows nothing of streets. All geometry is done for all panels at once; what is left for each panel
is one warp into the part of the picture that it covers.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from overglass_protocol.pose import Intrinsics, Pose
from overglass_simulators.world.scene import Array, Haze, Panel, projection
from overglass_simulators.world.texture import Air, Pixels, Texture

Numbers = npt.NDArray[np.int64]

FAR = 250.0
"Metres; what is further is as good as infinitely far: the sky, and marks that stand there."
_NEAR = 0.1
"Metres; what is nearer is cut off."
_SMALLEST = 1.0
"Pixels; what is narrower or lower is not painted."
_EDGE_ON = 1e-6
"Cubic metres that a panel's edges and the way to it span; below that it is seen from its edge."
_CORNERS = np.array([[0.0, 1, 1, 0], [0, 0, 1, 1], [1, 1, 1, 1]])
_SHARPER = 0.35
"Halvings by which a texture is kept finer than its pixels: crisp edges are worth a little shimmer."


@dataclass(frozen=True, slots=True)
class _View:
    """One panel as the camera sees it."""

    texture: Texture
    texels: Array
    "(3, 3): homogeneous pixels, counted from the box's upper left, to texels of the reduced texture."
    box: list[int]
    "Left, top, right, bottom of the part of the picture that it may cover."
    level: list[int]
    "Which reduction of its texture has about a texel to a pixel."
    air: Air
    "Between it and the eye."
    solid: bool
    "Whether nothing behind it shows through, edges aside."
    crossing: bool
    "Whether part of it lies behind the camera."


class Renderer:
    """Renders for one camera. Not safe for several threads at once."""

    def __init__(self, intrinsics: Intrinsics, haze: Haze) -> None:
        self._intrinsics = intrinsics
        self._haze = haze
        self._blank = np.full((intrinsics.height, intrinsics.width, 4), (*haze.colour, 255), np.uint8)
        self._canvas = self._blank.copy()
        self._scratch = self._blank.copy()

    def render(self, panels: list[Panel], pose: Pose) -> npt.NDArray[np.uint8]:
        """A new picture, (height, width, 3), blue green red, of `panels` painted in their order."""
        np.copyto(self._canvas, self._blank)
        for view in self._look(panels, pose):
            self._paint(view)
        return np.asarray(cv2.cvtColor(self._canvas, cv2.COLOR_BGRA2BGR), np.uint8)

    def depths(self, panels: list[Panel], pose: Pose) -> npt.NDArray[np.float32]:
        """(height, width): metres along the camera's axis to what is seen, as `project` counts them.

        Exact for each pixel's centre. What covers less than half of it is looked through; infinite where
        nothing stands nearer than FAR.
        """
        found = np.full((self._intrinsics.height, self._intrinsics.width), np.inf, np.float32)
        for view in self._look(panels, pose):
            if view.air.presence >= 0.5:
                left, top, right, bottom = view.box
                patch = self._scratch[: bottom - top, : right - left]
                _warp(view.texture.level(*view.level), view.texels, patch, cv2.BORDER_CONSTANT)
                rows, columns = np.indices(patch.shape[:2])
                nearness = view.texels[2] @ np.stack([columns.ravel(), rows.ravel(), np.ones(rows.size)])
                nearness = nearness.reshape(rows.shape)
                seen = (patch[..., 3] > 127) & (nearness > 0)
                distant = nearness < 1 / FAR
                depth = np.where(distant, np.inf, 1 / np.where(distant, 1.0, nearness))
                found[top:bottom, left:right][seen] = depth[seen]
        return found

    def _look(self, panels: list[Panel], pose: Pose) -> Iterator[_View]:
        """The panels that are seen, in their order. In every array the first index is the panel."""
        planes = np.stack([panel.plane for panel in panels])
        planes[:, :, 2] -= np.array(pose.position)
        shares, presences = self._air(panels, planes)
        matrices = projection(self._intrinsics, pose) @ planes
        ahead = ((matrices @ _CORNERS)[:, 2] > _NEAR).any(1)
        shown = np.flatnonzero(ahead & (presences > 0) & _turned_to_eye(panels, planes)).tolist()
        matrices = matrices[shown]
        textures = [panels[i].texture for i in shown]
        boxes, extents, crossing = self._extents(matrices @ _CORNERS)
        sizes = np.array([(texture.width, texture.height) for texture in textures], np.int64).reshape(-1, 2)
        levels = np.maximum(np.round(np.log2(sizes / extents.clip(1)) - _SHARPER), 0).astype(np.int64)
        sizes = np.maximum(sizes >> levels, 1)
        texels = _to_texels(matrices, sizes, boxes)
        # Painted as solid, half a texel is missing at every edge: good enough where that is half a pixel.
        fine = np.all(sizes * 1.1 >= extents, 1).tolist()
        seen = np.all(boxes[:, :2] < boxes[:, 2:], 1) & np.all(extents > _SMALLEST, 1)
        for i in np.flatnonzero(seen).tolist():
            air = Air(self._haze.colour, float(shares[shown[i]]), float(presences[shown[i]]))
            solid = textures[i].opaque and air.presence == 1 and fine[i]
            box, level = boxes[i].tolist(), levels[i].tolist()
            yield _View(textures[i], texels[i], box, level, air, solid, i in crossing)

    def _air(self, panels: list[Panel], planes: Array) -> tuple[Array, Array]:
        """Share of haze and presence (n,) of panels at `planes`, whose origin is the eye.

        Rounded, since textures keep what was mixed; a hundredth is at most two steps of a colour.
        """
        distances = np.linalg.norm(planes @ (0.5, 0.5, 1.0), axis=1)
        shares = self._haze.share(distances) * np.array([panel.hazy for panel in panels])
        presences = 5 - 5 * distances / np.array([panel.reach for panel in panels])
        return np.round(shares, 2), np.round(np.clip(presences, 0, 1), 1)

    def _extents(self, corners: Array) -> tuple[Numbers, Array, set[int]]:
        """Boxes (n, 4) within the picture, how wide and high textures are seen (n, 2), and who cross.

        In pixels, from homogeneous corners (n, 3, 4). Who cross lie partly behind the camera.
        """
        points = corners[:, :2] / np.maximum(corners[:, 2:], _NEAR)
        lows, highs = points.min(2), points.max(2)
        edges = np.linalg.norm(np.roll(points, -1, 2) - points, axis=1)
        extents = (edges[:, :2] + edges[:, 2:]) / 2
        crossing = set(np.flatnonzero((corners[:, 2] <= _NEAR).any(1)).tolist())
        for i in crossing:
            outline = _in_front(corners[i])
            lows[i], highs[i] = outline.min(0), outline.max(0)
            extents[i] = 1e6  # part of it is as near as can be: at the finest level
        size = np.array([self._intrinsics.width, self._intrinsics.height])
        boxes = np.hstack([np.floor(lows), np.ceil(highs) + 1]).clip(0, [*size, *size])
        return boxes.astype(np.int64), extents, crossing

    def _paint(self, view: _View) -> None:
        left, top, right, bottom = view.box
        across, down = view.level
        texture = view.texture
        clear = view.air.share == 0 and view.air.presence == 1
        source = texture.level(across, down) if clear else texture.misted(across, down, view.air)
        target = self._canvas[top:bottom, left:right]
        if view.solid:
            _warp(source, view.texels, target, cv2.BORDER_TRANSPARENT)
            return
        patch = self._scratch[: bottom - top, : right - left]
        _warp(source, view.texels, patch, cv2.BORDER_CONSTANT)
        if view.crossing:
            _cut(patch, view.texels)
        _lay_over(patch, target)


def _turned_to_eye(panels: list[Panel], planes: Array) -> npt.NDArray[np.bool_]:
    """(n,): whether the origin is on the side from which a panel can be seen."""
    # The determinant is the volume that edges and way span: negative when seen from behind.
    volume = np.linalg.det(planes)
    two_sided = np.array([panel.two_sided for panel in panels])
    return np.asarray(np.where(two_sided, np.abs(volume), volume) > _EDGE_ON, np.bool_)


def _to_texels(matrices: Array, sizes: Numbers, boxes: Numbers) -> Array:
    """(n, 3, 3): pixels counted from each box's corner to texels, of textures `sizes` (n, 2) wide and high.

    A texture's edges lie half a texel outside the centres of its outermost texels.
    """
    texels: Array = np.linalg.inv(matrices).astype(np.float64)
    texels[:, :2] *= sizes[:, :, None]
    texels[:, :2] -= 0.5 * texels[:, 2:]
    texels[:, :, 2] += (texels[:, :, :2] @ boxes[:, :2, None])[..., 0]
    return texels


def _warp(source: Pixels, matrix: Array, target: Pixels, border: int) -> None:
    height, width = target.shape[:2]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cv2.warpPerspective(source, matrix, (width, height), target, flags, border)


def _lay_over(patch: Pixels, target: Pixels) -> None:
    """Premultiplied `patch` over `target`, in place."""
    clear = cv2.bitwise_not(cv2.extractChannel(patch, 3))
    cv2.multiply(target, cv2.cvtColor(clear, cv2.COLOR_GRAY2BGRA), target, 1 / 255)
    cv2.add(target, patch, target)


def _cut(patch: Pixels, texels: Array) -> None:
    """Clears what lies beyond the plane's horizon, where all that is behind the camera is seen mirrored."""
    bottom, right = patch.shape[0] - 1, patch.shape[1] - 1
    corners = np.array([[0, 0, 1], [right, 0, 1], [right, bottom, 1], [0, bottom, 1]], np.float64)
    ahead = _clipped(corners, corners @ texels[2])
    mask = np.zeros(patch.shape[:2], np.uint8)
    if len(ahead):
        cv2.fillConvexPoly(mask, np.round(ahead[:, :2]).astype(np.int32), 255)
    cv2.bitwise_and(patch, cv2.merge([mask] * 4), patch)


def _in_front(corners: Array) -> Array:
    """(m, 2) pixels: the outline of a panel given by homogeneous (3, 4), cut off at the near plane."""
    outline = _clipped(corners.T, corners[2] - _NEAR)
    return np.asarray(outline[:, :2] / outline[:, 2:], np.float64)


def _clipped(outline: Array, inside: Array) -> Array:
    """The part of a convex polygon (n, k) where the linear `inside` (n,) is above 0."""
    points = []
    for i in range(len(outline)):
        j = (i + 1) % len(outline)
        if inside[i] > 0:
            points.append(outline[i])
        if (inside[i] > 0) != (inside[j] > 0):
            points.append(outline[i] + (outline[j] - outline[i]) * (inside[i] / (inside[i] - inside[j])))
    return np.array(points)
