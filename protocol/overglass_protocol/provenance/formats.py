"""Which files can carry their record: MP4 and MOV, told by what is in them and never by their names."""

from collections.abc import Iterator
from enum import Enum, auto
from pathlib import Path
from typing import BinaryIO

from overglass_protocol.errors import TrustError

MP4, MOV = "video/mp4", "video/quicktime"
_CURE = "Only MP4 and MOV can be signed: remux it to .mp4 first."


def form_of(path: Path) -> str:
    """The MIME type. Raises TrustError for a file that cannot be read or is neither."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise TrustError(f"{path} cannot be read: {error.strerror}") from error
    if head[4:8] == b"ftyp":
        return MOV if head[8:12] == b"qt  " else MP4
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip"):
        return MOV
    raise TrustError(f"{path} is neither MP4 nor MOV", cure=_CURE)


MAX_BOXES = 20_000
"""Outermost boxes. c2pa's work grows with their square: 20,000 take it 1.3 seconds to read and 9 to sign,
measured on one core of a server."""
_MOST_LOOKED_AT = 1_000_000
"An hour of capture as it is recorded has 216,000."
MAX_RECORD = 64 * 2**20
"Bytes of the box that the record stands in."
_RECORD = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
"The user type of C2PA's box (specification 2.2, A.5)."


class Burden(Enum):
    """What a reader of records has to expect."""

    LIGHT = auto()
    NO_RECORD = auto()
    "Many boxes, and no record among them."
    TOO_MUCH = auto()


def burden_of(file: BinaryIO) -> Burden:
    """Looks at the outermost boxes alone (ISO/IEC 14496-12, 4.2)."""
    count, has_record = 0, False
    for size, is_record in _boxes(file):
        count += 1
        has_record |= is_record
        if count > _MOST_LOOKED_AT or (is_record and size > MAX_RECORD):
            return Burden.TOO_MUCH
    if count <= MAX_BOXES:
        return Burden.LIGHT
    return Burden.TOO_MUCH if has_record else Burden.NO_RECORD


def _boxes(file: BinaryIO) -> Iterator[tuple[int, bool]]:
    """Size in bytes of each, and whether it is a record."""
    end, at = file.seek(0, 2), 0
    while at + 8 <= end:
        file.seek(at)
        head = file.read(32)
        size, kind, user = int.from_bytes(head[:4], "big"), head[4:8], head[8:24]
        if size == 1:
            size, user = int.from_bytes(head[8:16], "big"), head[16:32]
        size = size or end - at
        yield min(size, end - at), kind == b"uuid" and user == _RECORD
        if size < 8:
            return
        at += size
