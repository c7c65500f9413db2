"""An event loop for tests whose clock jumps: when nothing is ready, it is at once the next timer's time.

Sockets and threads go on working. The loop knows nothing of what runs on it; code under test has
to read the time from `loop.time()`, since `time.monotonic()` does not jump.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_Ready = list[tuple[selectors.SelectorKey, int]]


class StuckError(Exception):
    """Nothing is ready, no timer is set, and nothing came from outside within the loop's patience."""


class _JumpingSelector(selectors.DefaultSelector):
    """Looks for I/O without waiting for it, and tells `jump` how long it was allowed to wait instead."""

    def __init__(self, jump: Callable[[float], None], patience: float) -> None:
        super().__init__()
        self._jump = jump
        self._patience = patience
        self.holds = 0
        "How many threads are at work for the loop; their results are due before any timer."

    def select(self, timeout: float | None = None) -> _Ready:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is not None and not self.holds:
            self._jump(timeout)
            return ready
        ready = super().select(self._patience)
        if not ready:
            waiting = "a thread is still at work" if self.holds else "no timer is set"
            raise StuckError(f"nothing happened in {self._patience} real seconds, and {waiting}")
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    """A loop whose `time()` starts at 0 and moves only when there is nothing left to do.

    A timer of an hour costs no real time. Work given to an executor takes no time on this clock:
    the loop waits for it in reality before it jumps. When it can only wait for the outside (no
    timer set, or a thread at work) and nothing comes for `patience` real seconds, whatever runs the
    loop gets StuckError.
    """

    def __init__(self, patience: float = 5.0) -> None:
        self._now = 0.0
        self._jumping = _JumpingSelector(self._jump, patience)
        super().__init__(self._jumping)

    def time(self) -> float:
        """Seconds since the loop was made, on its own clock."""
        return self._now

    def _jump(self, seconds: float) -> None:
        self._now += seconds

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> "asyncio.Future[T]":
        """As the loop's own, with the clock held until the work is done."""
        future = super().run_in_executor(executor, func, *args)
        self._jumping.holds += 1
        future.add_done_callback(self._release)
        return future

    async def shutdown_default_executor(self, *timeout: float | None) -> None:
        """As the loop's own (which from Python 3.12 on takes a timeout), with the clock held meanwhile."""
        self._jumping.holds += 1
        try:
            await super().shutdown_default_executor(*timeout)
        finally:
            self._jumping.holds -= 1

    def _release(self, _: "asyncio.Future[Any]") -> None:
        self._jumping.holds -= 1


def run(main: Coroutine[Any, Any, T], *, patience: float = 5.0) -> T:
    """Runs a coroutine to its end on a JumpingLoop, as `asyncio.run` does on a common one."""
    with asyncio.Runner(loop_factory=lambda: JumpingLoop(patience)) as runner:
        return runner.run(main)
