"""How the edge comes back: to the connection it had, or to another that is tried beside it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from overglass_edge.lifeline import ATTEMPT, Lifeline
from overglass_protocol.errors import PeerError, RefusedError
from overglass_simulators import virtual_time


class Line:
    """Stands in for a connection: opens when it may, falls silent, is heard again or lost when told so."""

    def __init__(self, outcome: Exception | None = None, takes: float = 0.0) -> None:
        self.heard_at = asyncio.get_running_loop().time()
        self.is_lost = self.open_now = self.retired = False
        self._outcome, self._takes = outcome, takes
        self._troubled, self._decided = asyncio.Event(), asyncio.Event()

    @property
    def trouble(self) -> str:
        return "gone" if self.is_lost else "silent"

    async def open(self) -> None:
        await asyncio.sleep(self._takes)
        if self._outcome is not None:
            raise self._outcome
        self.open_now = True

    async def close(self) -> None:
        self.open_now = False

    def retire(self) -> None:
        self.retired = True

    async def troubled(self) -> None:
        await self._troubled.wait()

    async def decided(self) -> None:
        await self._decided.wait()

    def fall_silent(self) -> None:
        self._decided.clear()
        self._troubled.set()

    def be_heard(self) -> None:
        self._troubled.clear()
        self._decided.set()

    def be_lost(self) -> None:
        self.is_lost = True
        self._troubled.set()
        self._decided.set()


class Wearer:
    """A lifeline whose connections are made by a script, and all that it did."""

    def __init__(self, *lines: Callable[[], Line]) -> None:
        self._makes = iter(lines)
        self.made: list[Line] = []
        self.patience: list[float | None] = []
        self.used: list[Line | None] = []
        self.said: list[str] = []
        self.lifeline = Lifeline(self._connect, self._use, self._say)

    def _connect(self, patience: float | None) -> Any:
        self.patience.append(patience)
        self.made.append(next(self._makes)())
        return self.made[-1]

    def _use(self, line: Any) -> None:
        self.used.append(line)

    def _say(self, name: str, detail: str) -> None:
        self.said.append(name)


@asynccontextmanager
async def kept(wearer: Wearer) -> AsyncIterator[Wearer]:
    keeping = asyncio.create_task(wearer.lifeline.keep())
    await asyncio.sleep(0.01)
    try:
        yield wearer
    finally:
        keeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await keeping
        assert not any(line.open_now for line in wearer.made), "who opens one closes it"


def never() -> Line:
    return Line(takes=3600)


def unanswered() -> Line:
    return Line(PeerError("no answer"), takes=1.0)


def run(test: Any) -> None:
    virtual_time.run(test())


def test_a_silent_connection_that_is_heard_again_is_kept() -> None:
    async def main() -> None:
        async with kept(Wearer(Line, never)) as wearer:
            (line,) = wearer.made
            line.fall_silent()
            await asyncio.sleep(5)
            assert wearer.used == [line], "it goes on being used"
            line.be_heard()
            await asyncio.sleep(0.01)
            assert wearer.used == [line, line]
            assert not line.retired
        assert wearer.said == ["connection-lost", "resumed"]

    run(main)


def test_another_that_is_there_first_takes_its_place_and_the_old_one_says_no_goodbye() -> None:
    async def main() -> None:
        async with kept(Wearer(Line, lambda: Line(takes=0.5))) as wearer:
            wearer.made[0].fall_silent()
            await asyncio.sleep(1)
            old, new = wearer.made
            assert wearer.used == [old, new]
            assert old.retired
            assert not old.open_now
            assert new.open_now

    run(main)


def test_a_lost_connection_is_used_no_more_while_another_is_sought() -> None:
    async def main() -> None:
        async with kept(Wearer(Line, unanswered, unanswered, Line)) as wearer:
            wearer.made[0].be_lost()
            await asyncio.sleep(0.5)
            assert wearer.used[-1] is None
            await asyncio.sleep(5)
            assert wearer.used[-1] is wearer.made[-1]
        assert wearer.said == ["connection-lost", "no-connection"], "a reason is told once"

    run(main)


def test_attempts_are_short_at_first_and_grow_but_for_the_very_first_connection() -> None:
    async def main() -> None:
        async with kept(Wearer(Line, unanswered, unanswered, Line)) as wearer:
            wearer.made[0].be_lost()
            await asyncio.sleep(10)
        first, *others = wearer.patience
        assert first is None
        assert others == [ATTEMPT, ATTEMPT * 1.5, ATTEMPT * 1.5**2]

    run(main)


def test_pauses_are_short_after_a_hiccup_and_longer_in_a_long_outage() -> None:
    async def main() -> None:
        lines = [lambda: Line(PeerError("no answer"))] * 500
        async with kept(Wearer(*lines)) as wearer:
            await asyncio.sleep(5)
            soon = len(wearer.made)
            await asyncio.sleep(295)
            late = len(wearer.made) - soon
        assert 15 <= soon <= 25
        assert 140 <= late <= 190

    run(main)


def test_a_refusal_for_good_is_raised_and_a_temporary_one_waited_out() -> None:
    async def main() -> None:
        full = RefusedError("full", status=503, retry_after=3.0)
        wearer = Wearer(lambda: Line(full), lambda: Line(RefusedError("no such look", status=422)))
        start = asyncio.get_running_loop().time()
        with pytest.raises(RefusedError, match="no such look"):
            await wearer.lifeline.keep()
        assert asyncio.get_running_loop().time() - start >= 3.0
        assert wearer.said == ["refused"]

    run(main)


def test_how_long_it_was_away_is_told_once() -> None:
    async def main() -> None:
        async with kept(Wearer(Line, lambda: Line(takes=4))) as wearer:
            wearer.made[0].fall_silent()
            await asyncio.sleep(4.5)
            assert wearer.lifeline.back_after() is not None
            assert wearer.lifeline.back_after() is None

    run(main)
