"""Simulated glasses, worn: the real agent between a simulated camera and display, the real service behind a
simulated link. This is the `Subject` that pages and scripts see.
"""

import asyncio
import itertools
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import structlog

from overglass_protocol.errors import ConfigError, OverglassError
from overglass_simulators import devices
from overglass_simulators.demo.service import AwaitedService
from overglass_simulators.link import LinkSettings
from overglass_simulators.motion import choice as motions
from overglass_simulators.service import Service
from overglass_simulators.sim.desk import at_desk, reduced
from overglass_simulators.sim.faults import Fault
from overglass_simulators.sim.line import Line
from overglass_simulators.sim.place import place_of
from overglass_simulators.sim.plan import SimPlan
from overglass_simulators.sim.subject import FrameRow, Mode, SimState, Views
from overglass_simulators.sim.wearing import Wearing

log = structlog.get_logger()


class Sim:
    """An async context manager: entering starts a service, unless the plan names one, and puts glasses on.

    Implements `Subject`. Entering raises OverglassError with the cure; what was started is ended.
    """

    def __init__(self, plan: SimPlan, hear: Callable[[str, str], None] = lambda name, detail: None) -> None:
        """`hear(name, detail)` is told what the wearer is told."""
        self.plan = plan
        self._home = plan
        "Where a replay leads back to."
        self._hear = hear
        self._stack = AsyncExitStack()
        self._wearing: Wearing | None = None
        self._watching: asyncio.Task[None] | None = None
        self._changing = asyncio.Lock()
        "Held while glasses are put on or taken off: two who ask at once must not leave a pair behind."
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._numbers = itertools.count(1)
        "Of views, through all sessions: who waits for a higher one gets the next session's."
        self._looks: list[str] = []

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            url = self.plan.cloud
            if url is None:
                service = await stack.enter_async_context(AwaitedService(Service()))
                url = service.url
                self._looks = [look["name"] for look in await service.looks()]
            self._check_look(self.plan.look)
            self._line = await stack.enter_async_context(Line(url, seed=self.plan.seed))
            await self._put_on()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *exc: object) -> None:
        try:
            async with self._changing:
                await self._take_off()
        finally:
            await self._stack.aclose()
            # Nobody may have asked; then the event loop must not complain that nobody did.
            if not self._failed.cancel() and not self._failed.cancelled():
                self._failed.exception()

    @property
    def wearing(self) -> Wearing:
        """The session that runs now."""
        assert self._wearing is not None
        return self._wearing

    async def failed(self) -> None:
        """Waits until the present session ends by itself, and raises why."""
        # Shielded: one who stops waiting must not take the answer from the others.
        await asyncio.shield(self._failed)

    def state(self) -> SimState:
        return self.wearing.state(self._line.settings, self.plan)

    def rows(self, after: int) -> list[FrameRow]:
        return self.wearing.ledger.rows(after)

    async def views(self, after: int, within: float) -> Views | None:
        return await self.wearing.display.views(after, within)

    async def looks(self) -> list[str]:
        return self._looks

    async def set_device(self, name: str) -> None:
        wishes: dict[str, Any] = {"device": name}
        if self.wearing.state(self._line.settings, self.plan).replaying is not None:
            home = self._home
            wishes |= {"world": home.world, "motion": home.motion, "trace": home.trace}
        await self._change(wishes)

    def set_link(self, settings: LinkSettings) -> None:
        self._line.set(settings)
        self.plan = replace(self.plan, link=settings)

    def set_look(self, look: str, strength: float) -> None:
        self._check_look(look)
        self.wearing.set_look(look, strength)
        self.plan = replace(self.plan, look=look, strength=strength)

    def set_motion(self, name: str) -> None:
        self.wearing.steered.motion = motions.named(name, self.plan.trace)
        self.plan = replace(self.plan, motion=name)

    def set_mode(self, mode: Mode) -> None:
        self.wearing.display.mode = mode
        self.plan = replace(self.plan, mode=mode)

    def turn(self, yaw: float, pitch: float) -> None:
        self.wearing.steered.turn(self.wearing.time, yaw, pitch)

    def provoke(self, fault: Fault) -> None:
        self.wearing.provoke(fault, self._line)

    async def start_recording(self) -> Path:
        """Into a folder named after the time."""
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
        folder = self.plan.recordings / f"{stamp}-{self.wearing.device.name}"
        return await self.wearing.record(folder)

    async def stop_recording(self) -> Path | None:
        return await self.wearing.tape.stop()

    def recordings(self) -> list[Path]:
        """The newest first."""
        found = self.plan.recordings.glob("*/session.json")
        return sorted((path.parent for path in found), reverse=True)

    async def replay(self, folder: Path) -> None:
        await self._change({"world": str(folder), "motion": "recorded", "trace": folder})

    def _check_look(self, look: str) -> None:
        """Of our own service; another is asked, and answers itself. Raises ConfigError."""
        if self._looks and look not in self._looks:
            raise ConfigError(f"there is no look {look!r}", cure=f"Choose one of: {', '.join(self._looks)}.")

    async def _change(self, wishes: dict[str, Any]) -> None:
        """Another session, its plan differing in `wishes`; the old one goes on if the new one cannot be."""
        async with self._changing:
            before = self.plan
            fresh = await asyncio.to_thread(self._prepared, replace(before, **wishes))
            recording = self.wearing.tape.folder
            await self._take_off()
            asked, self.plan = self.plan, replace(self.plan, **wishes)
            await self._start(fresh)
            # Preparing takes a second or two; what was asked for meanwhile stays asked for.
            if (asked.look, asked.strength) != (before.look, before.strength):
                fresh.set_look(asked.look, asked.strength)
            if asked.motion != before.motion and "motion" not in wishes:
                fresh.steered.motion = motions.named(asked.motion, asked.trace)
            fresh.display.mode = asked.mode
        if recording is not None:
            fresh.tell("recorded", f"the recording ended with the session: {recording}")

    async def _put_on(self) -> None:
        await self._start(await asyncio.to_thread(self._prepared, self.plan))

    def _prepared(self, plan: SimPlan) -> Wearing:
        """Reads files: not for the event loop. Raises OverglassError for what cannot be worn."""
        real = devices.load(plan.device)
        device = real if plan.full_size else at_desk(real)
        place = place_of(plan.world, plan.seed)
        moved = motions.named(plan.motion, plan.trace)
        wearing = Wearing(device, place, moved, plan, self._hear, self._numbers)
        for problem in place.problems:
            wearing.tell("torn", f"the recording is not whole: {problem}")
        if less := reduced(real, device):
            wearing.tell("reduced", f"the camera's {less}")
        return wearing

    async def _start(self, wearing: Wearing) -> None:
        self._line.carry(wearing.device)
        self._line.set(self.plan.link)
        self._wearing = wearing
        if self._failed.done():
            self._failed.exception()
            self._failed = asyncio.get_running_loop().create_future()
        self._watching = asyncio.create_task(self._watch(wearing))

    async def _watch(self, wearing: Wearing) -> None:
        try:
            async with self._line.door() as door:
                await wearing.run(door)
            self._fail(wearing, OverglassError("the session ended by itself"))
        except OverglassError as error:
            self._fail(wearing, error)
        except Exception as error:
            log.exception("a simulated session failed")
            what = f"the session failed: {_first(error)!r}"
            self._fail(wearing, OverglassError(what, cure="Please report this as a bug."))

    def _fail(self, wearing: Wearing, error: OverglassError) -> None:
        wearing.tell("ended", str(error))
        if not self._failed.done():
            self._failed.set_exception(error)

    async def _take_off(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait({self._watching})
            self._watching = None


def _first(error: Exception) -> Exception:
    """The first that a group of them holds."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error
