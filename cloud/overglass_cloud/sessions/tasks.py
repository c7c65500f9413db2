"""The tasks that a session or its broadcast has started: who starts one ends it."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Tasks:
    """Keeps tasks until they are done; `end` ends those that are left. Used on the loop."""

    def __init__(self) -> None:
        self._all: set[asyncio.Task[Any]] = set()
        self._closing: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, Any], *, closes: bool = False) -> None:
        """Starts a task. One that `closes` a connection goes on to its end: cut short, it would leave
        sockets behind."""
        task = asyncio.get_running_loop().create_task(work)
        for kept in (self._all, self._closing) if closes else (self._all,):
            kept.add(task)
            task.add_done_callback(kept.discard)

    async def end(self) -> None:
        for task in self._all - self._closing:
            task.cancel()
        await asyncio.gather(*self._all, return_exceptions=True)
