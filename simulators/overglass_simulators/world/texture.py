"""A picture to hang in the world, kept at every size at which it may be seen.

Knows nothing of where it hangs.
"""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
"""(height, width, 4): blue, green, red and alpha, colours already multiplied by alpha."""

Colour = tuple[int, int, int]
"Blue, green, red."

_FEW = 40_000
"Bytes up to which a misted picture is kept."
_KEPT = 24
"How many of them, for each texture."


class Air(NamedTuple):
    """What lies between a texture and the eye. Round its numbers: what was mixed is kept."""

    colour: Colour
    share: float
    "0 to 1: how much of that colour is mixed in."
    presence: float
    "1, or less for what fades away."


class Texture:
    """A premultiplied picture with its reductions, each side halved on its own.

    Walls along a street are seen much shortened in one direction only, so a common mipmap would
    blur the other one. Reductions are made when they are first asked for.
    """

    def __init__(self, pixels: Pixels, *, opaque: bool = False) -> None:
        self.opaque = opaque
        "Whether alpha is 255 everywhere."
        self.height, self.width = pixels.shape[:2]
        self._levels: dict[tuple[int, int], Pixels] = {(0, 0): pixels}
        self._mists: dict[tuple[int, int, Colour], Pixels] = {}
        self._misted: dict[tuple[int, int, Air], Pixels] = {}

    def split(self, above: int, below: int) -> "tuple[Texture, Texture]":
        """What lies below row `above`, which has to be opaque, and what lies above row `below`."""
        whole = self._levels[0, 0]
        return Texture(whole[above:], opaque=True), Texture(whole[:below])

    def level(self, across: int, down: int) -> Pixels:
        """The picture with its width halved `across` times and its height `down` times."""
        key = across, down
        if key not in self._levels:
            # From the next finer one, which is likely to be there: what comes nearer grows step by step.
            finer = self.level(across - (across >= down), down - (down > across))
            size = max(1, self.width >> across), max(1, self.height >> down)
            self._levels[key] = _pixels(cv2.resize(finer, size, interpolation=cv2.INTER_AREA))
        return self._levels[key]

    def misted(self, across: int, down: int, air: Air) -> Pixels:
        """That level as it is seen through air. Small ones are many, so they are kept."""
        clear = self.level(across, down)
        if clear.size > _FEW:
            return self._mix(clear, across, down, air)
        key = across, down, air
        if key not in self._misted:
            if len(self._misted) >= _KEPT:
                self._misted.clear()
            self._misted[key] = self._mix(clear, across, down, air)
        return self._misted[key]

    def _mix(self, clear: Pixels, across: int, down: int, air: Air) -> Pixels:
        key = across, down, air.colour
        if key not in self._mists:
            alpha = cv2.extractChannel(clear, 3)
            self._mists[key] = _pixels(
                cv2.merge([cv2.convertScaleAbs(alpha, alpha=c / 255) for c in (*air.colour, 255)])
            )
        kept, added = (1 - air.share) * air.presence, air.share * air.presence
        return _pixels(cv2.addWeighted(clear, kept, self._mists[key], added, 0))


def _pixels(image: object) -> Pixels:
    return np.asarray(image, np.uint8)
