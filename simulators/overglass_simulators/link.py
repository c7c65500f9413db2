"""A bad network on loopback: a seeded UDP relay between two real WebRTC stacks.

`LinkModel` decides each packet's fate with the time as an argument and knows no sockets; `Relay`
owns the sockets and timers and decides nothing. Neither knows what the packets say. Delivery is as
fine as the loop's timers, about a millisecond; a link without delay passes packets on at once.
"""

import asyncio
import heapq
import ipaddress
import random
import re
import socket
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Self

from overglass_protocol.errors import PeerError

Address = tuple[str, int]

_HOST = "127.0.0.1"
_HEADERS = 28
"Bytes of IPv4 and UDP header that a packet takes on the wire besides what it carries."
_EARLY = 0.0005
"uvloop rounds timers to the nearest millisecond: what is due this soon is delivered now, not polled for."


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """One direction of a link. The default passes everything at once."""

    loss: float = 0.0
    "Probability that a packet is lost, each on its own."
    delay: float = 0.0
    "Seconds that every packet takes."
    jitter: float = 0.0
    "At most so many seconds more, uniformly."
    reorder: bool = False
    "Whether jitter may let a packet overtake another."
    rate: float | None = None
    "Bits per second, headers included; None for no limit."
    queue: float = 0.2
    "Seconds of backlog in front of the rate limit; a packet that finds more than that is dropped."


class LinkModel:
    """One direction of a link, as decisions. The n-th packet's luck depends on `seed` and n alone.

    `settings` may be replaced at any time. `counts` holds packets by what became of them: `passed`,
    `lost`, `overflowed` (found the queue full), `cut`, `refused` (by the receiver's socket).
    """

    def __init__(self, settings: LinkSettings, seed: int) -> None:
        self.settings = settings
        self.counts: Counter[str] = Counter()
        self.held_until = 0.0
        "Nothing is delivered before this time."
        self.is_cut = False
        "Whether every packet is dropped."
        self._random = random.Random(seed)
        self._free_at = 0.0
        self._last_due = 0.0

    def send(self, size: int, now: float) -> float | None:
        """The time at which a packet of `size` bytes sent now is delivered; None if it never is."""
        luck, wobble = self._random.random(), self._random.random()
        if self.is_cut:
            self.counts["cut"] += 1
            return None
        left_at = self._queue(size, now)
        if left_at is None:
            self.counts["overflowed"] += 1
            return None
        if luck < self.settings.loss:
            self.counts["lost"] += 1
            return None
        due = left_at + self.settings.delay + self.settings.jitter * wobble
        if not self.settings.reorder:
            due = self._last_due = max(due, self._last_due)
        return max(due, self.held_until)

    def stall(self, seconds: float, now: float) -> None:
        """Holds everything for so long; then the backlog is delivered at once."""
        self.held_until = max(self.held_until, now + seconds)

    def _queue(self, size: int, now: float) -> float | None:
        """When the packet's last bit has left the queue; None when the queue is full."""
        if self.settings.rate is None:
            return now
        starts_at = max(self._free_at, now)
        if starts_at - now > self.settings.queue:
            return None
        self._free_at = starts_at + size * 8 / self.settings.rate
        return self._free_at


class _Pipe:
    """Carries one direction's packets from socket to socket when its model says so."""

    def __init__(self, model: LinkModel, loop: asyncio.AbstractEventLoop) -> None:
        self._model = model
        self._loop = loop
        self._order = count()
        self._waiting: list[tuple[float, int, bytes, socket.socket, Address]] = []
        self._timer: asyncio.TimerHandle | None = None

    def send(self, data: bytes, out: socket.socket, to: Address) -> None:
        now = self._loop.time()
        due = self._model.send(len(data) + _HEADERS, now)
        if due is None:
            return
        if due <= now and not self._waiting:
            self._deliver(data, out, to)
            return
        heapq.heappush(self._waiting, (due, next(self._order), data, out, to))
        if self._timer is None or due < self._timer.when():
            self._arm(due)

    def drop_all(self, reason: str) -> None:
        """Forgets what is under way."""
        self._model.counts[reason] += len(self._waiting)
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(at, self._flush)

    def _flush(self) -> None:
        self._timer = None
        now = self._loop.time() + _EARLY
        while self._waiting:
            due = max(self._waiting[0][0], self._model.held_until)
            if due > now:
                self._arm(due)
                return
            _, _, data, out, to = heapq.heappop(self._waiting)
            self._deliver(data, out, to)

    def _deliver(self, data: bytes, out: socket.socket, to: Address) -> None:
        try:
            out.sendto(data, to)
        except OSError:  # the receiver has gone, or its buffer is full: to UDP that is a lost packet
            self._model.counts["refused"] += 1
        else:
            self._model.counts["passed"] += 1


class _Door:
    """A port that stands for one true address: each client gets a socket of its own towards it."""

    def __init__(self, target: Address, there: _Pipe, back: _Pipe, loop: asyncio.AbstractEventLoop) -> None:
        self._target, self._there, self._back, self._loop = target, there, back, loop
        self._buffer = bytearray(65536)
        self._outward: dict[Address, socket.socket] = {}
        self._public = self._open(self._from_client)
        self.port: int = self._public.getsockname()[1]

    def close(self) -> None:
        for sock in (self._public, *self._outward.values()):
            self._loop.remove_reader(sock)
            sock.close()

    def _open(self, received: Callable[[bytes, Address], None]) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((_HOST, 0))
        sock.setblocking(False)
        self._loop.add_reader(sock, self._drain, sock, received)
        return sock

    def _drain(self, sock: socket.socket, received: Callable[[bytes, Address], None]) -> None:
        with suppress(OSError):
            # Bounded, so that a flood on one socket does not keep the loop from the others.
            for _ in range(64):
                size, sender = sock.recvfrom_into(self._buffer)
                received(bytes(memoryview(self._buffer)[:size]), sender)

    def _from_client(self, data: bytes, client: Address) -> None:
        outward = self._outward.get(client)
        if outward is None:
            outward = self._open(lambda answer, _: self._back.send(answer, self._public, client))
            self._outward[client] = outward
        self._there.send(data, outward, self._target)


class Relay:
    """All UDP between two WebRTC peers, by way of two links: `up` from the offerer, `down` to it.

    Use as an async context manager, and give each peer the other's description through `rewrite`:

        async with Relay(up=LinkSettings(loss=0.02, delay=0.03)) as relay:
            answer = await post(relay.rewrite(offer))
            await peer.accept(relay.rewrite(answer))

    Peers have to gather candidates on 127.0.0.1. Any number of clients may share a relay; they
    share its two links, as a household shares a line.
    """

    def __init__(
        self, up: LinkSettings | None = None, down: LinkSettings | None = None, *, seed: int = 0
    ) -> None:
        self.up = LinkModel(up or LinkSettings(), 2 * seed)
        self.down = LinkModel(down or LinkSettings(), 2 * seed + 1)
        self._doors: dict[tuple[Address, bool], _Door] = {}

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._pipes = _Pipe(self.up, self._loop), _Pipe(self.down, self._loop)
        return self

    async def __aexit__(self, *_: object) -> None:
        for pipe in self._pipes:
            pipe.drop_all("cut")
        for door in self._doors.values():
            door.close()
        self._doors.clear()

    def rewrite(self, sdp: str) -> str:
        """The same offer or answer, with every way to its writer but through this relay removed.

        Raises PeerError when it has candidates but none that the relay can stand for.
        """
        # RFC 8842, 5.2: an offer says actpass, and an answer never does.
        to_offerer = "a=setup:actpass" in sdp
        return rewrite_candidates(sdp, lambda host, port: self.door(host, port, to_offerer=to_offerer))

    def door(self, host: str, port: int, *, to_offerer: bool = False) -> int:
        """A port on 127.0.0.1 that leads to `host` and `port`, up the link unless `to_offerer`."""
        key = ((host, port), to_offerer)
        if key not in self._doors:
            up, down = self._pipes
            there, back = (down, up) if to_offerer else (up, down)
            self._doors[key] = _Door((host, port), there, back, self._loop)
        return self._doors[key].port

    def cut(self) -> None:
        """Nothing passes any more, what is under way included."""
        for model, pipe in zip((self.up, self.down), self._pipes, strict=True):
            model.is_cut = True
            pipe.drop_all("cut")

    def mend(self) -> None:
        """Ends a cut."""
        self.up.is_cut = self.down.is_cut = False

    def stall(self, seconds: float) -> None:
        """Both directions stand still for so long; then all that was held is delivered at once."""
        for model in (self.up, self.down):
            model.stall(seconds, self._loop.time())


def rewrite_candidates(sdp: str, port_for: Callable[[str, int], int]) -> str:
    """An SDP whose only addresses are 127.0.0.1 with the port that `port_for(host, port)` gives.

    Only UDP candidates on an IPv4 loopback address stay. Default addresses become port 9 of 0.0.0.0,
    which RFC 8829 (5.2.1) has for "see the candidates". Raises PeerError when no candidate stays.
    """
    lines, kept, left_out = [], 0, 0
    for line in sdp.splitlines(keepends=True):
        if not line.startswith("a=candidate:"):
            lines.append(_without_default_address(line))
            continue
        fields = line.split()
        if fields[2].lower() == "udp" and _is_loopback(fields[4]):
            fields[4:6] = _HOST, str(port_for(fields[4], int(fields[5])))
            lines.append(" ".join(fields[:8]) + line[len(line.rstrip()) :])
            kept += 1
        else:
            left_out += 1
    if left_out and not kept:
        raise PeerError(
            "the session description has no UDP candidate on 127.0.0.1 to relay",
            cure="Let both peers gather candidates on loopback.",
        )
    return "".join(lines)


def _without_default_address(line: str) -> str:
    line = re.sub(r"^(m=\S+) [1-9]\d* ", r"\1 9 ", line)
    return re.sub(r"^(c=|a=rtcp:\d+ )IN IP[46] [^\s/]+", _nowhere, line)


def _nowhere(match: re.Match[str]) -> str:
    return ("c=" if match[1] == "c=" else "a=rtcp:9 ") + "IN IP4 0.0.0.0"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        return False
