"""The pictures a bench runs on, decoded into memory before it starts: decoding would disturb it.

They are played there and back, so that a loop has no cut in it: a cut costs an encoder as much as a
key frame, and a camera on a head has none.
"""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import count, islice
from pathlib import Path

import av

from overglass_edge.sources.footage import Footage
from overglass_edge.sources.framing import Framer
from overglass_edge.sources.pacing import Picker
from overglass_protocol.packet import presentation_time
from overglass_protocol.rtc.encoder import CLOCK_RATE, TIME_BASE
from overglass_simulators.world import World

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
    pictures = stretch(clip, size, fps, GENERATED_SECONDS if clip is None else math.inf)
    return Content(f"{name(clip)}, {len(pictures)} pictures there and back", there_and_back(pictures))


def stretch(clip: Path | None, size: tuple[int, int], fps: float, seconds: float) -> list[av.VideoFrame]:
    """The first seconds, once, as far as there are so many and MAX_BYTES hold them. Raises SourceError."""
    most = max(2, MAX_BYTES // (size[0] * size[1] * 3 // 2))
    pictures = _street(size, fps) if clip is None else _pictures_of(clip, size, fps)
    return list(islice(pictures, round(min(most, seconds * fps))))


def name(clip: Path | None) -> str:
    """For people."""
    return "the generated street" if clip is None else clip.name


def there_and_back(pictures: list[av.VideoFrame]) -> tuple[av.VideoFrame, ...]:
    """A cycle without a cut: the ends stand once, all others twice."""
    return (*pictures, *pictures[-2:0:-1])


def _street(size: tuple[int, int], fps: float) -> Iterator[av.VideoFrame]:
    """A walk through the generated street, for ever."""
    world = World(0, *size)
    for n in count():
        pixels = world.render(n / fps)
        picture = av.VideoFrame.from_ndarray(pixels, format="bgr24").reformat(format="yuv420p")
        picture.pts, picture.time_base = round(n * CLOCK_RATE / fps), TIME_BASE
        yield picture


def _pictures_of(clip: Path, size: tuple[int, int], fps: float) -> Iterator[av.VideoFrame]:
    footage = Footage(clip, Counter())
    framer, picker = Framer(size), Picker(fps)
    try:
        for shot in footage.shots():
            if picker.picks(presentation_time(shot.picture)):
                yield framer.frame(shot.picture, footage.pixel_aspect or Fraction(1))
    finally:
        footage.close()
