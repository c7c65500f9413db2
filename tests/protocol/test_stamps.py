"""The small datagrams beside the pictures."""

import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overglass_protocol import stamps
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import RemoteProtocolError
from overglass_protocol.scene import Scene, Thing
from overglass_protocol.stamps import Assembly, ClockPing, ClockPong, FrameStamp, StampPart

FACE = np.random.default_rng(1).random((478, 2)).astype(np.float32)
SCENE = Scene((Thing("face", 1, "Face 1", 1.0, (0, 0, 1, 1), points=FACE),) * 2)


def test_each_kind_is_read_as_it_was_written() -> None:
    for ping in (ClockPing(7, 1.25), ClockPong(7, 1.25, 100.5, 100.75)):
        assert stamps.decode(stamps.encode(ping)) == ping
    stamp = FrameStamp(2**32 - 1, Envelope(3, 9.5, control_version=1))
    (datagram,) = stamps.datagrams(stamp)
    assert stamps.decode(datagram) == stamp


def test_a_long_envelope_goes_in_parts_that_may_come_in_any_order_and_twice() -> None:
    stamp = FrameStamp(77, Envelope(3, 9.5, scene=SCENE))
    datagrams = stamps.datagrams(stamp)
    assert len(datagrams) == 3
    assert max(map(len, datagrams)) <= stamps.MAX_DATAGRAM
    assembly = Assembly()
    got = [assembly.add(part_of(datagrams[n])) for n in (2, 0, 2, 1)]
    assert got[:3] == [None] * 3
    assert got[3] is not None
    assert got[3].envelope.to_bytes() == stamp.envelope.to_bytes()


def test_parts_that_never_become_whole_are_forgotten() -> None:
    first, *_ = stamps.datagrams(FrameStamp(1, Envelope(3, 9.5, scene=SCENE)))
    assembly = Assembly()
    for rtp_time in range(100):
        assembly.add(StampPart(rtp_time, 0, 3, part_of(first).data))
    assert len(assembly._frames) <= stamps.FRAMES_IN_PARTS


def test_a_part_that_has_no_place_is_refused() -> None:
    for index, count in ((3, 3), (0, 255)):
        with pytest.raises(RemoteProtocolError, match="no place"):
            stamps.decode(struct.pack("!BIBB", 4, 1, index, count))


def part_of(datagram: bytes) -> StampPart:
    part = stamps.decode(datagram)
    assert isinstance(part, StampPart)
    return part


@given(st.binary(max_size=120))
def test_any_bytes_are_a_stamp_or_a_protocol_error(data: bytes) -> None:
    with suppress(RemoteProtocolError):
        assert stamps.decode(data)


def test_an_unknown_kind_and_an_empty_datagram_are_refused() -> None:
    for data in (b"", b"\x09abc"):
        with pytest.raises(RemoteProtocolError, match="unknown kind"):
            stamps.decode(data)
