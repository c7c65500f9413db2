"""Service and glasses, joined: one run from the source's first look to the service's end.

Knows neither page nor files; whoever wants pictures or numbers hands in takers and reads the journal.
"""

import asyncio
import gc
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any, Self

from overglass_edge.agent import Agent
from overglass_edge.contract import AgentSettings, Tally
from overglass_edge.door import Door
from overglass_protocol import rtc
from overglass_protocol.control import Control
from overglass_protocol.errors import OverglassError
from overglass_simulators.demo.journal import Journal, Vitals
from overglass_simulators.demo.pairs import Pair, Pairing
from overglass_simulators.demo.plan import Plan
from overglass_simulators.demo.report import Account
from overglass_simulators.demo.service import AwaitedService, known_look
from overglass_simulators.demo.source import open_source
from overglass_simulators.demo.tee import Tee
from overglass_simulators.machine import machine

LOOPBACK = ("127.0.0.1",)
VITALS_EVERY = 0.25
"Seconds between looks at the connection's statistics."
ENDING_SECONDS = 2.0
"A camera that gives no picture any more cannot end by itself; then the glasses are just stopped."


class Run:
    """One run. An async context manager: entering starts the service and looks at the source.

    Entering raises SourceError, LookError or OverglassError, with the cure; what was started is ended.
    """

    looks: list[dict[str, Any]]
    tee: Tee
    agent: Agent

    def __init__(self, plan: Plan, takers: Sequence[Callable[[Pair], None]] = ()) -> None:
        self.plan = plan
        self.journal = Journal()
        self.interrupted = False
        self._began = datetime.now(UTC)
        # Before anything runs, lest the load be our own.
        self._machine = machine()
        self._pairing = Pairing(takers)
        self._service = AwaitedService()
        self._playing: asyncio.Task[None] | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await self._open_both(stack)
            self.looks = await self._service.looks()
            known_look(self.plan.look, self.looks, lent=self.plan.reference is not None)
            door = await stack.enter_async_context(Door(self._service.url))
            self.agent = self._make_agent(door)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._pairing.close()
        await self._stack.aclose()

    async def play(self) -> None:
        """Runs the glasses until the source ends or `end` is called.

        Raises what the agent raises, and OverglassError when the service dies.
        """
        # As the service does: without what stays in the way a collection pauses frames far less.
        gc.collect()
        gc.freeze()
        try:
            async with asyncio.TaskGroup() as group:
                self._playing = group.create_task(self.agent.run())
                watching = [
                    group.create_task(self._service.death()),
                    group.create_task(self._look_after()),
                ]
                await asyncio.wait({self._playing})
                for task in watching:
                    task.cancel()
        except* OverglassError as errors:
            raise _first(errors) from None
        finally:
            gc.unfreeze()

    def end(self) -> None:
        """Ends the run in good order, as if the source had ended; called again, at once."""
        if self._playing is None or self.interrupted:
            self._stop()
            return
        self.interrupted = True
        self.tee.end()
        asyncio.get_running_loop().call_later(ENDING_SECONDS, self._stop)

    def set_control(self, look: str, strength: float) -> Control:
        """Asks for another look. Raises LookError when there is none of that name, or it lacks a picture."""
        lent = self.plan.reference is not None
        wanted = self.agent.control.model_copy(
            update={"look": known_look(look, self.looks, lent=lent), "strength": strength}
        )
        control = self.agent.set_control(wanted)
        self.journal.asked(control)
        return control

    @property
    def control(self) -> Control:
        return self.agent.control

    @property
    def tally(self) -> Tally:
        return self.agent.tally

    @property
    def connected(self) -> bool:
        return self.agent.connected

    @property
    def captured_rate(self) -> float | None:
        return self.tee.recent_rate

    @property
    def description(self) -> dict[str, Any]:
        """The source, as reports and the page tell it."""
        tee = self.tee
        return {"name": tee.name, "width": tee.width, "height": tee.height, "fps": round(tee.fps, 3)}

    def account(self) -> Account:
        """What there is to report by now."""
        tee = self.tee
        return Account(
            journal=self.journal,
            tally=self.agent.tally,
            source=self.description,
            size=(tee.width, tee.height),
            look=self.plan.look,
            strength=self.plan.strength,
            overlays=self.plan.overlays,
            region=self.plan.region,
            offered_at=tee.entered_at,
            fps_in=tee.rate,
            camera_dropped=tee.dropped,
            seconds=tee.seconds,
            interrupted=self.interrupted,
            machine=self._machine,
            began=self._began,
        )

    async def _open_both(self, stack: AsyncExitStack) -> None:
        """Source and service at once: each takes a second or two."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(stack.enter_async_context(self._service))
                camera = await open_source(self.plan)
                stack.push_async_exit(camera)
        except* OverglassError as errors:
            raise _first(errors) from None
        self.tee = Tee(camera, self._pairing.seen, self.plan.duration)

    def _stop(self) -> None:
        if self._playing is not None:
            self._playing.cancel()

    def _make_agent(self, door: Door) -> Agent:
        peer = rtc.PeerSettings(hosts=LOOPBACK, fps=self.tee.fps)
        # Version 0 is what a service assumes by itself, and would not be told apart from it.
        plan = self.plan
        control = Control(
            version=1,
            look=plan.look,
            strength=plan.strength,
            overlays=plan.overlays,
            region=plan.region,
            reference=plan.reference.id if plan.reference is not None else None,
        )
        return Agent(
            self.tee,
            door,
            [self.journal, self._pairing],
            AgentSettings(device="demo", peer=peer),
            control,
            reference=plan.reference,
            say=self.journal.say,
        )

    async def _look_after(self) -> None:
        while True:
            await asyncio.sleep(VITALS_EVERY)
            agent, before = self.agent, self.journal.vitals
            self.journal.vitals = Vitals(
                agent.connected,
                agent.statistics() or before.statistics,
                agent.report,
                agent.clock.error if agent.connected else before.clock_error,
            )


def _first(errors: BaseExceptionGroup[OverglassError]) -> OverglassError:
    """What went wrong first, out of however many groups."""
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, OverglassError)
    return error
