"""A finished capture with its fragments gathered: seconds of pictures in each, instead of one.

While recording, each picture is a fragment of its own, so that a crash loses none. Afterwards that is
only a burden: signing and checking take time by the square of the number of fragments.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from overglass_protocol.recording.fragments import Run, Sample, fragment

ENOUGH = 150
"Pictures, from which on the next key picture starts a fragment."
MOST_SAMPLES, MOST_BYTES = 1500, 64 * 2**20
"Where one starts in any case; the bytes are held in memory."
_KEY_FRAME = 0x02000000


@dataclass(slots=True)
class _Gathering:
    samples: dict[int, list[Sample]] = field(default_factory=dict)
    "By track."
    size: int = 0

    @property
    def count(self) -> int:
        return sum(map(len, self.samples.values()))

    def add(self, runs: list[Run]) -> None:
        for run in runs:
            self.samples.setdefault(run.track, []).extend(run.samples)
            self.size += sum(len(sample.data) for sample in run.samples)

    def is_full_before(self, runs: list[Run]) -> bool:
        starts = any(run.track == 1 and run.samples and run.samples[0].is_key for run in runs)
        full = self.count >= MOST_SAMPLES or self.size >= MOST_BYTES
        return full or (starts and self.count >= ENOUGH)

    def runs(self) -> list[Run]:
        """A run adds durations up, so they are made to lead exactly from sample to sample."""
        return [Run(track, _chained(samples)) for track, samples in sorted(self.samples.items())]


def gather(source: BinaryIO, target: BinaryIO) -> None:
    """Copies a capture; samples and their times stay what they are.

    Raises ValueError for a file that no recorder of ours made, or that was cut.
    """
    number, gathering = 1, _Gathering()
    try:
        for header, runs in _pieces(source):
            if header:
                target.write(header)
                continue
            if gathering.count and gathering.is_full_before(runs):
                target.write(fragment(number, gathering.runs()))
                number, gathering = number + 1, _Gathering()
            gathering.add(runs)
    except (struct.error, StopIteration) as error:
        raise ValueError("its fragments are not ours") from error
    if gathering.count:
        target.write(fragment(number, gathering.runs()))


def is_scattered(path: Path) -> bool:
    """Whether the file has more boxes than a signature takes lightly."""
    with path.open("rb") as file:
        return sum(1 for _ in _boxes(file)) > 4 * ENOUGH


def _chained(samples: list[Sample]) -> list[Sample]:
    following = [sample.time for sample in samples[1:]]
    chained = [
        replace(sample, duration=then - sample.time)
        for sample, then in zip(samples[:-1], following, strict=True)
    ]
    return [*chained, samples[-1]]


def _pieces(file: BinaryIO) -> Iterator[tuple[bytes, list[Run]]]:
    """What is before the fragments, as it is; then the runs of each fragment."""
    moof = b""
    for kind, start, size in _boxes(file):
        file.seek(start)
        body = file.read(size)
        if kind == b"moof":
            moof = body
        elif kind == b"mdat" and moof:
            yield b"", list(_runs(moof, body))
            moof = b""
        elif kind in (b"ftyp", b"moov"):
            yield body, []
        else:
            raise ValueError(f"it holds a {kind!r}")
    if moof:
        raise ValueError("its last fragment was cut")


def _boxes(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and size, header included, of each outermost box. Raises ValueError where one is cut."""
    end, at = file.seek(0, 2), 0
    while at < end:
        file.seek(at)
        size, kind = struct.unpack("!I4s", file.read(8).ljust(8, b"\0"))
        if size < 8 or at + size > end:
            raise ValueError("its last box was cut")
        yield kind, at, size
        at += size


def _runs(moof: bytes, mdat: bytes) -> Iterator[Run]:
    """The runs of a fragment as `fragment` makes it, one a track."""
    for traf in _find(moof[8:], b"traf"):
        (track,) = struct.unpack_from("!4xI", _first(traf, b"tfhd"))
        (time,) = struct.unpack_from("!4xQ", _first(traf, b"tfdt"))
        trun = _first(traf, b"trun")
        (offset,) = struct.unpack_from("!8xi", trun)
        at, samples = offset - len(moof), []
        for duration, size, flags in struct.iter_unpack("!III", trun[12:]):
            samples.append(Sample(time, duration, mdat[at : at + size], flags == _KEY_FRAME))
            time, at = time + duration, at + size
        yield Run(track, samples)


def _first(body: bytes, wanted: bytes) -> bytes:
    found = next(_find(body, wanted), None)
    if found is None:
        raise ValueError(f"a {wanted!r} is missing")
    return found


def _find(body: bytes, wanted: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(body):
        size, kind = struct.unpack_from("!I4s", body, at)
        if kind == wanted:
            yield body[at + 8 : at + size]
        at += max(size, 8)
