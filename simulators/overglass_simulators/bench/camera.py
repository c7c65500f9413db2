"""A camera that costs next to nothing: pictures out of memory, in a loop, at a steady pace.

Knows nothing of files and of what is measured.
"""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Callable
from typing import Self

import av

from overglass_edge.sources import Captured, assumed_intrinsics
from overglass_protocol.frame import copied
from overglass_protocol.rtc.encoder import CLOCK_RATE, TIME_BASE
from overglass_simulators.bench.content import Content


class LoopCamera:
    """A `Camera` over `content`. It never ends by itself, only by `stop`.

    `capture_time` is the moment of hand-over, so that the pace's own jitter is in no figure. A picture
    late by more than an interval, since the loop was busy, has missed its turn: `dropped` counts it.
    """

    def __init__(self, content: Content, fps: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = content.name
        self.width, self.height = content.size
        self.fps = fps
        self.intrinsics = assumed_intrinsics(*content.size)
        self.sound: av.AudioStream | None = None
        self.dropped: Counter[str] = Counter()
        self.captured: list[float] = []
        "Capture times, in order: the n-th is that of the agent's frame n."
        self._clock = clock
        self._pictures = itertools.cycle(content.pictures)
        self._next_turn = 0
        self._start = 0.0
        self._stopped = False

    def stop(self) -> None:
        """The next picture is the last."""
        self._stopped = True

    async def __aenter__(self) -> Self:
        self._start = self._clock()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._stopped = True

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Captured:
        if self._stopped:
            raise StopAsyncIteration
        await asyncio.sleep(max(0.0, self._due() - self._clock()))
        self._next_turn += 1
        # The encoder writes into the picture it is given.
        picture = copied(next(self._pictures))
        now = self._clock()
        picture.pts, picture.time_base = int((now - self._start) * CLOCK_RATE), TIME_BASE
        self.captured.append(now)
        return Captured(picture, now)

    def _due(self) -> float:
        """When the next picture's turn is, counted from the start, so that lateness never adds up."""
        missed = int((self._clock() - self._start) * self.fps) - self._next_turn
        if missed > 0:
            self.dropped["late"] += missed
            self._next_turn += missed
        return self._start + self._next_turn / self.fps
