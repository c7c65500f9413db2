"""Messages in chunks."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overglass_edge.rtmp.chunks import ABORT, SET_CHUNK_SIZE, VIDEO, ChunkReader, Message, chunked
from overglass_protocol.errors import RemoteProtocolError

LONG = bytes(range(256)) * 3


def read(data: bytes, step: int = 1 << 20) -> list[Message]:
    reader = ChunkReader(1 << 20)
    return [m for at in range(0, len(data), step) for m in reader.receive(data[at : at + step])]


@given(st.lists(st.binary(max_size=700), max_size=5), st.integers(1, 900))
def test_messages_arrive_whole_however_their_bytes_are_cut(payloads: list[bytes], step: int) -> None:
    sent = [Message(VIDEO, data, time=n, stream=1) for n, data in enumerate(payloads)]
    assert read(b"".join(chunked(message, 4) for message in sent), step) == sent


@given(st.binary(max_size=400), st.integers(1, 50))
def test_any_bytes_are_refused_or_read(data: bytes, step: int) -> None:
    with suppress(RemoteProtocolError):
        read(data, step)


def test_messages_of_two_chunk_streams_may_be_interleaved() -> None:
    one, two = chunked(Message(8, LONG), 4), chunked(Message(9, LONG[::-1]), 6)
    first = 12 + 128
    mixed = one[:first] + two[:first] + one[first:] + two[first:]
    assert read(mixed) == [Message(8, LONG), Message(9, LONG[::-1])]


def test_headers_leave_out_what_stays_the_same_and_times_add_up() -> None:
    whole = b"\x04" + (100).to_bytes(3, "big") + b"\0\0\2\x09" + struct.pack("<I", 1) + b"ab"
    same_stream = b"\x44" + (40).to_bytes(3, "big") + b"\0\0\1\x08" + b"c"
    same_length = b"\x84" + (20).to_bytes(3, "big") + b"d"
    nothing = b"\xc4" + b"e"
    assert read(whole + same_stream + same_length + nothing) == [
        Message(9, b"ab", 100, 1),
        Message(8, b"c", 140, 1),
        Message(8, b"d", 160, 1),
        Message(8, b"e", 180, 1),
    ]


def test_times_beyond_24_bits_stand_in_every_chunk() -> None:
    extended = (0x01020304).to_bytes(4, "big")
    head = b"\x04\xff\xff\xff\0\0\xc8\x09" + bytes(4)
    data = head + extended + LONG[:128] + b"\xc4" + extended + LONG[128:200]
    assert read(data) == [Message(9, LONG[:200], 0x01020304)]


@pytest.mark.parametrize("basic", [b"\x00\x05", b"\x01\x05\x01"])
def test_chunk_streams_may_have_large_numbers(basic: bytes) -> None:
    assert read(basic + bytes(3) + b"\0\0\1\x09" + bytes(4) + b"x") == [Message(9, b"x")]


def test_a_publisher_may_change_the_size_of_its_chunks_and_give_a_message_up() -> None:
    resized = chunked(Message(SET_CHUNK_SIZE, (600).to_bytes(4, "big")), 2)
    given_up = chunked(Message(9, LONG), 4, 600)[: 12 + 600]
    abort = chunked(Message(ABORT, (4).to_bytes(4, "big")), 2)
    assert read(resized + given_up + abort + chunked(Message(9, LONG), 4, 600)) == [Message(9, LONG)]


@pytest.mark.parametrize(
    "data",
    [
        b"\xc4x",
        chunked(Message(SET_CHUNK_SIZE, bytes(4)), 2),
        chunked(Message(SET_CHUNK_SIZE, b"\1"), 2),
        b"\x04\0\0\0\xff\xff\xff\x09\0\0\0\0",
        b"".join(bytes([n]) + bytes(3) + b"\0\1\0\x09" + bytes(4) + bytes(128) for n in range(2, 64))
        + b"".join(b"\0" + bytes([n]) + bytes(3) + b"\0\1\0\x09" + bytes(132) for n in range(9)),
    ],
)
def test_what_no_publisher_sends_is_refused(data: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        read(data)
