"""Keeps one connection in use: opens it, notices that it falls silent, and gets the wearer back.

A silent connection is not given up: it comes back by itself as soon as the network does. New ones are
tried beside it, and whichever is there first is used. Knows neither cameras nor displays.
"""

import asyncio
from collections.abc import Callable

import structlog

from overglass_edge.connection import Connection
from overglass_protocol.errors import PeerError, RefusedError

log = structlog.get_logger()

ATTEMPT = 1.5
"Seconds that the first attempt to come back may take for each of its two halves, HTTP and media."
GROWTH = 1.5
"Each further attempt may take so many times longer: a slow network is not to be given up on for ever."
SHORTEST_PAUSE, LONGEST_PAUSE = 0.25, 2.0
PAUSE_SHARE = 0.05
"Of the time without a connection, between two attempts: eager after a hiccup, patient in a long outage."
TEMPORARY = {408, 425, 429, 500, 502, 503, 504}
"HTTP statuses after which trying again can help."


class Lifeline:
    """`keep` runs until it is cancelled, and raises RefusedError when the service will never let us in.

    `connect(patience)` makes a connection that is not open yet; its halves may take so many seconds, or as
    long as usual. `use` gets the one to use from now on, or None while there is none.
    """

    def __init__(
        self,
        connect: Callable[[float | None], Connection],
        use: Callable[[Connection | None], None],
        say: Callable[[str, str], None],
    ) -> None:
        self._connect = connect
        self._use = use
        self._say = say
        self._away_since: float | None = None
        self._closing: set[asyncio.Task[None]] = set()

    def back_after(self) -> float | None:
        """Seconds without a sign of life until now, and forgets them; None if there was no such time."""
        since, self._away_since = self._away_since, None
        return _now() - since if since is not None else None

    async def keep(self) -> None:
        connection: Connection | None = None
        try:
            connection = await self._opened(None)
            while True:
                self._use(connection)
                await connection.troubled()
                connection = await self._restored(connection)
        finally:
            self._use(None)
            if connection is not None:
                await connection.close()
            await asyncio.gather(*self._closing, return_exceptions=True)

    async def _restored(self, old: Connection) -> Connection:
        """The same connection once it is heard again, or another one."""
        if self._away_since is None:
            self._away_since = old.heard_at
        self._say("connection-lost", f"{old.trouble}; connecting again")
        attempt = asyncio.create_task(self._opened(ATTEMPT))
        revival = asyncio.create_task(self._revived(old))
        chosen: Connection | None = None
        try:
            await asyncio.wait({attempt, revival}, return_when=asyncio.FIRST_COMPLETED)
            if not attempt.done() and await revival:
                self._say("resumed", f"back after {self.back_after() or 0.0:.1f} s, on the same connection")
                chosen = old
            else:
                chosen = await attempt
        finally:
            for task in (attempt, revival):
                task.cancel()
            opened, _ = await asyncio.gather(attempt, revival, return_exceptions=True)
            if not isinstance(opened, BaseException) and opened is not chosen:
                self._retire(opened)
        if chosen is not old:
            self._retire(old)
        return chosen

    async def _revived(self, connection: Connection) -> bool:
        """True as soon as it is heard again, False when it is lost for good."""
        await connection.decided()
        if connection.is_lost:
            self._use(None)
        return not connection.is_lost

    async def _opened(self, patience: float | None) -> Connection:
        """Tries until it has a connection. Raises RefusedError when trying again cannot help."""
        began, told = _now(), ""
        while True:
            pause = min(LONGEST_PAUSE, max(SHORTEST_PAUSE, PAUSE_SHARE * (_now() - began)))
            try:
                connection = self._connect(patience)
                await connection.open()
            except RefusedError as error:
                if error.status not in TEMPORARY:
                    raise
                pause = max(pause, error.retry_after or 0.0)
                self._say("refused", f"{error} Trying again in {pause:.1f} s.")
            except PeerError as error:
                if str(error) != told:  # once for each reason, or a long outage would be a litany
                    told = str(error)
                    self._say("no-connection", f"{error} Trying again.")
            else:
                return connection
            if patience is not None:
                patience *= GROWTH
            await asyncio.sleep(pause)

    def _retire(self, connection: Connection) -> None:
        """Closes one that another has replaced, in the background: that one is in use already."""
        connection.retire()
        task = asyncio.create_task(connection.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


def _now() -> float:
    return asyncio.get_running_loop().time()
