"""Sockets for publishers: many may knock, one publishes. Runs in one thread, which polls it.

Knows no codec. A stranger is given STRANGER_SECONDS, and never keeps the place of whoever has the key.
"""

import contextlib
import errno
import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from overglass_edge.rtmp.address import Address
from overglass_edge.rtmp.talk import Described, Event, Finished, Media, Published, PublisherTalk, Refused
from overglass_protocol.errors import SourceError

STRANGER_SECONDS = 10.0
"Seconds from the first packet to the right stream key."
SILENT_SECONDS = 10.0
"Seconds without a byte, after which a publisher has gone: a phone out of reach says no goodbye."
MAX_CONNECTIONS = 8
MOST_AT_ONCE = 4 * 2**20
"Bytes taken from one publisher before anybody else is looked after."
_READ = 64 * 2**10


@dataclass(frozen=True, slots=True)
class Came:
    """Somebody with the key publishes now, in place of whoever did before."""

    who: str


@dataclass(frozen=True, slots=True)
class Gone:
    """Whoever published has stopped."""

    who: str
    why: str


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """Somebody without the key, or without RTMP, was sent away."""

    who: str
    why: str


News: TypeAlias = Came | Gone | TurnedAway | Described | Media


@dataclass(slots=True, eq=False)
class _Connection:
    socket: socket.socket
    address: str
    who: str
    talk: PublisherTalk
    since: float
    heard: float = field(default=0.0)
    is_open: bool = True
    has_spoken: bool = False
    has_finished: bool = False
    "It has published, and said goodbye."


class Listener:
    """Listens from its creation to `close`. Raises SourceError where it cannot."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connections: list[_Connection] = []
        self._publisher: _Connection | None = None
        self._selector = selectors.DefaultSelector()
        self._socket = _listen(address)
        self._selector.register(self._socket, selectors.EVENT_READ)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def poll(self, seconds: float) -> list[News]:
        """What has happened, after waiting at most so long for it."""
        news: list[News] = []
        for key, _ in self._selector.select(seconds):
            if key.fileobj is self._socket:
                self._accept()
            elif key.data.is_open:
                news += self._read(key.data)
        news += self._look_at_the_clock(time.monotonic())
        return news

    def turn_away(self, why: str) -> None:
        """Ends the publisher's connection and tells it why. No Gone comes of it."""
        if self._publisher is not None:
            self._publisher.talk.refuse(why)
            self._drop(self._publisher)

    def close(self) -> None:
        for connection in list(self._connections):
            self._drop(connection)
        self._selector.close()
        self._socket.close()

    def _accept(self) -> None:
        try:
            accepted, peer = self._socket.accept()
        except OSError:
            return  # it has gone again
        accepted.setblocking(False)
        now = time.monotonic()
        who = f"{peer[0]}:{peer[1]}"
        connection = _Connection(accepted, peer[0], who, PublisherTalk(self._address.path), now, now)
        self._connections.append(connection)
        self._selector.register(accepted, selectors.EVENT_READ, connection)
        if len(self._connections) > MAX_CONNECTIONS:
            self._drop(self._one_too_many())

    def _one_too_many(self) -> _Connection:
        """Of the strangers of the address that has most, whoever has been silent longest; where all have
        begun to speak, the newest, so that a handshake which has begun can end."""
        strangers = [c for c in self._connections if c is not self._publisher]
        ((crowded, _),) = Counter(c.address for c in reversed(strangers)).most_common(1)
        crowd = [c for c in strangers if c.address == crowded]
        return next((c for c in crowd if not c.has_spoken), crowd[-1])

    def _read(self, connection: _Connection) -> Iterator[News]:
        taken = 0
        while connection.is_open and taken < MOST_AT_ONCE:
            try:
                data = connection.socket.recv(_READ)
            except BlockingIOError:
                return
            except OSError as error:
                yield from self._end(connection, error.strerror or "the connection broke")
                return
            if not data:
                yield from self._end(connection, "the connection was closed")
                return
            taken += len(data)
            connection.heard, connection.has_spoken = time.monotonic(), True
            events = connection.talk.receive(data)
            self._send(connection)
            for event in events:
                yield from self._on_event(connection, event)

    def _on_event(self, connection: _Connection, event: Event) -> Iterator[News]:
        match event:
            case Published() if connection is self._publisher:
                pass  # it says so again
            case Published():
                before, self._publisher = self._publisher, connection
                if before is not None:
                    self._drop(before)
                yield Came(connection.who)
            case Media() | Described():
                yield event
            case Refused(reason):
                yield from self._end(connection, reason)
            case Finished():
                # It closes the connection itself, and some take it amiss when we are faster.
                self._publisher, connection.has_finished = None, True
                connection.since = time.monotonic()
                yield Gone(connection.who, "it has ended")

    def _end(self, connection: _Connection, why: str) -> Iterator[News]:
        was_publisher = connection is self._publisher
        self._drop(connection)
        if connection.has_finished:
            return
        yield Gone(connection.who, why) if was_publisher else TurnedAway(connection.who, why)

    def _look_at_the_clock(self, now: float) -> Iterator[News]:
        for connection in list(self._connections):
            if connection is self._publisher:
                if now - connection.heard > SILENT_SECONDS:
                    yield from self._end(connection, f"nothing came for {SILENT_SECONDS:g} s")
            elif now - connection.since > STRANGER_SECONDS:
                yield from self._end(connection, f"it named no stream key within {STRANGER_SECONDS:g} s")

    def _send(self, connection: _Connection) -> None:
        """Answers are small; whoever does not take them breaks off, which the next read tells."""
        out = connection.talk.to_send()
        if out:
            with contextlib.suppress(OSError):
                connection.socket.send(out)

    def _drop(self, connection: _Connection) -> None:
        self._send(connection)
        connection.is_open = False
        self._connections.remove(connection)
        self._selector.unregister(connection.socket)
        with contextlib.suppress(OSError):
            connection.socket.shutdown(socket.SHUT_WR)
        connection.socket.close()
        if connection is self._publisher:
            self._publisher = None


def _listen(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address.host, address.port))
        listener.listen(MAX_CONNECTIONS)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise _fault(address, error) from error
    return listener


def _fault(address: Address, error: OSError) -> SourceError:
    if error.errno == errno.EADDRINUSE:
        other = address.with_port(address.port + 1)
        return SourceError(
            f"port {address.port} of {address.host} is taken",
            cure=f"End the other program, or listen on another port: {other.place}",
        )
    if error.errno == errno.EACCES:
        return SourceError(
            f"port {address.port} may not be listened on", cure="Choose one above 1023, such as 1935."
        )
    return SourceError(
        f"cannot listen on {address.host}: {error.strerror}",
        cure="Give an address of this machine: 127.0.0.1 for itself, 0.0.0.0 for its network.",
    )
