"""AMF0, the way RTMP writes the values of its commands (Adobe's Action Message Format, version 0).

Knows no command.
"""

import struct
from collections.abc import Iterable
from typing import TypeAlias

from overglass_protocol.errors import RemoteProtocolError

Value: TypeAlias = "float | bool | str | dict[str, Value] | list[Value] | None"

MAX_DEPTH = 8
"Objects within objects; publishers' stay below 3."
MAX_VALUES = 1000
"In one message; the longest description of a stream has about 40."

_NUMBER, _BOOLEAN, _STRING, _OBJECT, _NULL, _OBJECT_END, _ARRAY = 0, 1, 2, 3, 5, 9, 10


def encode(values: Iterable[Value]) -> bytes:
    """The values one after the other."""
    return b"".join(_encoded(value) for value in values)


def decode(data: bytes) -> list[Value]:
    """All values that are there. Raises RemoteProtocolError for what is none."""
    reader = _Reader(data)
    values = []
    try:
        while reader.at < len(data):
            values.append(reader.value(0))
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise malformed(f"a command cannot be read: {error}") from error
    return values


def malformed(why: str) -> RemoteProtocolError:
    """What the publisher sent is no RTMP, or none that we can follow."""
    return RemoteProtocolError(why, code="bad-rtmp", cure="Publish H.264 and AAC over RTMP.")


def _encoded(value: Value) -> bytes:
    match value:
        case bool():
            return struct.pack("!B?", _BOOLEAN, value)
        case int() | float():
            return struct.pack("!Bd", _NUMBER, value)
        case str():
            return bytes([_STRING]) + _name(value)
        case None:
            return bytes([_NULL])
        case dict():
            fields = b"".join(_name(name) + _encoded(field) for name, field in value.items())
            return bytes([_OBJECT]) + fields + _name("") + bytes([_OBJECT_END])
        case list():
            return struct.pack("!BI", _ARRAY, len(value)) + encode(value)


def _name(text: str) -> bytes:
    data = text.encode()
    return struct.pack("!H", len(data)) + data


class _Reader:
    """Reads values, each of which begins with a byte that names its type."""

    def __init__(self, data: bytes) -> None:
        self.at = 0
        self._data = data
        self._values = 0

    def value(self, depth: int) -> Value:
        self._values += 1
        if depth > MAX_DEPTH or self._values > MAX_VALUES:
            raise malformed("a command has more parts than a publisher's can have")
        value: Value
        match kind := int(self._unpack("!B")):
            case 0:
                value = self._unpack("!d")
            case 1:
                value = bool(self._unpack("!B"))
            case 2:
                value = self._text("!H")
            case 3:
                value = self._fields(depth)
            case 5 | 6:
                value = None
            case 8:
                self._unpack("!I")  # how many fields: a hint only
                value = self._fields(depth)
            case 10:
                value = [self.value(depth + 1) for _ in range(int(self._unpack("!I")))]
            case 11:
                value = self._unpack("!d")
                self._unpack("!h")  # a time zone, which is always 0
            case 12:
                value = self._text("!I")
            case _:
                raise malformed(f"a command has a value of the unknown type {kind}")
        return value

    def _fields(self, depth: int) -> dict[str, Value]:
        fields: dict[str, Value] = {}
        while True:
            name = self._text("!H")
            if not name and self._data[self.at] == _OBJECT_END:
                self.at += 1
                return fields
            fields[name] = self.value(depth + 1)

    def _text(self, length: str) -> str:
        size = int(self._unpack(length))
        text = self._data[self.at : self.at + size]
        if len(text) != size:
            raise malformed("a command is cut short")
        self.at += size
        return text.decode()

    def _unpack(self, shape: str) -> float:
        (value,) = struct.unpack_from(shape, self._data, self.at)
        self.at += struct.calcsize(shape)
        return float(value)
