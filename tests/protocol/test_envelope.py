"""The envelope's bytes: there and back, and what strangers may send."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overglass_protocol.envelope import MAX_SIZE, Envelope, Stages
from overglass_protocol.errors import RemoteProtocolError
from overglass_protocol.pose import Pose

f32 = st.floats(width=32, allow_nan=False, allow_infinity=False)
f64 = st.floats(allow_nan=False, allow_infinity=False)
poses = st.builds(Pose, st.tuples(f32, f32, f32, f32), st.tuples(f32, f32, f32), st.tuples(f32, f32, f32))
envelopes = st.builds(
    Envelope,
    frame_id=st.integers(0, 2**64 - 1),
    capture_time=f64,
    intrinsics_id=st.integers(0, 2**16 - 1),
    pose=st.none() | poses,
    stages=st.none() | st.builds(Stages, f64, f64, f64, f64, f64),
    control_version=st.none() | st.integers(0, 2**32 - 1),
)


@given(envelopes)
def test_what_is_written_is_read(envelope: Envelope) -> None:
    assert Envelope.from_bytes(envelope.to_bytes()) == envelope


@given(st.binary(max_size=200))
def test_any_bytes_are_an_envelope_or_a_protocol_error(data: bytes) -> None:
    with suppress(RemoteProtocolError):
        assert isinstance(Envelope.from_bytes(data), Envelope)


def test_a_section_of_the_future_is_skipped() -> None:
    envelope = Envelope(5, 1.5, control_version=3)
    data = envelope.to_bytes() + struct.pack("!BH", 200, 3) + b"new"
    assert Envelope.from_bytes(data) == envelope


def test_another_version_and_a_cut_section_are_refused_with_the_cure() -> None:
    data = Envelope(5, 1.5, control_version=3).to_bytes()
    with pytest.raises(RemoteProtocolError, match="version 9"):
        Envelope.from_bytes(b"\x09" + data[1:])
    with pytest.raises(RemoteProtocolError, match="same version"):
        Envelope.from_bytes(data[:-1])
    with pytest.raises(RemoteProtocolError, match="more than"):
        Envelope.from_bytes(bytes(MAX_SIZE + 1))
