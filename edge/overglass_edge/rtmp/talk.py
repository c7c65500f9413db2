"""The talk with one publisher, from its first byte to its last: handshake, stream key, media.

Without I/O: bytes go in, events and bytes to send come out. Knows no clock, no socket and no codec.
"""

import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from overglass_edge.rtmp import amf, chunks
from overglass_edge.rtmp.amf import Value, malformed
from overglass_edge.rtmp.chunks import ChunkReader, Message, chunked
from overglass_protocol.errors import RemoteProtocolError

HANDSHAKE = 1536
"Bytes of each of the two parts of a handshake, after the one of the version."
VERSION = 3
WINDOW = 2_500_000
"Bytes after which each end says how far it has come."
OUR_CHUNK_SIZE = 4096
MAX_STRANGER, MAX_MEDIA = 64 * 2**10, 8 * 2**20
"Bytes of a message before the stream key was right, and after; a key frame of 1080p has up to a million."
_CONTROL_CHUNKS, _COMMAND_CHUNKS, _STREAM_CHUNKS = 2, 3, 5
_STREAM_BEGINS, _PING, _PONG = b"\0\0", b"\0\6", b"\0\7"
"Kinds of user control."
_STREAM = 1
"The number of the one stream that a publisher may create."


@dataclass(frozen=True, slots=True)
class Published:
    """The publisher named the right stream key; media follows."""


@dataclass(frozen=True, slots=True)
class Described:
    """What the publisher says about its stream (`onMetaData`), such as its frame rate."""

    fields: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Media:
    """A message of picture or sound, as FLV has it. `time` in milliseconds, modulo 2**32."""

    is_video: bool
    time: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """The connection has to be closed once what is to be sent was sent."""

    reason: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The publisher says that it is done."""


Event: TypeAlias = Published | Described | Media | Refused | Finished


class PublisherTalk:
    """The receiving end. `path` is what has to be published to, as `live/KEY`: application, then key."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._application = ""
        self._published = self._over = False
        self._handshake = bytearray()
        self._is_shaken = self._is_greeted = False
        self._reader = ChunkReader(MAX_STRANGER)
        self._received = self._acknowledged = 0
        self._out = bytearray()

    def receive(self, data: bytes) -> list[Event]:
        """What the publisher said. After Refused or Finished it is not listened to any more."""
        events: list[Event] = []
        try:
            for event in self._events(data):
                events.append(event)
                self._over = isinstance(event, Refused | Finished)
                if self._over:
                    break
        except RemoteProtocolError as error:
            events.append(Refused(error.message))
            self._over = True
        return events

    def to_send(self) -> bytes:
        """What has to go to the publisher now."""
        out = bytes(self._out)
        self._out.clear()
        return out

    def refuse(self, reason: str) -> None:
        """Tells the publisher why its stream is not taken; then the connection is to be closed."""
        self._status("error", "NetStream.Publish.Rejected", reason)
        self._over = True

    def _events(self, data: bytes) -> Iterator[Event]:
        if self._over:
            return
        if not self._is_shaken:
            data = self._shake_hands(data)
        self._acknowledge(len(data))
        for message in self._reader.receive(data):
            yield from self._on_message(message)

    def _shake_hands(self, data: bytes) -> bytes:
        """Version and greeting, ours and the echo of theirs; returns what comes after the handshake."""
        self._handshake += data
        if self._handshake and self._handshake[0] != VERSION:
            raise malformed("this is not RTMP")
        if not self._is_greeted and len(self._handshake) > HANDSHAKE:
            theirs = bytes(self._handshake[1 : 1 + HANDSHAKE])
            # Zeros where Flash's own servers state a version: without one nobody asks for a signature.
            ours = bytes(8) + secrets.token_bytes(HANDSHAKE - 8)
            self._out += bytes([VERSION]) + ours + theirs
            self._is_greeted = True
        self._is_shaken = len(self._handshake) >= 1 + 2 * HANDSHAKE
        if not self._is_shaken:
            return b""
        rest = bytes(self._handshake[1 + 2 * HANDSHAKE :])
        self._handshake.clear()
        return rest

    def _acknowledge(self, size: int) -> None:
        self._received += size
        if self._received - self._acknowledged >= WINDOW:
            self._acknowledged = self._received
            self._control(chunks.ACKNOWLEDGEMENT, (self._received & 0xFFFFFFFF).to_bytes(4, "big"))

    def _on_message(self, message: Message) -> Iterator[Event]:
        match message.kind:
            case chunks.COMMAND:
                yield from self._on_command(amf.decode(message.data))
            case chunks.COMMAND_3:
                # A zero, then the same; nobody who publishes sends values of AMF3 itself.
                yield from self._on_command(amf.decode(message.data[1:]))
            case chunks.USER_CONTROL if message.data[:2] == _PING:
                self._control(chunks.USER_CONTROL, _PONG + message.data[2:6])
            case chunks.DATA if self._published:
                described = [value for value in amf.decode(message.data) if isinstance(value, dict)]
                if described:
                    yield Described(described[0])
            case chunks.VIDEO | chunks.AUDIO if self._published:
                yield Media(message.kind == chunks.VIDEO, message.time, message.data)
            case _:
                pass

    def _on_command(self, values: list[Value]) -> Iterator[Event]:
        name, transaction, *arguments = [*values, None, None][: max(2, len(values))]
        match name:
            case "connect" | "createStream" | "releaseStream" | "FCPublish" | "FCUnpublish" if not isinstance(
                transaction, float
            ):
                raise malformed("a command has a transaction that is no number")  # the answer repeats it
            case "connect":
                self._on_connect(transaction, arguments)
            case "createStream":
                self._say(_COMMAND_CHUNKS, 0, "_result", transaction, None, _STREAM)
            case "publish":
                yield self._on_publish(arguments)
            case "play" | "play2":
                self._status("error", "NetStream.Play.Failed", "Nothing can be played here.")
                yield Refused("it wants to play, not to publish")
            case "deleteStream" | "closeStream" if self._published:
                yield Finished()
            case "releaseStream" | "FCPublish" | "FCUnpublish":
                self._say(_COMMAND_CHUNKS, 0, "_result", transaction, None)
            case _:
                pass

    def _on_connect(self, transaction: Value, arguments: list[Value]) -> None:
        wish = arguments[0] if arguments and isinstance(arguments[0], dict) else {}
        self._application = str(wish.get("app") or "")
        window = WINDOW.to_bytes(4, "big")
        self._control(chunks.WINDOW_SIZE, window)
        self._control(chunks.PEER_BANDWIDTH, window + b"\2")
        self._control(chunks.SET_CHUNK_SIZE, OUR_CHUNK_SIZE.to_bytes(4, "big"))
        server: dict[str, Value] = {"fmsVer": "FMS/3,0,1,123", "capabilities": 31.0}
        answer: dict[str, Value] = {
            "level": "status",
            "code": "NetConnection.Connect.Success",
            "description": "Connected.",
            "objectEncoding": 0.0,
        }
        self._say(_COMMAND_CHUNKS, 0, "_result", transaction, server, answer)

    def _on_publish(self, arguments: list[Value]) -> Event:
        key = str(arguments[1]) if len(arguments) > 1 else ""
        named = "/".join(part for part in (self._application.strip("/"), key.strip("/")) if part)
        if not hmac.compare_digest(named.encode(), self._path.encode()):
            self._status("error", "NetStream.Publish.BadName", "There is no such stream key.")
            return Refused("it names another stream key")
        self._published = True
        self._reader.max_message = MAX_MEDIA
        self._control(chunks.USER_CONTROL, _STREAM_BEGINS + _STREAM.to_bytes(4, "big"))
        self._status("status", "NetStream.Publish.Start", "Publishing.")
        return Published()

    def _status(self, level: str, code: str, description: str) -> None:
        answer: dict[str, Value] = {"level": level, "code": code, "description": description}
        self._say(_STREAM_CHUNKS, _STREAM, "onStatus", 0.0, None, answer)

    def _say(self, number: int, stream: int, *values: Value) -> None:
        message = Message(chunks.COMMAND, amf.encode(values), stream=stream)
        self._out += chunked(message, number, OUR_CHUNK_SIZE)

    def _control(self, kind: int, data: bytes) -> None:
        self._out += chunked(Message(kind, data), _CONTROL_CHUNKS, OUR_CHUNK_SIZE)
