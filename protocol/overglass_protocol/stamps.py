"""The small binary datagrams on the `stamps` channel, which may be lost or reordered.

Clock pings and pongs travel here and not as messages, since a message that waits behind another
one measures the queue and not the clock. Envelopes travel here when the codec has no place for them.
"""

import struct
from dataclasses import dataclass

from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import RemoteProtocolError

_PING, _PONG, _ENVELOPE = 1, 2, 3
_PING_BODY = struct.Struct("!BId")
_PONG_BODY = struct.Struct("!BIddd")
_ENVELOPE_HEAD = struct.Struct("!BI")


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


Stamp = ClockPing | ClockPong | FrameStamp


def encode(stamp: Stamp) -> bytes:
    match stamp:
        case ClockPing(number, sent):
            return _PING_BODY.pack(_PING, number, sent)
        case ClockPong(number, sent, received, answered):
            return _PONG_BODY.pack(_PONG, number, sent, received, answered)
        case FrameStamp(rtp_time, envelope):
            return _ENVELOPE_HEAD.pack(_ENVELOPE, rtp_time & 0xFFFFFFFF) + envelope.to_bytes()


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
    except struct.error as error:
        raise RemoteProtocolError("a stamp is cut short", code="bad-stamp") from error
    raise RemoteProtocolError("a stamp of an unknown kind came in", code="bad-stamp")
