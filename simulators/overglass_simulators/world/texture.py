"""A picture to hang in the world, kept at every size at which it may be seen.

Knows nothing of where it hangs.
"""

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
"""(height, width, 4): blue, green, red and alpha, colours already multiplied by alpha."""

Colour = tuple[int, int, int]
"Blue, green, red."


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

    def level(self, across: int, down: int) -> Pixels:
        """The picture with its width halved `across` times and its height `down` times."""
        key = across, down
        if key not in self._levels:
            size = max(1, self.width >> across), max(1, self.height >> down)
            self._levels[key] = _pixels(cv2.resize(self._levels[0, 0], size, interpolation=cv2.INTER_AREA))
        return self._levels[key]

    def misted(self, across: int, down: int, colour: Colour, share: float) -> Pixels:
        """That level with `share` (0 to 1) of its colour replaced by `colour`, alpha as it was."""
        clear = self.level(across, down)
        key = across, down, colour
        if key not in self._mists:
            full = np.multiply(clear[..., 3:], np.array([*colour, 255], np.float32) / 255)
            self._mists[key] = full.astype(np.uint8)
        return _pixels(cv2.addWeighted(clear, 1 - share, self._mists[key], share, 0))


def _pixels(image: object) -> Pixels:
    return np.asarray(image, np.uint8)
