"""A drawn head of parts: painted once, large, and put together for each picture with what moves.

Knows parts and scales; a character knows what they are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from overglass_cloud.engines.stage.easel import Ink, Outline, fill
from overglass_cloud.engines.stage.expression import Expression
from overglass_cloud.engines.stage.head import Drawing, Frame, Relief

MASTER = 160.0
"Pixels in a unit, as parts are painted: those of a face that fills half of a picture 480 pixels high."
SCALES = (MASTER, 120.0, 90.0, 65.0, 45.0)
FINER = 1.5
"Times finer than it will be seen a head is put together, so that its edges stay smooth."


class Character(Protocol):
    """A head that can be drawn."""

    relief: Relief

    def drawn(self, scale: float, expression: Expression, seconds: float) -> Drawing:
        """The head from the front, over the relief's frame, to be seen with `scale` pixels in a unit."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A painted part, cut to what there is of it."""

    drawing: Drawing
    column: int
    row: int


class Parts:
    """The painted parts of one character, at every scale."""

    def __init__(self, frame: Frame, painted: Mapping[str, Drawing]) -> None:
        self.frame = frame
        self._at = {
            scale: {name: _part(drawing, scale / MASTER) for name, drawing in painted.items()}
            for scale in SCALES
        }
        self._sizes = {scale: _scaled(next(iter(painted.values())), scale / MASTER).shape for scale in SCALES}

    def sheet(self, scale: float) -> "Sheet":
        """An empty sheet, as fine as is good for a head seen with so many pixels in a unit."""
        chosen = min((each for each in SCALES if each >= FINER * scale), default=MASTER)
        return Sheet(self.frame, chosen, self._at[chosen], np.zeros(self._sizes[chosen], np.uint8))


class Sheet:
    """What a head is put together on."""

    def __init__(self, frame: Frame, scale: float, parts: Mapping[str, Part], drawing: Drawing) -> None:
        self.drawing = drawing
        self._frame = frame
        self._scale = scale
        self._parts = parts

    def lay(self, name: str, u: float = 0.0, v: float = 0.0, strength: float = 1.0) -> None:
        """Lays a part down, moved by so much."""
        part = self._parts[name]
        column, row = part.column + round(u * self._scale), part.row + round(v * self._scale)
        height, width = self.drawing.shape[:2]
        tall, wide = part.drawing.shape[:2]
        x0, y0, x1, y1 = max(0, column), max(0, row), min(width, column + wide), min(height, row + tall)
        if x0 >= x1 or y0 >= y1:
            return
        above = part.drawing[y0 - row : y1 - row, x0 - column : x1 - column]
        if strength < 1:
            above = np.asarray(cv2.convertScaleAbs(above, alpha=strength), np.uint8)
        laid_over(self.drawing[y0:y1, x0:x1], above)

    def fill(self, outline: Outline, colour: Ink) -> None:
        fill(self.drawing, self._frame, self._scale, outline, (*colour, 255))

    def within(self, outline: Outline, draw: "Callable[[Sheet], None]") -> None:
        """Draws, of which only what is inside the outline stays."""
        corners = (np.asarray(outline) - (self._frame.left, self._frame.top)) * self._scale
        x0, y0 = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 1, 0)
        x1, y1 = np.ceil(corners.max(axis=0)).astype(int) + 2
        below = self.drawing[y0:y1, x0:x1]
        left, top = self._frame.left + x0 / self._scale, self._frame.top + y0 / self._scale
        part = Frame(left, top, left + below.shape[1] / self._scale, top + below.shape[0] / self._scale)
        above = Sheet(part, self._scale, {}, below.copy())
        draw(above)
        share = np.zeros(below.shape[:2], np.uint8)
        fill(share, part, self._scale, outline, 255)
        four = cv2.merge([share] * 4)
        kept = cv2.multiply(below, cv2.bitwise_not(four), scale=1 / 255)
        below[:] = cv2.add(kept, cv2.multiply(above.drawing, four, scale=1 / 255))


def laid_over(below: Drawing, above: Drawing) -> None:
    """Lays a drawing over another of the same size, in place."""
    rest = cv2.bitwise_not(above[..., 3])
    below[:] = cv2.add(cv2.multiply(below, cv2.merge([rest] * 4), scale=1 / 255), above)


def _part(drawing: Drawing, scale: float) -> Part:
    scaled = _scaled(drawing, scale)
    rows, columns = (np.flatnonzero(scaled[..., 3].any(axis=axis)) for axis in (1, 0))
    cut = scaled[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Part(np.ascontiguousarray(cut), int(columns[0]), int(rows[0]))


def _scaled(drawing: Drawing, scale: float) -> Drawing:
    if scale == 1:
        return drawing
    return np.asarray(cv2.resize(drawing, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
