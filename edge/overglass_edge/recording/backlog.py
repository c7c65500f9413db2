"""What waits for the recorder's thread: bounded, because memory is, and refusing rather than blocking.

The one queue on the edge. Elsewhere old pictures are worthless; a recording wants them all.
"""

import threading
from collections import deque
from typing import Generic, TypeVar

from overglass_protocol.latest import Closed

T = TypeVar("T")


class Backlog(Generic[T]):
    """First in, first out, from any thread to one. `put` never waits.

    Items that weigh something (pictures) are bounded by `max_heavy` and `max_bytes`, the others by
    `max_light`.
    """

    def __init__(self, *, max_heavy: int, max_bytes: int, max_light: int) -> None:
        self._max_heavy = max_heavy
        self._max_bytes = max_bytes
        self._max_light = max_light
        self._items: deque[tuple[T, int]] = deque()
        self._changed = threading.Condition()
        self._heavy = self._bytes = 0
        self._in_work = False
        self._closed = False

    def put(self, item: T, weight: int = 0) -> bool:
        """Leaves an item of so many bytes; False if there is no room for it, or no taker any more."""
        with self._changed:
            light = len(self._items) - self._heavy
            if weight:
                fits = self._heavy < self._max_heavy and self._bytes + weight <= self._max_bytes
            else:
                fits = light < self._max_light
            if self._closed or not fits:
                return False
            self._items.append((item, weight))
            self._heavy += bool(weight)
            self._bytes += weight
            self._changed.notify_all()
            return True

    def take(self, timeout: float) -> T | None:
        """The oldest item, and says that the one before is done with; None after `timeout` seconds.

        Raises Closed when it is closed and empty.
        """
        with self._changed:
            self._in_work = False
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._items or self._closed, timeout)
            if not self._items:
                if self._closed:
                    raise Closed
                return None
            item, weight = self._items.popleft()
            self._heavy -= bool(weight)
            self._bytes -= weight
            self._in_work = True
            return item

    def wait_until_done(self, timeout: float) -> bool:
        """Waits until everything that was put has been done with; False after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._items and not self._in_work, timeout)

    def close(self) -> None:
        """Nothing more may come; what is there may still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def abandon(self) -> list[T]:
        """Nothing more will be taken. Returns what is lost by that."""
        with self._changed:
            lost = [item for item, _ in self._items]
            self._items.clear()
            self._heavy = self._bytes = 0
            self._closed, self._in_work = True, False
            self._changed.notify_all()
            return lost
