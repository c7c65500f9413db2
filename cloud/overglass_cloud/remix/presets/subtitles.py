"""Subtitle files as cues, and cues as the samples of an MP4 text track. Knows nothing of pictures."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pysubs2

from overglass_protocol.errors import RemixError

_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
TIMING = re.compile(rf"\s*{_TIME}\s+-->\s+{_TIME}(?:\s+\S.*)?\s*")


@dataclass(frozen=True, slots=True)
class Cue:
    """Words, and when they are shown: milliseconds of the output, [start, end)."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample of a `mov_text` track, in a time base of 1/1000."""

    pts: int
    duration: int
    payload: bytes
    "Length in two bytes, big-endian, then UTF-8 (3GPP TS 26.245)."


def read_cues(path: Path) -> tuple[Cue, ...]:
    """SRT or WebVTT, in order of time. Raises RemixError that names the line."""
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise RemixError(f"{path.name} cannot be read: {error.strerror}", code="no-captions") from error
    except UnicodeDecodeError as error:
        raise _broken(path, raw[: error.start].count(b"\n") + 1, "is not UTF-8") from error
    for number, line in enumerate(text.splitlines(), 1):
        if "-->" in line:
            _check_times(path, number, line)
    kind = "vtt" if text.lstrip().startswith("WEBVTT") else "srt"
    try:
        events = pysubs2.SSAFile.from_string(text, format_=kind)
    except (pysubs2.exceptions.Pysubs2Error, ValueError) as error:
        raise _broken(path, 1, str(error)) from error
    cues = [Cue(e.start, e.end, e.plaintext.strip()) for e in events if e.plaintext.strip()]
    if not cues:
        raise _broken(path, 1, "begins no captions: there are none in the file")
    return tuple(sorted(cues, key=lambda cue: (cue.start, cue.end)))


def samples(cues: Sequence[Cue]) -> Iterator[Sample]:
    """A text track's samples: without a gap, empty where nothing is shown, together where cues overlap."""
    edges = sorted({0, *(cue.start for cue in cues), *(cue.end for cue in cues)})
    for start, end in pairwise(edges):
        words = "\n".join(cue.text for cue in cues if cue.start <= start < cue.end).encode()
        yield Sample(start, end - start, len(words).to_bytes(2, "big") + words)


def _check_times(path: Path, number: int, line: str) -> None:
    found = TIMING.fullmatch(line)
    if not found:
        raise _broken(path, number, f"has no times that can be read: {line.strip()[:60]!r}")
    parts = [int(part or 0) for part in found.groups()[:3] + found.groups()[4:7]]
    fractions = [int(part.ljust(3, "0")) for part in (found[4], found[8])]
    if (parts[3:], fractions[1]) <= (parts[:3], fractions[0]):
        raise _broken(path, number, "ends before it starts")


def _broken(path: Path, line: int, why: str) -> RemixError:
    return RemixError(
        f"{path.name}: line {line} {why}", code="bad-captions", cure="Use SRT or WebVTT in UTF-8."
    )
