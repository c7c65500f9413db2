"""The shape of a detector, and what it is given and gives back. Knows no model and no session."""

from dataclasses import dataclass
from typing import Protocol

import av
import numpy as np
from numpy.typing import NDArray

from overglass_protocol.scene import Points, Thing

Pixels = NDArray[np.uint8]
"(height, width, 3): red, green, blue, full range."
Mask = NDArray[np.float32]
"(height, width) over the whole picture, of a size of its own: how surely a person is there, 0 to 1."

PERSON = 0.5
"From this value of a mask on a pixel is a person's."


class Sight:
    """One picture as detectors want it: RGB, converted at the first wish and then shared among them.

    The picture is only read, and `width` and `height` are its own.
    """

    def __init__(self, picture: av.VideoFrame) -> None:
        self.width, self.height = picture.width, picture.height
        self._picture = picture
        self._pixels: dict[int, Pixels] = {}

    def rgb(self, longest: int) -> Pixels:
        """The pixels; smaller in proportion where the longer side has more than `longest`.

        Range and matrix are those that the picture says it has. Converting costs 0.1 ms at 640x480 and
        0.2 at 1280x720; making it smaller costs 0.5, which only large pictures are worth.
        """
        if longest not in self._pixels:
            scale = min(1.0, longest / max(self.width, self.height))
            size = (max(1, round(self.width * scale)), max(1, round(self.height * scale)))
            # A view of FFmpeg's own buffer has padded lines, and MediaPipe takes the bytes as they lie.
            picture = self._picture.reformat(*size, format="rgb24")
            self._pixels[longest] = np.ascontiguousarray(picture.to_ndarray())
        return self._pixels[longest]


@dataclass(frozen=True, slots=True)
class Found:
    """What one detector found in one picture."""

    things: tuple[Thing, ...] = ()
    "Their `track` is 0: who is who from picture to picture, `tracking` finds out."
    mask: Mask | None = None
    "Of people, by the detector that makes one."


class Detector(Protocol):
    """Finds things of one kind. Made, called and closed by one thread, on the pictures of one session."""

    def find(self, sight: Sight) -> Found:
        """Looks at the next picture. Raises DetectorError."""
        ...

    def close(self) -> None:
        """Frees the model; called once, at the end."""
        ...


def bounds(points: Points) -> tuple[float, float, float, float]:
    """The box around points: left, top, width, height."""
    left, top = (float(value) for value in points.min(axis=0))
    right, bottom = (float(value) for value in points.max(axis=0))
    return left, top, right - left, bottom - top
