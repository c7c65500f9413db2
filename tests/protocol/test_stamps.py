"""The small datagrams beside the pictures."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overglass_protocol import stamps
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import RemoteProtocolError
from overglass_protocol.stamps import ClockPing, ClockPong, FrameStamp


def test_each_kind_is_read_as_it_was_written() -> None:
    for stamp in (
        ClockPing(7, 1.25),
        ClockPong(7, 1.25, 100.5, 100.75),
        FrameStamp(2**32 - 1, Envelope(3, 9.5, control_version=1)),
    ):
        assert stamps.decode(stamps.encode(stamp)) == stamp


@given(st.binary(max_size=120))
def test_any_bytes_are_a_stamp_or_a_protocol_error(data: bytes) -> None:
    with suppress(RemoteProtocolError):
        assert stamps.decode(data)


def test_an_unknown_kind_and_an_empty_datagram_are_refused() -> None:
    for data in (b"", b"\x09abc"):
        with pytest.raises(RemoteProtocolError, match="unknown kind"):
            stamps.decode(data)
