"""Boxes of MP4, read back by ourselves and by FFmpeg."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overglass_protocol.recording.fragments import Run, Sample, fragment, index, length_prefixed


def file_of(*pieces: bytes) -> io.BytesIO:
    return io.BytesIO(b"".join(pieces))


PICTURE = Run(1, [Sample(3000, 1000, b"picture")])
SOUND = Run(2, [Sample(10, 5, b"a"), Sample(15, 5, b"bb")])


def test_an_index_finds_every_sample_of_every_track() -> None:
    pieces = [fragment(1, [PICTURE, SOUND]), fragment(2, [Run(1, [Sample(4500, 1000, b"next")])])]
    found = index(file_of(*pieces))
    assert found.times == {1: [3000, 4500], 2: [10, 15]}
    assert (found.size, found.cut) == (sum(map(len, pieces)), 0)


def test_a_cut_anywhere_in_the_last_fragment_costs_only_that_one() -> None:
    first, second = fragment(1, [PICTURE, SOUND]), fragment(2, [Run(1, [Sample(4500, 1000, b"next")])])
    for kept in range(len(second)):
        found = index(file_of(first, second[:kept]))
        assert found.times == {1: [3000], 2: [10, 15]}
        assert (found.size, found.cut) == (len(first), kept)


@given(st.binary(max_size=200))
def test_rubbish_after_the_last_fragment_is_no_harm(rubbish: bytes) -> None:
    first = fragment(1, [PICTURE])
    found = index(file_of(first, rubbish))
    assert found.times[1][:1] == [3000]
    assert found.size + found.cut == len(first) + len(rubbish)


def test_times_beyond_32_bits_are_kept() -> None:
    late = 2**40 + 7
    assert index(file_of(fragment(1, [Run(1, [Sample(late, 1, b"x")])]))).times == {1: [late]}


@pytest.mark.parametrize("start", [b"\0\0\1", b"\0\0\0\1"])
def test_start_codes_become_lengths(start: bytes) -> None:
    stream = start + b"\x67abc" + start + b"\x65" + b"d" * 300
    assert length_prefixed(stream) == b"\0\0\0\4\x67abc" + b"\0\0\1\x2d\x65" + b"d" * 300


def test_nothing_is_made_of_nothing(tmp_path: Path) -> None:
    empty = index(file_of())
    assert (empty.size, empty.cut, empty.times) == (0, 0, {})
