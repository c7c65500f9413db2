"""What the page shows of pictures: the newest pair as one JPEG, encoded only while somebody asks.

Viewers pull, so that each holds one picture and never a backlog. Encodes in a thread of its own;
knows no HTTP.
"""

import asyncio
import threading
import time
from dataclasses import dataclass

import av
import cv2
import numpy as np
import structlog
from numpy.typing import NDArray

from overglass_edge.overlay import with_scene
from overglass_edge.trip import Trip
from overglass_protocol.latest import Closed, Latest
from overglass_simulators.demo.pairs import Pair

log = structlog.get_logger()

WATCHED_FOR = 1.0
"Seconds after the last viewer asked in which pairs are still encoded: a slow page asks again by then."
QUALITY = 85
MOST_HEIGHT = 720
"Of a picture on the page; larger ones are scaled down, for the eye and for the measurement beside it."


@dataclass(frozen=True, slots=True)
class Shot:
    """A pair as the page gets it."""

    number: int
    "Counts up with every shot."
    jpeg: bytes
    "The camera's picture left, the result right, of equal size."
    trip: Trip


class Pictures:
    """A taker of pairs. A context manager around its thread; all else runs on the event loop."""

    def __init__(self) -> None:
        self.newest: Shot | None = None
        self._slot: Latest[Pair] = Latest("page busy")
        self._asked_at = float("-inf")
        self._waiting: set[asyncio.Future[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="page-jpeg", daemon=True)

    def __enter__(self) -> "Pictures":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._slot.close()
        self._thread.join(2.0)
        self._wake()

    @property
    def watched(self) -> bool:
        return bool(self._waiting) or time.monotonic() - self._asked_at < WATCHED_FOR

    def take(self, pair: Pair) -> None:
        """Never waits."""
        if self.watched:
            self._slot.put(pair)

    async def newer(self, than: int, timeout: float) -> Shot | None:
        """A shot with a higher number, at once or as soon as there is one; None after `timeout` seconds."""
        self._asked_at = time.monotonic()
        if self.newest is None or self.newest.number <= than:
            waiter: asyncio.Future[None] = self._loop.create_future()
            self._waiting.add(waiter)
            try:
                await asyncio.wait({waiter}, timeout=timeout)
            finally:
                self._waiting.discard(waiter)
                self._asked_at = time.monotonic()
        newest = self.newest
        return newest if newest is not None and newest.number > than else None

    def _run(self) -> None:
        number = 0
        while True:
            try:
                pair = self._slot.take()
            except Closed:
                return
            try:
                number += 1
                shot = Shot(number, to_jpeg(pair.camera, with_scene(pair.result, pair.scene)), pair.trip)
                self._loop.call_soon_threadsafe(self._publish, shot)
            except RuntimeError:
                return  # the loop has closed: the program ends
            except Exception:
                # Top of the thread: a picture that cannot be shown must not end the page.
                log.exception("a picture cannot be shown", width=pair.result.width, height=pair.result.height)

    def _publish(self, shot: Shot) -> None:
        self.newest = shot
        self._wake()

    def _wake(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)


def to_jpeg(camera: av.VideoFrame, result: av.VideoFrame) -> bytes:
    """Both pictures side by side, each as large as the camera's, at most MOST_HEIGHT tall."""
    scale = min(1.0, MOST_HEIGHT / camera.height)
    size = max(2, round(camera.width * scale)), max(2, round(camera.height * scale))
    _, data = cv2.imencode(
        ".jpg", np.hstack([_bgr(camera, size), _bgr(result, size)]), [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    )
    return data.tobytes()


def _bgr(picture: av.VideoFrame, size: tuple[int, int]) -> NDArray[np.uint8]:
    pixels = cv2.cvtColor(picture.to_ndarray(), cv2.COLOR_YUV2BGR_I420)
    if (picture.width, picture.height) != size:
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return np.asarray(pixels, np.uint8)
