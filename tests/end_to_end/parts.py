"""What the end-to-end tests share: a camera of moving texture, and glasses that keep what they saw."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Self

import av
import numpy as np

from overglass_edge.agent import Agent
from overglass_edge.contract import AgentSettings, Recording
from overglass_edge.door import Door
from overglass_edge.sources import Camera, Captured, assumed_intrinsics
from overglass_edge.trip import Trip
from overglass_protocol import rtc
from overglass_protocol.control import Control
from overglass_protocol.frame import Frame
from overglass_protocol.reference import Reference
from overglass_simulators.bench.camera import LoopCamera

WITHIN = 20.0
"Seconds that any wait of these tests may take on a busy machine; none is expected to."


def picture(n: int, width: int = 192, height: int = 128) -> av.VideoFrame:
    y, x = np.mgrid[0:height, 0:width]
    luma = (128 + 60 * np.sin((x + 3 * n) / 9) + 50 * np.sin(y / 7)).astype(np.uint8)
    chroma = np.full((height // 2, width), 128, np.uint8)
    return av.VideoFrame.from_ndarray(np.vstack([luma, chroma]), format="yuv420p")


class TextureCamera:
    """Thirty pictures a second until it is told to stop."""

    def __init__(self, fps: float = 30.0) -> None:
        self.name, self.width, self.height, self.fps = "texture", 192, 128, fps
        self.intrinsics = assumed_intrinsics(192, 128)
        self.sound: av.AudioStream | None = None
        self.dropped: Counter[str] = Counter()
        self._numbers = itertools.count()
        self._stopped = False
        self.goes_on = asyncio.Event()
        "Cleared, it gives no picture."
        self.goes_on.set()

    def stop(self) -> None:
        self._stopped = True

    async def __aenter__(self) -> Self:
        self._start = time.monotonic()
        return self

    async def __aexit__(self, *exc_info: object) -> None: ...

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Captured:
        await self.goes_on.wait()
        if self._stopped:
            raise StopAsyncIteration
        n = next(self._numbers)
        await asyncio.sleep(max(0.0, self._start + n / self.fps - time.monotonic()))
        shown = picture(n)
        shown.pts, shown.time_base = n * 3000, rtc.TIME_BASE
        return Captured(shown, time.monotonic())


class Glasses:
    """An agent that runs, with all it showed and said."""

    def __init__(
        self,
        door: Door,
        control: Control,
        *,
        codecs: tuple[str, ...] = ("H264", "VP8"),
        record: Callable[[Camera], Recording] | None = None,
        silence_seconds: float = 1.0,
        camera: TextureCamera | LoopCamera | None = None,
        reference: Reference | None = None,
    ) -> None:
        self.camera = camera or TextureCamera()
        self.frames: list[Frame] = []
        self.trips: list[Trip] = []
        self.said: list[tuple[str, str]] = []
        self.running: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        peer = rtc.PeerSettings(hosts=("127.0.0.1",), codecs=codecs)
        self.agent = Agent(
            self.camera,
            door,
            [self],
            AgentSettings(peer=peer, silence_seconds=silence_seconds),
            control,
            reference=reference,
            recorder=record(self.camera) if record is not None else None,
            say=self._hear,
        )

    def show(self, frame: Frame, trip: Trip | None) -> None:
        self.frames.append(frame)
        if trip is not None:
            self.trips.append(trip)
        self._changed.set()

    def close(self) -> None: ...

    def names(self) -> list[str]:
        """Of the events said so far."""
        return [name for name, _ in self.said]

    async def until(self, condition: Callable[[], object]) -> None:
        """Waits until something that was shown or said makes the condition true."""
        async with asyncio.timeout(WITHIN):
            while not condition():
                if self.running is not None and self.running.done():
                    self.running.result()
                self._changed.clear()
                await self._changed.wait()

    def _hear(self, name: str, detail: str) -> None:
        self.said.append((name, detail))
        self._changed.set()


@asynccontextmanager
async def glasses(
    url: str, control: Control | None = None, *, door: Door | None = None, **options: object
) -> AsyncIterator[Glasses]:
    """Glasses that run until the end of the block; an error of theirs is raised there. `door`: in place of
    one at `url`."""
    async with door or Door(url) as used:
        worn = Glasses(used, control or Control(), **options)  # type: ignore[arg-type]
        running = worn.running = asyncio.create_task(worn.agent.run())
        running.add_done_callback(lambda _: worn._changed.set())
        try:
            yield worn
            worn.camera.stop()
            async with asyncio.timeout(WITHIN):
                await running
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(running, return_exceptions=True)
