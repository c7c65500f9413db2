"""Tells of a connection that lives but brings no picture: states lie, frames do not."""

import asyncio
import time
from collections.abc import Callable

NO_PICTURE_AFTER = 3.0
"Seconds without a returned frame, while frames are sent, before the wearer is told."
PAUSE = 1.0
"Seconds without a frame from the camera, after which it counts as pausing."


class Vigil:
    """Watches for pictures that come back. It is told of each that goes and each that comes."""

    def __init__(self, say: Callable[[str, str], None]) -> None:
        self._say = say
        self._seen_at = self._sent_at = time.monotonic()

    def restart(self) -> None:
        """There is a new connection, which owes nothing yet."""
        self._seen_at = time.monotonic()

    def seen(self, at: float) -> None:
        self._seen_at = at

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
            due = self._seen_at + NO_PICTURE_AFTER - time.monotonic()
            await asyncio.sleep(max(due, 0.25))
            now = time.monotonic()
            since = now - self._seen_at
            missing = connected() and now - self._sent_at <= PAUSE and since > NO_PICTURE_AFTER
            if missing and not told:
                self._say("no-picture", f"the service is there but no picture has come for {since:.0f} s")
            elif told and not missing and connected():
                self._say("picture-back", "pictures come again")
            told = missing
