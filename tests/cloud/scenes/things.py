"""Things and pictures for the tests of overlays, and detectors that find what they are told."""

import threading
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np

from overglass_cloud.scenes.capabilities import Capabilities, Capability
from overglass_cloud.scenes.detectors.contract import Detector, Found, Sight
from overglass_protocol.control import Overlay
from overglass_protocol.errors import ModelError
from overglass_protocol.frame import Frame
from overglass_protocol.rtc.encoder import CLOCK_RATE, TIME_BASE
from overglass_protocol.scene import NO_POINTS, Box, Kind, Points, Thing

WITHIN = 10.0
"Seconds that any wait of these tests may take on a busy machine."


def thing(
    box: Box = (0.4, 0.4, 0.2, 0.2), kind: Kind = "face", label: str = "", points: Points = NO_POINTS
) -> Thing:
    return Thing(kind, 0, label or kind, 0.9, box, points=points)


def frame(n: int, level: int = 128, size: tuple[int, int] = (64, 48)) -> Frame:
    """The n-th picture of a camera with 30 a second."""
    width, height = size
    samples = np.full((height * 3 // 2, width), level, np.uint8)
    return shown(n, av.VideoFrame.from_ndarray(samples, format="yuv420p"))


def shown(n: int, picture: av.VideoFrame) -> Frame:
    """The n-th picture of a camera with 30 a second, as the decoder gives it."""
    picture.pts, picture.time_base = n * CLOCK_RATE // 30, TIME_BASE
    return Frame(picture, rtp_time=n * CLOCK_RATE // 30)


class Told:
    """A detector that finds what `find_in` says, once `go_on` lets it; all may go on until `gated`."""

    def __init__(self, find_in: Callable[[Sight], Found]) -> None:
        self.closed = threading.Event()
        self.begun = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)
        self.gated = False
        self._find_in = find_in

    def find(self, sight: Sight) -> Found:
        self.begun.release()
        if self.gated:
            assert self.go_on.acquire(timeout=WITHIN)
        return self._find_in(sight)

    def close(self) -> None:
        self.closed.set()


class Shelf:
    """A model store with the models it is told to have."""

    def __init__(self, *names: str) -> None:
        self.names = set(names)

    def has(self, name: str) -> bool:
        return name in self.names

    def path(self, name: str) -> Path:
        if name not in self.names:
            raise ModelError(f"the model {name} is not here", cure=f"Run: overglass models pull {name}.")
        return Path(name)


def capabilities(*missing: str, **detectors: Detector | Callable[[], Detector]) -> Capabilities:
    """Overlays with these detectors, or what makes them; those named `missing` lack their model."""

    def of(name: Overlay) -> Capability:
        made = detectors.get(name)
        return Capability(name, f"Some {name}.", f"{name}_model", lambda path: _made(made))

    names: tuple[Overlay, ...] = ("faces", "people", "hands")
    return Capabilities(
        Shelf(*(f"{name}_model" for name in names if name not in missing)), [of(n) for n in names]
    )


def _made(made: object) -> Detector:
    return made() if callable(made) else made  # type: ignore[return-value]
