"""A pair of glasses that is measured: the real agent, a camera from memory, and a note of every frame."""

import asyncio
import time
from collections import Counter
from typing import Self

from overglass_edge.agent import Agent
from overglass_edge.contract import AgentSettings
from overglass_edge.door import Door
from overglass_edge.trip import Trip
from overglass_protocol import rtc
from overglass_protocol.control import Control
from overglass_protocol.errors import PeerError
from overglass_protocol.frame import Frame
from overglass_simulators.bench.camera import LoopCamera
from overglass_simulators.bench.content import Content
from overglass_simulators.bench.record import Record, Shown, Window
from overglass_simulators.bench.rig import Advance, Setup

FIRST_PICTURE_WITHIN = 20.0
"Seconds until a bench gives up; a bad link with retries takes a few."
ENDS_WITHIN = 10.0
BAR_EVERY = 0.5
"Seconds. Each drawing takes about a millisecond from whatever is under way."


class _Notes:
    """A display that writes down what it is shown."""

    def __init__(self) -> None:
        self.shown: list[Shown] = []
        self.first = asyncio.Event()

    def show(self, frame: Frame, trip: Trip | None) -> None:
        if trip is not None:
            envelope = frame.envelope
            version = envelope.control_version if envelope is not None else None
            scene = envelope.scene if envelope is not None else None
            age, found = (scene.age, len(scene.things)) if scene is not None else (None, 0)
            self.shown.append(Shown(trip, version, age, found))
            self.first.set()

    def close(self) -> None:
        pass


class Glasses:
    """An async context manager: entering puts them on and waits for the first picture that returns.

    Raises RefusedError and whatever else the agent gives up with, or PeerError when no picture comes.
    """

    def __init__(
        self, door: Door, content: Content, setup: Setup, control: Control, advance: Advance
    ) -> None:
        self.camera = LoopCamera(content, setup.fps)
        self.started = 0.0
        "Just before the agent made its offer, monotonic seconds."
        self._notes = _Notes()
        self._advance = advance
        self._heard = "it said nothing"
        peer = rtc.PeerSettings(hosts=("127.0.0.1",), codecs=(setup.codec,), fps=setup.fps)
        self.agent = Agent(
            self.camera, door, [self._notes], AgentSettings("bench", peer), control, say=self._hear
        )
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self.started = time.monotonic()
        self._task = task = asyncio.create_task(self.agent.run())
        first = asyncio.create_task(self._notes.first.wait())
        try:
            await asyncio.wait(
                {task, first}, timeout=FIRST_PICTURE_WITHIN, return_when=asyncio.FIRST_COMPLETED
            )
            self._check(task)
            if not first.done():
                within = f"within {FIRST_PICTURE_WITHIN:g} s"
                raise PeerError(f"no picture came back {within}: {self._heard}")
        except BaseException:
            await self._take_off(gently=False)
            raise
        finally:
            first.cancel()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *exc: object) -> None:
        await self._take_off(gently=kind is None)

    @property
    def record(self) -> Record:
        return Record(self.camera.captured, self._notes.shown)

    @property
    def first_picture(self) -> float:
        """Seconds from the offer to the first picture that came back."""
        return self._notes.shown[0].trip.shown - self.started

    def dropped(self) -> Counter[str]:
        """Frames that this end dropped, by reason. Complete once they are taken off."""
        return self.agent.dropped() + self.camera.dropped

    async def wear(self, seconds: float) -> Window:
        """Lets them run for so long. Raises what the agent raises, should it end."""
        assert self._task is not None
        start = now = time.monotonic()
        while (left := start + seconds - now) > 0:
            await asyncio.wait({self._task}, timeout=min(left, BAR_EVERY))
            self._check(self._task)
            before, now = now, time.monotonic()
            self._advance(now - before)
        return Window(start, now)

    def _check(self, task: asyncio.Task[None]) -> None:
        if task.done():
            task.result()
            raise PeerError(f"the glasses ended early: {self._heard}")

    async def _take_off(self, *, gently: bool) -> None:
        """Gently: lets the last frames come back."""
        assert self._task is not None
        self.camera.stop()
        if not gently:
            self._task.cancel()
        done, _ = await asyncio.wait({self._task}, timeout=ENDS_WITHIN)
        if not done:
            self._task.cancel()
            raise PeerError(f"the glasses did not end within {ENDS_WITHIN:g} s: {self._heard}")
        if gently:
            self._task.result()
        elif not self._task.cancelled():
            self._task.exception()  # that which is on its way already says it

    def _hear(self, name: str, detail: str) -> None:
        self._heard = detail
