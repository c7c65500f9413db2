"""Panels put together: boxes, and large surfaces in pieces. Knows no subject."""

from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from overglass_simulators.world.scene import Array, Panel, panel
from overglass_simulators.world.texture import Texture

Face = Literal["front", "back", "left", "right", "top"]
"As seen by who looks along -z: the front is towards +z. Undersides are never seen."
Faces = dict[Face, Texture]

_PIECE = 512
"""Texels to a side at most. A surface that reaches behind the camera is slow to paint, and in pieces few of
it do; each is also reduced as it is seen itself."""
_LAP = 2
"Texels by which pieces overlap, so that no gap opens."


def box(low: npt.ArrayLike, high: npt.ArrayLike, faces: Faces) -> list[Panel]:
    """From its lowest corner to its highest, (3,) metres each; faces that are left out are not there."""
    a, b = np.asarray(low, np.float64), np.asarray(high, np.float64)
    x, y, z = np.diag(b - a)
    shapes: dict[Face, tuple[Array, Array, Array]] = {
        "front": (a + y + z, x, -y),
        "back": (b, -x, -y),
        "left": (a + y, z, -y),
        "right": (b, -z, -y),
        "top": (a + y, x, z),
    }
    return [panel(*shapes[face], texture, hazy=False) for face, texture in faces.items()]


def shared(top: Texture, side: Texture) -> Faces:
    """The same on all four sides."""
    return {"front": side, "back": side, "left": side, "right": side, "top": top}


def tiles(texture: Texture, corner: npt.ArrayLike, right: npt.ArrayLike, down: npt.ArrayLike) -> list[Panel]:
    """One large panel as several that overlap a little; see `scene.panel`."""
    pixels = texture.level(0, 0)
    origin = np.asarray(corner, np.float64)
    across, along = (
        np.asarray(right, np.float64) / texture.width,
        np.asarray(down, np.float64) / texture.height,
    )
    found = []
    for top, foot in _pieces(texture.height):
        for left, end in _pieces(texture.width):
            part = np.ascontiguousarray(pixels[top:foot, left:end])
            piece = Texture(part, opaque=bool(part[..., 3].min() == 255))
            place = origin + left * across + top * along
            found.append(panel(place, (end - left) * across, (foot - top) * along, piece, hazy=False))
    return found


def _pieces(size: int) -> list[tuple[int, int]]:
    count = -(-size // _PIECE)
    edges = [round(size * number / count) for number in range(count + 1)]
    return [(max(0, a - _LAP), min(size, b + _LAP)) for a, b in pairwise(edges)]
