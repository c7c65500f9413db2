"""Simulated glasses for code that waits: a session in a thread of its own, for tests and scripts.

A thin face over `Sim`; knows no pytest.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Any, Self, TypeVar

from overglass_edge.meter import percentile
from overglass_protocol import loop
from overglass_protocol.errors import OverglassError
from overglass_simulators.link import LinkSettings
from overglass_simulators.sim.faults import Fault, FaultKind
from overglass_simulators.sim.plan import SimPlan
from overglass_simulators.sim.session import Sim
from overglass_simulators.sim.subject import FrameRow, Picture, Said, SimState

PATIENCE = 15.0
"Seconds that a wait takes at most, unless it is told another number."
_ASK_EVERY = 0.01
_T = TypeVar("_T")


class Worn:
    """Glasses that are being worn. A context manager: entering puts them on, leaving takes them off.

    Methods raise OverglassError with the cure; a wait that is over, with what the wearer was last told.
    """

    def __init__(self, plan: SimPlan) -> None:
        self.plan = plan
        self._sim: Sim | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready: Future[None] = Future()
        self._leave: asyncio.Event | None = None
        self._fault: BaseException | None = None
        "What ended the session before its time."
        self._thread = threading.Thread(target=self._run, name="simulated glasses", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.result()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._loop is not None and self._leave is not None:
            self._loop.call_soon_threadsafe(self._leave.set)
        self._thread.join(PATIENCE)
        if self._fault is not None and exc[0] is None:
            raise self._fault

    @property
    def state(self) -> SimState:
        """Everything that can be said of them now."""
        return self._call(lambda sim: sim.state())

    @property
    def said(self) -> tuple[Said, ...]:
        """What the wearer was told so far."""
        return self.state.said

    @property
    def rows(self) -> list[FrameRow]:
        """The last frames' trips, stage by stage."""
        return self._call(lambda sim: sim.rows(-1))

    def wait_for(self, frames: int, within: float = PATIENCE) -> None:
        """Until so many more pictures have come back."""
        goal = self.state.returned + frames
        self.wait_until(lambda state: state.returned >= goal, f"{frames} pictures to come back", within)

    def wait_until(self, holds: Callable[[SimState], bool], what: str, within: float = PATIENCE) -> None:
        """Until something is true of the state; `what` names it in the error."""
        deadline = time.monotonic() + within
        while not holds(state := self.state):
            if time.monotonic() > deadline:
                heard = f"; the wearer was last told: {state.said[-1].detail}" if state.said else ""
                raise OverglassError(f"waited {within:g} s for {what}, in vain{heard}")
            time.sleep(_ASK_EVERY)

    def picture(self, within: float = PATIENCE) -> Picture:
        """What the service sent back, newest first: (height, width, 3), blue green red, before any optics."""
        self.wait_until(lambda state: state.returned > 0, "a picture to come back", within)
        return self._call(lambda sim: sim.wearing.display.returned_picture())

    def camera_picture(self, within: float = PATIENCE) -> Picture:
        """The picture that the newest returned one was made of, as the camera took it."""
        self.wait_until(lambda state: state.returned > 0, "a picture to come back", within)
        return self._call(lambda sim: sim.wearing.display.matched_picture())

    def latency(self, share: float = 50) -> float:
        """Percentile of exposure to photon over the last frames, seconds. Raises when none came back."""
        found = percentile([row.latency for row in self.rows], share)
        if found is None:
            raise OverglassError("no picture has come back yet", cure="Call wait_for first.")
        return found

    def set_link(self, settings: LinkSettings) -> None:
        self._call(lambda sim: sim.set_link(settings))

    def set_look(self, look: str, strength: float = 1.0) -> None:
        self._call(lambda sim: sim.set_look(look, strength))

    def turn(self, yaw: float, pitch: float = 0.0) -> None:
        """Turns the head by so many radians, to the left and up."""
        self._call(lambda sim: sim.turn(yaw, pitch))

    def provoke(self, kind: FaultKind, seconds: float = 2.0) -> None:
        """Makes something go wrong; returns at once."""
        self._call(lambda sim: sim.provoke(Fault(kind, seconds)))

    def record(self) -> Path:
        """Starts a recording; `stop_recording` ends it."""
        return self._await(lambda sim: sim.start_recording())

    def stop_recording(self) -> Path | None:
        return self._await(lambda sim: sim.stop_recording())

    def _call(self, ask: Callable[[Sim], _T]) -> _T:
        async def on_loop(sim: Sim) -> _T:
            return ask(sim)

        return self._await(on_loop)

    def _await(self, ask: Callable[[Sim], Coroutine[Any, Any, _T]]) -> _T:
        if self._fault is not None:
            raise self._fault
        if self._sim is None or self._loop is None or not self._thread.is_alive():
            raise OverglassError("these glasses are not worn", cure="Use them in a with statement.")
        answer = asyncio.run_coroutine_threadsafe(ask(self._sim), self._loop)
        try:
            return answer.result(PATIENCE)
        except (TimeoutError, CancelledError) as error:
            # The session may have ended while the question was under way.
            raise self._fault or OverglassError("these glasses do not answer any more") from error

    def _run(self) -> None:
        try:
            loop.run(self._wear())
        except BaseException as error:
            if self._ready.done():
                self._fault = error
            else:
                self._ready.set_exception(error)

    async def _wear(self) -> None:
        self._loop, self._leave = asyncio.get_running_loop(), asyncio.Event()
        async with Sim(self.plan) as sim:
            self._sim = sim
            self._ready.set_result(None)
            leaving, failing = asyncio.create_task(self._leave.wait()), asyncio.create_task(sim.failed())
            await asyncio.wait({leaving, failing}, return_when=asyncio.FIRST_COMPLETED)
            leaving.cancel()
            if failing.done():
                self._fault = failing.exception()
            failing.cancel()
