"""The small binary datagrams on the `stamps` channel, which may be lost or reordered.

Clock pings and pongs travel here and not as messages, since a message that waits behind another
one measures the queue and not the clock. Envelopes travel here when the codec has no place for them,
in parts when they hold a scene.
"""

import struct
from collections import OrderedDict
from dataclasses import dataclass

from overglass_protocol.envelope import MAX_SIZE, Envelope
from overglass_protocol.errors import RemoteProtocolError

MAX_DATAGRAM = 1000
"Bytes: a datagram of up to about 1 KB crosses in one packet."
MAX_PARTS = MAX_SIZE // MAX_DATAGRAM + 2
FRAMES_IN_PARTS = 16
"Frames whose parts are kept until all are there: half a second at 30 fps."

_PING, _PONG, _ENVELOPE, _PART = 1, 2, 3, 4
_PING_BODY = struct.Struct("!BId")
_PONG_BODY = struct.Struct("!BIddd")
_ENVELOPE_HEAD = struct.Struct("!BI")
_PART_HEAD = struct.Struct("!BIBB")


@dataclass(frozen=True, slots=True)
class ClockPing:
    """The edge asks for the cloud's time."""

    number: int
    sent: float
    "Edge's clock."


@dataclass(frozen=True, slots=True)
class ClockPong:
    """The cloud's answer; echoes the question so that the edge need keep nothing."""

    number: int
    sent: float
    "Edge's clock, from the ping."
    received: float
    "Cloud's clock."
    answered: float
    "Cloud's clock."


@dataclass(frozen=True, slots=True)
class FrameStamp:
    """The envelope of the frame with this RTP timestamp."""

    rtp_time: int
    "90 kHz, modulo 2**32, as on the wire."
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class StampPart:
    """A part of an envelope that is longer than one datagram."""

    rtp_time: int
    index: int
    count: int
    data: bytes


Stamp = ClockPing | ClockPong | FrameStamp | StampPart


def encode(stamp: ClockPing | ClockPong) -> bytes:
    match stamp:
        case ClockPing(number, sent):
            return _PING_BODY.pack(_PING, number, sent)
        case ClockPong(number, sent, received, answered):
            return _PONG_BODY.pack(_PONG, number, sent, received, answered)


def datagrams(stamp: FrameStamp) -> list[bytes]:
    """An envelope as datagrams: one, or parts if it is long."""
    rtp_time, body = stamp.rtp_time & 0xFFFFFFFF, stamp.envelope.to_bytes()
    if _ENVELOPE_HEAD.size + len(body) <= MAX_DATAGRAM:
        return [_ENVELOPE_HEAD.pack(_ENVELOPE, rtp_time) + body]
    step = MAX_DATAGRAM - _PART_HEAD.size
    parts = [body[at : at + step] for at in range(0, len(body), step)]
    return [_PART_HEAD.pack(_PART, rtp_time, n, len(parts)) + part for n, part in enumerate(parts)]


def decode(data: bytes) -> Stamp:
    """Reads one datagram. Raises RemoteProtocolError when it is none of ours."""
    try:
        match data[0] if data else 0:
            case 1:
                return ClockPing(*_PING_BODY.unpack(data)[1:])
            case 2:
                return ClockPong(*_PONG_BODY.unpack(data)[1:])
            case 3:
                _, rtp_time = _ENVELOPE_HEAD.unpack_from(data)
                return FrameStamp(rtp_time, Envelope.from_bytes(data[_ENVELOPE_HEAD.size :]))
            case 4:
                _, rtp_time, index, count = _PART_HEAD.unpack_from(data)
                if index >= count or count > MAX_PARTS:
                    raise RemoteProtocolError("a part of a stamp has no place in it", code="bad-stamp")
                return StampPart(rtp_time, index, count, data[_PART_HEAD.size :])
    except struct.error as error:
        raise RemoteProtocolError("a stamp is cut short", code="bad-stamp") from error
    raise RemoteProtocolError("a stamp of an unknown kind came in", code="bad-stamp")


class Assembly:
    """Puts the parts of long envelopes together; what never becomes whole is forgotten."""

    def __init__(self) -> None:
        self._frames: OrderedDict[int, dict[int, StampPart]] = OrderedDict()

    def add(self, part: StampPart) -> FrameStamp | None:
        """The whole once its last part is here. Raises RemoteProtocolError when that is no envelope."""
        parts = self._frames.setdefault(part.rtp_time, {})
        parts[part.index] = part
        if len(parts) < part.count or any(p.count != part.count for p in parts.values()):
            while len(self._frames) > FRAMES_IN_PARTS:
                self._frames.popitem(last=False)
            return None
        del self._frames[part.rtp_time]
        body = b"".join(parts[index].data for index in range(part.count))
        return FrameStamp(part.rtp_time, Envelope.from_bytes(body))
