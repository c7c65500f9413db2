"""The little that has to be known of encoded pictures: is it a key frame, and where an envelope sits.

In H.264 an envelope is an SEI `user_data_unregistered` unit (ITU-T H.264, D.1.7) in front of the
first slice, so that no network can part it from its frame. Pure bytes; knows no packets.
"""

import re

from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import RemoteProtocolError

ENVELOPE_UUID = bytes.fromhex("8f2c6b5e41d94c7ab35d1e9a60f7c2d8")
"Tells our units from others, such as the encoder's own. Holds no byte 0-3, so it never needs escaping."

_MUST_ESCAPE = re.compile(rb"\x00\x00(?=[\x00-\x03])")
_START = b"\x00\x00\x01"
_SLICE, _IDR, _SEI, _SPS = 1, 5, 6, 7
_USER_DATA_UNREGISTERED = 5


def is_h264_key(unit: bytes) -> bool:
    """Whether an Annex B access unit holds an IDR slice."""
    return any(kind == _IDR for _, kind in _units_up_to_slice(unit))


def is_vp8_key(unit: bytes) -> bool:
    """Whether a VP8 frame is a key frame (RFC 6386, 9.1: bit 0 of the frame tag is clear)."""
    return bool(unit) and not unit[0] & 1


def with_envelope(unit: bytes, envelope: Envelope) -> bytes:
    """The access unit with the envelope in front of its first slice."""
    at = next((at for at, kind in _units_up_to_slice(unit) if kind in (_SLICE, _IDR)), 0)
    return unit[:at] + _sei(envelope.to_bytes()) + unit[at:]


def envelope_of(unit: bytes) -> Envelope | None:
    """The envelope in an access unit; None if there is none that can be read."""
    found = unit.find(ENVELOPE_UUID)
    if found < 0:
        return None
    start = found + len(ENVELOPE_UUID)
    end = unit.find(_START, start)
    body = _unescape(unit[start:end] if end >= 0 else unit[start:])
    size = _payload_size_before(unit, found)
    try:
        return Envelope.from_bytes(body[: size - len(ENVELOPE_UUID)])
    except RemoteProtocolError:
        return None


def _units_up_to_slice(unit: bytes) -> list[tuple[int, int]]:
    """(offset of start code, NAL type) of the NAL units up to and with the first slice."""
    found = []
    at = unit.find(_START)
    while 0 <= at < len(unit) - 3:
        kind = unit[at + 3] & 0x1F
        found.append((at - 1 if at and unit[at - 1] == 0 else at, kind))
        if kind in (_SLICE, _IDR):
            break
        at = unit.find(_START, at + 3)
    return found


def _sei(payload: bytes) -> bytes:
    size = len(ENVELOPE_UUID) + len(payload)
    head = bytes([_USER_DATA_UNREGISTERED]) + b"\xff" * (size // 255) + bytes([size % 255])
    return b"\x00" + _START + bytes([_SEI]) + _escape(head + ENVELOPE_UUID + payload + b"\x80")


def _payload_size_before(unit: bytes, uuid_at: int) -> int:
    """Reads the SEI payload size that ends just before the UUID: bytes of 255, then the rest."""
    at = uuid_at - 1
    size = unit[at] if at >= 0 else 0
    while at > 0 and unit[at - 1] == 0xFF:
        size += 255
        at -= 1
    return size


def _escape(data: bytes) -> bytes:
    """Puts in emulation prevention bytes: no 00 00 followed by 00 to 03 may stand in a NAL unit."""
    return _MUST_ESCAPE.sub(b"\x00\x00\x03", data)


def _unescape(data: bytes) -> bytes:
    return data.replace(b"\x00\x00\x03", b"\x00\x00")
