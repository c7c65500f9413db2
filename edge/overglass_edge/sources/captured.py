"""The seam: what a source of pictures hands out, and the face that every source shows.

Knows no file, device, thread or network.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from math import radians, tan
from typing import Protocol, Self, runtime_checkable

import av

from overglass_protocol.packet import SoundPacket
from overglass_protocol.pose import Intrinsics, Pose

ASSUMED_FIELD_OF_VIEW = radians(70)
"""Across the longer side of the picture, for cameras that nobody measured: phones' main cameras see
about 65 to 75 degrees there, webcams 60 to 78."""


@dataclass(frozen=True, slots=True)
class Captured:
    """One picture as it left its source."""

    picture: av.VideoFrame
    """`yuv420p` in limited range, upright, even width and height; `pts` and `time_base` are the
    source's own presentation time and keep growing when a file starts again."""
    capture_time: float
    "When it was captured, seconds on `time.monotonic()`; for a file, when it was due."
    pose: Pose | None = None
    "The head at that time, where the device knows it."
    sound: tuple[SoundPacket, ...] = ()
    """The source's encoded sound that is due up to this picture, in order, untouched but for the
    timestamps of a file that starts again. `Camera.sound` describes it."""


class Camera(Protocol):
    """Pictures, pulled: `async with camera: async for captured in camera`.

    It is entered once. Entering opens it, and only then are the other attributes true. Entering and
    pulling raise SourceError. The iteration ends when the source does; a live camera never does.
    """

    @property
    def name(self) -> str:
        """What a person would call it."""

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def fps(self) -> float:
        """Pictures a second that it means to give; the average, where it varies."""

    @property
    def intrinsics(self) -> Intrinsics:
        """How its pictures are projected. Of a camera that nobody measured this is a plausible
        guess: square pixels, the middle in the middle, and ASSUMED_FIELD_OF_VIEW."""

    @property
    def sound(self) -> av.AudioStream | None:
        """The stream that `Captured.sound` belongs to, as a template for a muxer; None if silent."""

    @property
    def dropped(self) -> Counter[str]:
        """Pictures of the source that were not handed out, by reason."""

    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *exc_info: object) -> None: ...
    def __aiter__(self) -> Self: ...
    async def __anext__(self) -> Captured: ...


@runtime_checkable
class Telling(Protocol):
    """A camera that has something to say besides its pictures, such as where it waits for them."""

    say: Callable[[str, str], None]
    """Hears the name of an event and its detail, in words for the wearer; called on the event loop.
    Whoever wants to hear sets it before entering."""


def assumed_intrinsics(width: int, height: int) -> Intrinsics:
    """A pinhole with ASSUMED_FIELD_OF_VIEW across the longer side of `width` by `height`."""
    focal = max(width, height) / 2 / tan(ASSUMED_FIELD_OF_VIEW / 2)
    return Intrinsics(width, height, focal, focal, width / 2, height / 2)
