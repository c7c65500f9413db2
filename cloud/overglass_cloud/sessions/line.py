"""A session's connections: the one in use, and the one that takes its place once the edge speaks over it.

The one in use may fall silent and be heard again. Runs on the event loop; knows neither looks nor viewers.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from overglass_cloud.config import Settings
from overglass_cloud.sessions.reporting import REPORT_EVERY
from overglass_cloud.sessions.summary import Totals
from overglass_cloud.sessions.tasks import Tasks
from overglass_protocol import rtc
from overglass_protocol.errors import PeerError
from overglass_protocol.session import CloudSession

LISTEN_EVERY = 0.25
"Seconds between two looks whether a silent connection is heard again; its pictures are not held up by that."


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A connection that has been answered."""

    peer: rtc.Peer
    talk: CloudSession


class Lines:
    """At most two. `use` hears which is in use from now on, `report` when the edge is to hear how things are.

    `log` is the session's.
    """

    def __init__(
        self,
        settings: Settings,
        tasks: Tasks,
        log: Any,
        use: Callable[[Line], None],
        report: Callable[[rtc.Peer], None],
    ) -> None:
        self.peer: rtc.Peer | None = None
        "The one in use."
        self.alone_since: float | None = None
        "Since when nothing is heard of it, monotonic seconds; None while it is, and before."
        self.past = Totals()
        "Of those that were in use before."
        self._coming: Line | None = None
        self._settings = settings
        self._tasks = tasks
        self._log = log
        self._use = use
        self._report = report

    @property
    def newest(self) -> rtc.Peer | None:
        """The one that was answered last."""
        return self._coming.peer if self._coming is not None else self.peer

    async def drop_coming(self) -> None:
        line, self._coming = self._coming, None
        if line is not None:
            await line.peer.close()

    def drop(self) -> Coroutine[None, None, None]:
        """None is in use from now on; what comes back closes the one that was."""
        peer, self.peer = self.peer, None
        if peer is None:
            return asyncio.sleep(0)
        self.alone_since = time.monotonic()
        self.past.add(peer.statistics())
        return peer.close()

    def add(self, line: Line) -> None:
        """One in use serves on until the edge speaks over this one, unless nothing ever came over it."""
        if self.peer is None or self.peer.last_packet_at is None:
            self._take(line)
        else:
            self._coming = line
            self._tasks.spawn(self._wait_for(line))

    def spoken_over(self, peer: rtc.Peer) -> bool:
        """The edge speaks over this one: whether it is in use, at the latest now."""
        if self._coming is not None and peer is self._coming.peer:
            self._take(self._coming)
        return peer is self.peer

    def lose(self, peer: rtc.Peer | None, reason: str) -> None:
        if peer is None:
            return
        if peer is self.peer:
            self._log.info("connection lost", reason=reason)
            self._tasks.spawn(self.drop(), closes=True)
        elif self._coming is not None and peer is self._coming.peer:
            self._tasks.spawn(self.drop_coming(), closes=True)

    def _take(self, line: Line) -> None:
        self._coming = None
        self._tasks.spawn(self.drop(), closes=True)
        self.peer, self.alone_since = line.peer, None
        self._use(line)
        self._tasks.spawn(self._watch(line.peer))

    async def _wait_for(self, line: Line) -> None:
        """The edge has so long to come up on it and to speak."""
        try:
            await line.peer.connected(self._settings.connect_seconds)
            await asyncio.sleep(self._settings.silence_seconds)
        except PeerError as error:
            self._log.debug("a connection did not come up", reason=str(error))
        if self._coming is line:
            await self.drop_coming()

    async def _watch(self, peer: rtc.Peer) -> None:
        """Notices one that never comes up or falls silent, whatever its state says. A silent one is kept,
        since it comes back sooner than any that replaces it."""
        try:
            await peer.connected(self._settings.connect_seconds)
        except PeerError as error:
            return self.lose(peer, str(error))
        last = time.monotonic()
        report_at, silent = last + REPORT_EVERY, False
        while peer is self.peer:
            last = max(last, peer.last_packet_at or 0.0)
            now = time.monotonic()
            over = last + self._settings.silence_seconds
            if silent != (now >= over):
                silent = not silent
                self.alone_since = now if silent else None
                self._log.info("silent" if silent else "heard again")
            if now >= report_at:
                report_at = now + REPORT_EVERY
                self._report(peer)
            due = now + LISTEN_EVERY if silent else over
            await asyncio.sleep(max(0.01, min(due, report_at) - now))
        return None
