"""Where a capturing thread meets the coroutine that pulls from it. Holds one picture, not a queue.

Knows nothing of files and devices. Differs from the protocol's `Latest` in two ways: a displaced
picture leaves its sound behind for the next, and a thread may wait for room instead of displacing.
"""

import asyncio
import threading
from collections import Counter
from dataclasses import replace

from overglass_edge.sources.captured import Captured
from overglass_protocol.errors import SourceError

MAX_SOUND = 1000
"Packets kept for a consumer that has stopped taking pictures: about 20 seconds."


class HandOver:
    """One thread puts or offers, one coroutine takes. Displaced pictures are counted in `dropped`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, dropped: Counter[str]) -> None:
        self.dropped = dropped
        self._loop = loop
        self._changed = threading.Condition()
        self._item: Captured | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._finished = self._closed = False
        self._error: SourceError | None = None

    def put(self, captured: Captured) -> bool:
        """Leaves a picture in place of one that was not taken in time. False once closed."""
        with self._changed:
            if self._item is not None:
                self.dropped["displaced"] += 1
                sound = self._item.sound + captured.sound
                if len(sound) > MAX_SOUND:
                    self.dropped["sound packets"] += len(sound) - MAX_SOUND
                captured = replace(captured, sound=sound[-MAX_SOUND:])
            return self._leave(captured)

    def offer(self, captured: Captured) -> bool:
        """Waits until there is room for the picture. False once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._item is None or self._closed)
            return self._leave(captured)

    def finish(self, error: SourceError | None = None) -> None:
        """No more will come: the taker gets what is left, then `error` if there is one."""
        with self._changed:
            self._finished, self._error = True, error
            self._wake()

    def close(self) -> None:
        """Nobody will take any more."""
        with self._changed:
            self._closed = self._finished = True
            self._item = None
            self._changed.notify_all()
            self._wake()

    async def take(self) -> Captured | None:
        """The picture, as soon as there is one; None at the end. Raises what `finish` was given."""
        while True:
            with self._changed:
                if self._item is not None or self._finished:
                    return self._pop()
                self._waiter = waiter = self._loop.create_future()
            await waiter

    def _leave(self, captured: Captured) -> bool:
        if self._closed:
            return False
        self._item = captured
        self._wake()
        return True

    def _pop(self) -> Captured | None:
        item, self._item = self._item, None
        if item is None and self._error is not None:
            error, self._error = self._error, None
            raise error
        self._changed.notify_all()
        return item

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(_release, waiter)


def _release(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)
