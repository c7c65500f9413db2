"""Tells of pictures that have stopped: those of the camera, and those that should come back. States lie,
frames do not.

Knows neither camera nor connection; is told of each picture that goes and each that comes.
"""

import asyncio
import time
from collections.abc import Callable

NO_PICTURE_AFTER = 3.0
"Seconds without a returned frame, while frames are sent, before the wearer is told: a look may take so long."
STOPPED_AFTER = 1.5
"The same once frames have come back over this connection."
PAUSE = 1.0
"Seconds without a frame from the camera, after which it counts as pausing."
FIRST_PICTURE = 2.0
"Seconds that a camera may take for its first picture before the wearer is told."
STALLED_AFTER, STALLED_PICTURES = 0.6, 3
"A camera has stalled when it has given nothing for so long, and for the time of so many of its pictures."
STEADY = 3
"Pictures in time, one after the other, after which a camera that had stalled is well again."
LOOK_EVERY = 0.1


class Vigil:
    """Watches for pictures, both ways."""

    def __init__(self, say: Callable[[str, str], None]) -> None:
        self._say = say
        self._seen_at = self._sent_at = time.monotonic()
        self._came_back = False
        self._camera = CameraWatch(say)

    def watch_camera(self, fps: float, now: float) -> None:
        """A camera has been opened that gives so many pictures a second."""
        self._camera.start(fps, now)

    def restart(self) -> None:
        """There is a new connection, which owes nothing yet."""
        self._seen_at = time.monotonic()
        self._came_back = False

    def captured(self, now: float, size: tuple[int, int]) -> None:
        """`size`: width and height of the picture."""
        self._camera.captured(now)
        self._camera.resized(size)

    def seen(self, at: float) -> None:
        self._seen_at = at
        self._came_back = True

    def sent(self) -> None:
        """A camera that paused owes no picture for the time in which it sent none."""
        now = time.monotonic()
        if now - self._sent_at > PAUSE:
            self._seen_at = now
        self._sent_at = now

    async def keep(self, connected: Callable[[], bool]) -> None:
        """Until cancelled."""
        told = False
        while True:
            await asyncio.sleep(LOOK_EVERY)
            now = time.monotonic()
            self._camera.look(now)
            since = now - self._seen_at
            patience = STOPPED_AFTER if self._came_back else NO_PICTURE_AFTER
            missing = connected() and now - self._sent_at <= PAUSE and since > patience
            if missing and not told:
                self._say("no-picture", f"the service is there but no picture has come for {since:.1f} s")
            elif told and not missing and connected():
                self._say("picture-back", "pictures come again")
            told = missing


class CameraWatch:
    """Whether a camera gives pictures. One late picture is not worth a word, nor the first after a stall."""

    def __init__(self, say: Callable[[str, str], None]) -> None:
        self._say = say
        self._last: float | None = None
        self._patience = FIRST_PICTURE
        self._usual = STALLED_AFTER
        self._stalled_since: float | None = None
        self._in_time = 0
        self._size: tuple[int, int] | None = None

    def start(self, fps: float, now: float) -> None:
        self._last, self._patience = now, FIRST_PICTURE
        self._usual = max(STALLED_AFTER, STALLED_PICTURES / fps if fps > 0 else 0.0)

    def captured(self, now: float) -> None:
        self.look(now)
        gap = now - self._last if self._last is not None else 0.0
        self._in_time = self._in_time + 1 if gap < self._usual else 0
        self._last, self._patience = now, self._usual
        if self._stalled_since is not None and self._in_time >= STEADY:
            away, self._stalled_since = now - self._stalled_since, None
            self._say("camera-back", f"the camera gives pictures again after {away:.1f} s")

    def resized(self, size: tuple[int, int]) -> None:
        before, self._size = self._size, size
        if before is not None and before != size:
            now, then = (f"{width}x{height}" for width, height in (size, before))
            self._say("camera-size", f"the camera gives pictures of {now} now, instead of {then}")

    def look(self, now: float) -> None:
        if self._last is None or self._stalled_since is not None or now - self._last < self._patience:
            return
        self._stalled_since, self._in_time = self._last, 0
        self._say("camera-stalled", f"the camera has given no picture for {now - self._last:.1f} s")
