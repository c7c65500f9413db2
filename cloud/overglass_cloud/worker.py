"""A thread that sleeps until its bell rings and then works until there is nothing left to do."""

import threading
from collections.abc import Callable
from queue import SimpleQueue

ENDS_WITHIN = 10.0
"Seconds; the longest picture under way takes less."


class Worker:
    """`work` does one thing and says whether there was one."""

    def __init__(self, name: str, work: Callable[[], bool]) -> None:
        self._work = work
        self._bell: SimpleQueue[None] = SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()

    def ring(self) -> None:
        """There may be something to do. Never waits."""
        self._bell.put(None)

    def close(self) -> None:
        """Ends the thread, after what it has in hand."""
        self._closed = True
        self._bell.put(None)
        self._thread.join(ENDS_WITHIN)

    def _run(self) -> None:
        while not self._closed:
            self._bell.get()
            while not self._closed and self._work():
                pass
