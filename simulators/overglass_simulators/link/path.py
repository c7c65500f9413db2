"""Sockets and timers of a bad network: packets carried from socket to socket when a model says so.

Decides nothing. Delivery is as fine as the loop's timers, about a millisecond; a link without delay
passes packets on at once.
"""

import asyncio
import heapq
import socket
from collections.abc import Callable
from contextlib import suppress
from itertools import count

from overglass_simulators.link.description import HOST
from overglass_simulators.link.model import LinkModel

Address = tuple[str, int]

_HEADERS = 28
"Bytes of IPv4 and UDP header that a packet takes on the wire besides what it carries."
_EARLY = 0.0005
"uvloop rounds timers to the nearest millisecond: what is due this soon is delivered now, not polled for."


class Pipe:
    """Carries one direction's packets."""

    def __init__(self, model: LinkModel, loop: asyncio.AbstractEventLoop) -> None:
        self.model = model
        self._loop = loop
        self._order = count()
        self._waiting: list[tuple[float, int, bytes, socket.socket, Address]] = []
        self._timer: asyncio.Handle | None = None
        self._armed_for = 0.0
        "uvloop's handles of what is due at once do not tell when that is."

    def send(self, data: bytes, out: socket.socket, to: Address) -> None:
        now = self._loop.time()
        due = self.model.send(len(data) + _HEADERS, now)
        if due is None:
            return
        if due <= now and not self._waiting:
            self._deliver(data, out, to)
            return
        heapq.heappush(self._waiting, (due, next(self._order), data, out, to))
        if self._timer is None or due < self._armed_for:
            self._arm(due)

    def drop_all(self, reason: str) -> None:
        """Forgets what is under way."""
        self.model.counts[reason] += len(self._waiting)
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._armed_for = at
        self._timer = self._loop.call_at(at, self._flush)

    def _flush(self) -> None:
        self._timer = None
        now = self._loop.time() + _EARLY
        while self._waiting:
            due = max(self._waiting[0][0], self.model.held_until)
            if due > now:
                self._arm(due)
                return
            _, _, data, out, to = heapq.heappop(self._waiting)
            self._deliver(data, out, to)

    def _deliver(self, data: bytes, out: socket.socket, to: Address) -> None:
        try:
            out.sendto(data, to)
        except OSError:  # the receiver or the path has gone, or a buffer is full: to UDP a lost packet
            self.model.counts["refused"] += 1
        else:
            self.model.counts["passed"] += 1


class Gate:
    """A port that stands for one true address: each client gets a socket of its own towards it."""

    def __init__(
        self,
        target: Address,
        there: Pipe,
        back: Pipe,
        loop: asyncio.AbstractEventLoop,
        *,
        to_offerer: bool,
        muted: bool,
    ) -> None:
        self.muted = muted
        "Nothing passes, either way."
        self.used_at = loop.time()
        "When a client last sent something."
        self._target, self._there, self._back, self._loop = target, there, back, loop
        self._to_offerer = to_offerer
        self._buffer = bytearray(65536)
        self._outward: dict[Address, socket.socket] = {}
        self._public = self._open(self._from_client)

    @property
    def port(self) -> int:
        number: int = self._public.getsockname()[1]
        return number

    def close(self) -> None:
        for sock in (self._public, *self._outward.values()):
            self._shut(sock)

    def move(self) -> None:
        """Whoever answered the offer sees the other at a new address from now on; the old one is dead."""
        if self._to_offerer:
            self._shut(self._public)
            self._public = self._open(self._from_client)
        else:
            for sock in self._outward.values():
                self._shut(sock)
            self._outward.clear()

    def _open(self, received: Callable[[bytes, Address], None]) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((HOST, 0))
        sock.setblocking(False)
        self._loop.add_reader(sock, self._drain, sock, received)
        return sock

    def _shut(self, sock: socket.socket) -> None:
        self._loop.remove_reader(sock)
        sock.close()

    def _drain(self, sock: socket.socket, received: Callable[[bytes, Address], None]) -> None:
        with suppress(OSError):
            # Bounded, so that a flood on one socket does not keep the loop from the others.
            for _ in range(64):
                size, sender = sock.recvfrom_into(self._buffer)
                received(bytes(memoryview(self._buffer)[:size]), sender)

    def _from_client(self, data: bytes, client: Address) -> None:
        self.used_at = self._loop.time()
        if self.muted:
            self._there.model.counts["silenced"] += 1
            return
        outward = self._outward.get(client)
        if outward is None:
            outward = self._open(lambda answer, _: self._to_client(answer, client))
            self._outward[client] = outward
        self._there.send(data, outward, self._target)

    def _to_client(self, data: bytes, client: Address) -> None:
        if self.muted:
            self._back.model.counts["silenced"] += 1
        else:
            self._back.send(data, self._public, client)
