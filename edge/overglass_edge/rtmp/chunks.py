"""Messages of RTMP, and the chunks they travel in (specification 1.0, section 5.3). Knows no command.

Bytes in, messages out; what a stranger can make us keep is bounded.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from overglass_edge.rtmp.amf import malformed

CHUNK_SIZE = 128
"Bytes of a message in a chunk, until either end says otherwise."
MAX_STREAMS = 64
"Chunk streams that one connection may use; publishers use about six."
SET_CHUNK_SIZE, ABORT, ACKNOWLEDGEMENT, USER_CONTROL, WINDOW_SIZE, PEER_BANDWIDTH = 1, 2, 3, 4, 5, 6
AUDIO, VIDEO, COMMAND_3, DATA, COMMAND = 8, 9, 17, 18, 20
_EXTENDED = 0xFFFFFF
"In the place of a time: it follows in 32 bits."
_WHOLE, _SAME_STREAM, _SAME_LENGTH, _NOTHING = range(4)
"What of a message's header a chunk repeats; each gives less than the one before."


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `time` is in milliseconds, modulo 2**32."""

    kind: int
    data: bytes
    time: int = 0
    stream: int = 0


@dataclass(slots=True)
class _ChunkStream:
    """What the next header of a chunk stream may leave out."""

    kind: int
    stream: int
    length: int
    time: int
    given: int
    "The time, or the difference, as the last header had it; a message without one repeats it."
    is_extended: bool
    parts: bytearray = field(default_factory=bytearray)
    is_open: bool = False
    "Whether a message has begun and not ended."


class ChunkReader:
    """Takes bytes as they come and gives messages as they are whole."""

    def __init__(self, max_message: int) -> None:
        self.max_message = max_message
        "Bytes; a longer one raises RemoteProtocolError."
        self._chunk_size = CHUNK_SIZE
        self._streams: dict[int, _ChunkStream] = {}
        self._unread = bytearray()

    def receive(self, data: bytes) -> Iterator[Message]:
        """The messages that end in `data`. Raises RemoteProtocolError for what cannot be followed."""
        self._unread += data
        cursor = _Cursor(self._unread)
        done = 0
        try:
            while True:
                message = self._chunk(cursor)
                done = cursor.at
                if message is not None and not self._is_ours(message):
                    yield message
        except _CutError:
            pass  # the rest comes later
        finally:
            del self._unread[:done]

    def _chunk(self, cursor: "_Cursor") -> Message | None:
        """Reads one chunk; the message, if it was its last. Nothing is changed when it is cut."""
        shape, number = self._basic_header(cursor)
        before = self._streams.get(number)
        if shape == _NOTHING and before is not None and before.is_open:
            stream = before
            if stream.is_extended:
                cursor.number(4)
        else:
            stream = self._message_header(cursor, shape, before)
        size = min(self._chunk_size, stream.length - len(stream.parts))
        part = cursor.take(size)
        if number not in self._streams and len(self._streams) >= MAX_STREAMS:
            raise malformed("the connection uses more chunk streams than a publisher does")
        self._streams[number] = stream
        stream.parts += part
        stream.is_open = len(stream.parts) < stream.length
        if stream.is_open:
            return None
        message = Message(stream.kind, bytes(stream.parts), stream.time, stream.stream)
        stream.parts.clear()
        return message

    def _basic_header(self, cursor: "_Cursor") -> tuple[int, int]:
        first = cursor.number(1)
        match first & 63:
            case 0:
                return first >> 6, 64 + cursor.number(1)
            case 1:
                return first >> 6, 64 + cursor.number(2, "little")
            case number:
                return first >> 6, number

    def _message_header(self, cursor: "_Cursor", shape: int, before: _ChunkStream | None) -> _ChunkStream:
        """The beginning of a message, with what it leaves out taken from the one `before`."""
        if before is None:
            if shape != _WHOLE:
                raise malformed("a message has no header")
            before = _ChunkStream(0, 0, 0, 0, 0, is_extended=False)
        given, is_extended = before.given, before.is_extended
        length, kind, stream = before.length, before.kind, before.stream
        if shape != _NOTHING:
            given = cursor.number(3)
            is_extended = given == _EXTENDED
        if shape in (_WHOLE, _SAME_STREAM):
            length, kind = cursor.number(3), cursor.number(1)
        if shape == _WHOLE:
            stream = cursor.number(4, "little")
        if is_extended:
            given = cursor.number(4)
        if length > self.max_message:
            raise malformed(f"a message of {length} bytes is longer than {self.max_message}")
        time = given if shape == _WHOLE else (before.time + given) & 0xFFFFFFFF
        return _ChunkStream(kind, stream, length, time, given, is_extended)

    def _is_ours(self, message: Message) -> bool:
        """Takes in what is said about the chunks themselves."""
        if message.kind not in (SET_CHUNK_SIZE, ABORT):
            return False
        if len(message.data) < 4:
            raise malformed("a control message is cut short")
        value = int.from_bytes(message.data[:4], "big")
        if message.kind == ABORT:
            self._streams.pop(value, None)
        elif not 0 < value < 2**31:
            raise malformed(f"chunks cannot have {value} bytes")
        else:
            self._chunk_size = value
        return True


def chunked(message: Message, number: int, size: int = CHUNK_SIZE) -> bytes:
    """The message in chunks of `size` bytes on the chunk stream `number` (2 to 63)."""
    head = message.time.to_bytes(3, "big") + len(message.data).to_bytes(3, "big")
    head += bytes([message.kind]) + struct.pack("<I", message.stream)
    parts = [message.data[at : at + size] for at in range(0, len(message.data), size)]
    first = bytes([number]) + head
    return first + bytes([_NOTHING << 6 | number]).join(parts)


class _CutError(Exception):
    """The bytes end before the chunk does."""


class _Cursor:
    """Reads on in bytes that may grow later."""

    def __init__(self, data: bytearray) -> None:
        self.at = 0
        self._data = data

    def take(self, size: int) -> bytes:
        if self.at + size > len(self._data):
            raise _CutError
        taken = bytes(self._data[self.at : self.at + size])
        self.at += size
        return taken

    def number(self, size: int, order: Literal["big", "little"] = "big") -> int:
        return int.from_bytes(self.take(size), order)
