"""A camera whose pictures are made by a blocking loop: here is the thread that runs the loop.

Knows nothing of files and devices; they fill in `_open`, `_captures` and `_close`, which all run in
that one thread, so that nothing of FFmpeg ever runs on the event loop.
"""

import asyncio
import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from typing import Self

import av
import structlog

from overglass_edge.sources.captured import Captured, assumed_intrinsics
from overglass_edge.sources.handover import HandOver
from overglass_protocol.errors import SourceError
from overglass_protocol.provenance.terms import SourceType

log = structlog.get_logger()

CLOSING_TIMEOUT = 5.0
"Seconds that leaving waits for the thread: a driver that hangs must not hang the program."


class ThreadedCamera(ABC):
    """See `Camera` for what the attributes mean. With `lossless` the thread waits for its taker."""

    digital_source: SourceType | None = None
    "What may be claimed of its pictures when they are signed; None: nothing, as of a film or of a stream."

    def __init__(self, name: str, *, lossless: bool = False) -> None:
        self.name = name
        self.width = self.height = 0
        self.fps = 0.0
        self.intrinsics = assumed_intrinsics(2, 2)
        self.sound: av.AudioStream | None = None
        self.dropped: Counter[str] = Counter()
        self._lossless = lossless
        self._stop = threading.Event()
        self._pulled = threading.Event()
        self._hand_over: HandOver | None = None
        self._ended: asyncio.Future[None] | None = None

    @abstractmethod
    def _open(self) -> None:
        """Opens the source and fills in the attributes. Raises SourceError."""

    @abstractmethod
    def _captures(self) -> Iterator[Captured]:
        """Captures until the source ends or `_stop` is set. Raises SourceError.

        A source that need not start before somebody pulls waits for `_pulled`.
        """

    @abstractmethod
    def _close(self) -> None:
        """Gives back what `_open` took, as far as it came."""

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        opened: asyncio.Future[None] = loop.create_future()
        self._ended = loop.create_future()
        self._hand_over = HandOver(loop, self.dropped)
        work = (loop, opened, self._ended, self._hand_over)
        threading.Thread(target=self._run, args=work, name=f"camera {self.name}", daemon=True).start()
        try:
            await opened
        except BaseException:
            self._stop.set()
            self._pulled.set()
            raise
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._stop.set()
        self._pulled.set()
        if self._hand_over is not None and self._ended is not None:
            self._hand_over.close()
            done, _ = await asyncio.wait({self._ended}, timeout=CLOSING_TIMEOUT)
            if not done:
                log.warning("a camera does not stop; leaving its thread behind", camera=self.name)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Captured:
        if self._hand_over is None:
            raise SourceError(f"{self.name} is not open", cure="Enter it first: async with camera.")
        self._pulled.set()
        captured = await self._hand_over.take()
        if captured is None:
            raise StopAsyncIteration
        return captured

    def _run(
        self,
        loop: asyncio.AbstractEventLoop,
        opened: "asyncio.Future[None]",
        ended: "asyncio.Future[None]",
        hand_over: HandOver,
    ) -> None:
        error: SourceError | None = None
        try:
            try:
                self._open()
                _settle(loop, opened)
                self._capture(hand_over)
            finally:
                self._close()
        except SourceError as fault:
            error = fault
        except Exception as fault:
            log.exception("a camera's thread failed", camera=self.name)
            error = SourceError(f"{self.name} failed: {fault!r}", cure="Please report this as a bug.")
        hand_over.finish(error)
        _settle(loop, opened, error)
        _settle(loop, ended)

    def _capture(self, hand_over: HandOver) -> None:
        hand = hand_over.offer if self._lossless else hand_over.put
        for captured in self._captures():
            if self._stop.is_set() or not hand(captured):
                break


def _settle(
    loop: asyncio.AbstractEventLoop, future: "asyncio.Future[None]", error: SourceError | None = None
) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(_set, future, error)


def _set(future: "asyncio.Future[None]", error: SourceError | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
