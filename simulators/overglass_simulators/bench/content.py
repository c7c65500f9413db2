"""The pictures a bench runs on, decoded into memory before it starts: decoding would disturb it.

They are played there and back, so that a loop has no cut in it: a cut costs an encoder as much as a
key frame, and a camera on a head has none.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from overglass_edge.sources import presentation_time
from overglass_edge.sources.footage import Footage
from overglass_edge.sources.framing import Framer
from overglass_edge.sources.pacing import Picker
from overglass_protocol.rtc.encoder import CLOCK_RATE, TIME_BASE

GENERATED_SECONDS = 2.0
MAX_BYTES = 256 << 20
"Of pictures in memory: 22 seconds of 512x512 at 30 fps."


@dataclass(frozen=True, slots=True)
class Content:
    """Pictures of one size, `yuv420p`, each after the other, then from the first again."""

    name: str
    "For the result."
    pictures: tuple[av.VideoFrame, ...]

    @property
    def size(self) -> tuple[int, int]:
        return self.pictures[0].width, self.pictures[0].height


def load(clip: Path | None, size: tuple[int, int], fps: float) -> Content:
    """A clip's pictures, cropped and scaled to `size`, or generated ones. Raises SourceError."""
    most = max(2, MAX_BYTES // (size[0] * size[1] * 3 // 2))
    if clip is None:
        pictures = list(islice(texture(*size, fps), min(most, round(GENERATED_SECONDS * fps))))
        name = "a generated texture in motion"
    else:
        pictures = list(islice(_pictures_of(clip, size, fps), most))
        name = clip.name
    return Content(f"{name}, {len(pictures)} pictures there and back", there_and_back(pictures))


def there_and_back(pictures: list[av.VideoFrame]) -> tuple[av.VideoFrame, ...]:
    """A cycle without a cut: the ends stand once, all others twice."""
    return (*pictures, *pictures[-2:0:-1])


def texture(width: int, height: int, fps: float) -> Iterator[av.VideoFrame]:
    """A wall and things before it as an unsteady head sees them, for ever; the same on every machine.

    The motion is by parts of a pixel and differs with depth, and there is a camera's noise: without
    these three an encoder's work is far too easy.
    """
    random = np.random.default_rng(1)
    margin = 96
    wall = _wall(width + 2 * margin, height + 2 * margin, random)
    things, mask = _things(width + 2 * margin, height + 2 * margin, random)
    noise = random.normal(0, 2.0, (4, height, width, 1)).astype(np.float32)
    n = 0
    while True:
        t = n / fps
        x, y = 60 * np.sin(1.9 * t), 25 * np.sin(2.7 * t + 1)
        near = _seen(mask, 1.4 * x, 1.4 * y, margin, width, height)[..., None]
        picture = _seen(wall, x, y, margin, width, height) * (1 - near)
        picture += _seen(things, 1.4 * x, 1.4 * y, margin, width, height) * near
        pixels = np.clip(picture + noise[n % 4], 0, 255).astype(np.uint8)
        seen = av.VideoFrame.from_ndarray(pixels, format="bgr24").reformat(format="yuv420p")
        seen.pts, seen.time_base = round(n * CLOCK_RATE / fps), TIME_BASE
        yield seen
        n += 1


def _wall(width: int, height: int, random: np.random.Generator) -> NDArray[np.float32]:
    """Detail at every scale, as in nature; as hard to encode as a first-person walk. BGR."""
    wall = np.full((height, width, 3), 128, np.float32)
    for octave in range(8):
        cells = 3 << octave
        field = random.normal(0, 30 / 1.12**octave, (cells * height // width + 1, cells, 3))
        wall += cv2.resize(field.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return wall


def _things(
    width: int, height: int, random: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Hard-edged shapes and letters, and where they are (0 or 1)."""
    things, mask = np.zeros((height, width, 3), np.uint8), np.zeros((height, width), np.uint8)
    for n in range(14):
        at = (int(random.integers(0, width)), int(random.integers(0, height)))
        size = int(random.integers(12, 46))
        colour = tuple(float(c) for c in random.integers(20, 236, 3))
        for canvas, paint in ((things, colour), (mask, (1.0,))):
            if n % 2:
                cv2.circle(canvas, at, size, paint, -1)
            else:
                cv2.putText(canvas, "Overglass", at, cv2.FONT_HERSHEY_DUPLEX, size / 30, paint, 2)
    return things.astype(np.float32), mask.astype(np.float32)


def _seen(
    layer: NDArray[np.float32], x: float, y: float, margin: int, width: int, height: int
) -> NDArray[np.float32]:
    move = np.array([[1, 0, -margin - x], [0, 1, -margin - y]], np.float32)
    seen = cv2.warpAffine(layer, move, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return seen.astype(np.float32, copy=False)


def _pictures_of(clip: Path, size: tuple[int, int], fps: float) -> Iterator[av.VideoFrame]:
    footage = Footage(clip, Counter())
    framer, picker = Framer(size), Picker(fps)
    try:
        for shot in footage.shots():
            if picker.picks(presentation_time(shot.picture)):
                yield framer.frame(shot.picture, footage.pixel_aspect or Fraction(1))
    finally:
        footage.close()
