"""A slot that holds one: the newest wins, and what it displaces is counted.

Slots stand where the pace changes (before an encoder, an engine, a display), so that no frame ever
waits behind another. Either side may be a thread or a coroutine.
"""

import asyncio
import threading
from collections import Counter
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")


class Closed(Exception):  # noqa: N818 - the end of a stream is an event, not a fault
    """The slot was closed and is empty."""


class Latest(Generic[T]):
    """One item at most, of any type; safe for any number of writers and one reader.

    `dropped` counts displaced items under the name given as `reason`.
    """

    def __init__(self, reason: str = "displaced") -> None:
        self.dropped: Counter[str] = Counter()
        self._reason = reason
        self._lock = threading.Lock()
        self._items: list[T] = []
        self._closed = False
        # What a reading thread sleeps on. It wakes in a third of the time that it takes on a Condition,
        # and every frame of every session passes several slots.
        self._tokens: SimpleQueue[None] = SimpleQueue()
        self._sleeping = False
        self._waiter: tuple[asyncio.AbstractEventLoop, asyncio.Future[None]] | None = None

    def put(self, item: T) -> None:
        """Leaves `item` for the reader. Never waits. After `close` it does nothing."""
        with self._lock:
            if self._closed:
                return
            if self._items:
                self.dropped[self._reason] += 1
                self._items[0] = item
            else:
                self._items.append(item)
                self._wake()

    def take(self, timeout: float | None = None) -> T:
        """For a reading thread: waits for an item.

        Raises TimeoutError after `timeout` seconds, Closed when none will come.
        """
        while True:
            with self._lock:
                if self._items or self._closed:
                    return self._pop()
                self._sleeping = True
            try:
                self._tokens.get(timeout=timeout)
            except Empty:
                raise TimeoutError from None

    async def get(self) -> T:
        """For a reading coroutine: waits for an item. Raises Closed when none will come."""
        loop = asyncio.get_running_loop()
        while True:
            with self._lock:
                if self._items or self._closed:
                    return self._pop()
                waiter: asyncio.Future[None] = loop.create_future()
                self._waiter = (loop, waiter)
            await waiter

    def clear(self, reason: str) -> None:
        """Drops the item, if there is one, counted under `reason`."""
        with self._lock:
            if self._items:
                self.dropped[reason] += 1
                self._items.clear()

    def close(self) -> None:
        """Ends the stream: the reader gets the item that is left, then Closed."""
        with self._lock:
            self._closed = True
            self._wake()

    def __aiter__(self) -> "Latest[T]":
        return self

    async def __anext__(self) -> T:
        try:
            return await self.get()
        except Closed:
            raise StopAsyncIteration from None

    def _pop(self) -> T:
        if not self._items:
            raise Closed
        return self._items.pop()

    def _wake(self) -> None:
        if self._sleeping:
            self._sleeping = False
            self._tokens.put(None)
        if self._waiter is not None:
            loop, waiter = self._waiter
            self._waiter = None
            if not loop.is_closed():
                loop.call_soon_threadsafe(_finish, waiter)


def _finish(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)
