"""Fragments of MP4 (ISO/IEC 14496-12, section 8.8), as bytes; knows no codec and no file's fate.

They are made here because FFmpeg's muxer keeps each packet until the next one comes, and every picture
until there is sound: a crash would take those along.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

_KEY_FRAME = 0x02000000
"Sample flags: depends on no other."
_OTHER_FRAME = 0x01010000
"Sample flags: depends on others, and is no place to start."
_START_CODE = b"\0\0\1"


@dataclass(frozen=True, slots=True)
class Sample:
    """One packet. Presentation and decoding time are the same: nothing here is reordered."""

    time: int
    "Ticks of its track, from 0."
    duration: int
    "Ticks; an estimate for the last of a run, since the next fragment tells its own time."
    data: bytes
    is_key: bool = True


@dataclass(frozen=True, slots=True)
class Run:
    """Samples of one track that follow each other. A track is counted from 1."""

    track: int
    samples: Sequence[Sample]


def fragment(number: int, runs: Sequence[Run]) -> bytes:
    """A movie fragment and its media data: all that a player needs of these samples."""
    size = len(_moof(number, runs, [0] * len(runs)))
    offsets = []
    offset = size + 8
    for run in runs:
        offsets.append(offset)
        offset += sum(len(sample.data) for sample in run.samples)
    return _moof(number, runs, offsets) + _box(b"mdat", *(s.data for run in runs for s in run.samples))


def length_prefixed(byte_stream: bytes) -> bytes:
    """H.264 as MP4 stores it (ISO/IEC 14496-15: lengths) from what encoders give (Annex B: start codes)."""
    out = []
    at = byte_stream.find(_START_CODE)
    while at >= 0:
        end = byte_stream.find(_START_CODE, at + 3)
        # A unit never ends in zeros; those before a start code belong to it.
        unit = byte_stream[at + 3 : end].rstrip(b"\0") if end >= 0 else byte_stream[at + 3 :]
        out.append(struct.pack("!I", len(unit)) + unit)
        at = end
    return b"".join(out)


def with_timescale(header: bytes, track: int, ticks: int) -> bytes:
    """The beginning of a file, with so many ticks a second for one of its tracks (counted from 1).

    FFmpeg counts sound in samples, which cannot express every source's timestamps.
    """
    at = -1
    for _ in range(track):
        at = header.index(b"mdhd", at + 1)
    # Version and flags, then two dates, of 32 bits in version 0 and of 64 in version 1.
    at += 8 + (16 if header[at + 4] else 8)
    return header[:at] + struct.pack("!I", ticks) + header[at + 4 :]


@dataclass(slots=True)
class Index:
    """What is whole in a fragmented file."""

    size: int = 0
    "Bytes up to the end of the last whole fragment."
    cut: int = 0
    "Bytes after that."
    times: dict[int, list[int]] = field(default_factory=dict)
    "Of each track, its samples' times in ticks, in the order of the file."


def index(file: BinaryIO) -> Index:
    """Reads which samples are there, without their data."""
    found = Index()
    runs: list[tuple[int, list[int]]] = []
    total = file.seek(0, 2)
    for kind, start, end in _boxes(file, total):
        if kind == b"moof":
            file.seek(start)
            try:
                runs = _runs(file.read(end - start))
            except (struct.error, StopIteration):
                break
            continue
        for track, times in runs:
            found.times.setdefault(track, []).extend(times)
        runs = []
        found.size = end
    found.cut = total - found.size
    return found


def _moof(number: int, runs: Sequence[Run], offsets: Sequence[int]) -> bytes:
    tracks = [_traf(run, offset) for run, offset in zip(runs, offsets, strict=True)]
    return _box(b"moof", _box(b"mfhd", struct.pack("!II", 0, number)), *tracks)


def _traf(run: Run, offset: int) -> bytes:
    rows = [
        struct.pack("!III", s.duration, len(s.data), _KEY_FRAME if s.is_key else _OTHER_FRAME)
        for s in run.samples
    ]
    return _box(
        b"traf",
        # 0x20000: offsets count from the start of this fragment.
        _box(b"tfhd", struct.pack("!II", 0x20000, run.track)),
        # Version 1: 64 bits.
        _box(b"tfdt", struct.pack("!IQ", 1 << 24, run.samples[0].time)),
        # 0x701: an offset, then duration, size and flags of each sample.
        _box(b"trun", struct.pack("!IIi", 0x701, len(rows), offset), *rows),
    )


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack("!I4s", 8 + len(body), kind) + body


def _boxes(file: BinaryIO, total: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start of the body and end of each whole box of the file."""
    at = 0
    while at + 8 <= total:
        file.seek(at)
        size, kind = struct.unpack("!I4s", file.read(8))
        if size < 8 or at + size > total:
            return
        yield kind, at + 8, at + size
        at += size


def _runs(moof: bytes) -> list[tuple[int, list[int]]]:
    """Track and times of each run in the body of a fragment that `fragment` made.

    Raises struct.error or StopIteration for any other.
    """
    runs = []
    for traf in _find(moof, b"traf"):
        (track,) = struct.unpack_from("!4xI", next(_find(traf, b"tfhd")))
        (time,) = struct.unpack_from("!4xQ", next(_find(traf, b"tfdt")))
        times = []
        for duration, _, _ in struct.iter_unpack("!III", next(_find(traf, b"trun"))[12:]):
            times.append(time)
            time += duration
        runs.append((track, times))
    return runs


def _find(body: bytes, wanted: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(body):
        size, kind = struct.unpack_from("!I4s", body, at)
        if kind == wanted:
            yield body[at + 8 : at + size]
        at += max(size, 8)
