"""Envelopes inside real H.264, and key frames told from others."""

from typing import Any

import av
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from overglass_protocol.envelope import Envelope, Stages
from overglass_protocol.pose import Pose
from overglass_protocol.rtc.bitstream import (
    ENVELOPE_UUID,
    envelope_of,
    is_h264_key,
    is_vp8_key,
    with_envelope,
)
from overglass_protocol.rtc.encoder import H264Encoder, VP8Encoder

FULL = Envelope(2**40, 0.0, 0, Pose((1.0, 0.0, 0.0, 0.0)), Stages(0.0, 0.0, 0.0, 0.0, 0.0), control_version=0)
"As many zero bytes as an envelope can have: all of them need escaping."


def pictures(count: int) -> list[av.VideoFrame]:
    rng = np.random.default_rng(1)
    base = rng.integers(0, 255, (96, 64), dtype=np.uint8)
    return [av.VideoFrame.from_ndarray(np.roll(base, shift, 1), format="yuv420p") for shift in range(count)]


def h264(count: int) -> list[bytes]:
    encoder = H264Encoder(64, 64, 30)
    return [encoder.encode(picture, n * 3000, n == 0, 500_000) for n, picture in enumerate(pictures(count))]


def test_an_envelope_survives_in_a_key_frame_and_in_another() -> None:
    for unit in h264(2):
        assert envelope_of(unit) is None
        assert envelope_of(with_envelope(unit, FULL)) == FULL


def test_a_decoder_sees_the_same_pictures_with_and_without_envelopes() -> None:
    plain, marked = av.CodecContext.create("h264", "r"), av.CodecContext.create("h264", "r")
    for unit in h264(5):
        (a,) = plain.decode(av.Packet(unit))
        (b,) = marked.decode(av.Packet(with_envelope(unit, FULL)))
        assert np.array_equal(a.to_ndarray(), b.to_ndarray())


def test_ffmpeg_reads_the_envelope_as_user_data() -> None:
    decoder = av.CodecContext.create("h264", "r")
    (picture,) = decoder.decode(av.Packet(with_envelope(h264(1)[0], FULL)))
    sides: Any = picture.side_data  # its stubs call it a mapping of names
    found = [bytes(side) for side in sides if "UNREGISTERED" in side.type.name]
    assert any(data.startswith(ENVELOPE_UUID) and FULL.to_bytes() in data for data in found)


@given(st.integers(0, 2**64 - 1), st.floats(allow_nan=False), st.integers(0, 65535))
def test_any_envelope_is_escaped_so_that_it_comes_out_the_same(frame: int, at: float, camera: int) -> None:
    unit = b"\x00\x00\x00\x01\x41slice"
    envelope = Envelope(frame, at, camera, FULL.pose, FULL.stages)
    marked = with_envelope(unit, envelope)
    assert envelope_of(marked) == envelope
    assert marked.endswith(unit)
    body = marked[4 : -len(unit)]
    assert all(bad not in body for bad in (b"\x00\x00\x00", b"\x00\x00\x01", b"\x00\x00\x02"))


def test_garbage_behind_our_mark_is_no_envelope() -> None:
    assert envelope_of(b"\x00\x00\x01\x06\x05\x18" + ENVELOPE_UUID + b"garbage!\x80") is None
    assert envelope_of(ENVELOPE_UUID) is None


def test_key_frames_are_told_from_others() -> None:
    units = h264(2)
    assert is_h264_key(units[0])
    assert not is_h264_key(units[1])
    encoder = VP8Encoder(64, 64, 30)
    first, second = (encoder.encode(p, n * 3000, n == 0, 500_000) for n, p in enumerate(pictures(2)))
    assert is_vp8_key(first)
    assert not is_vp8_key(second)
    assert not is_vp8_key(b"")
