"""Which files can carry their record: MP4 and MOV, told by what is in them and never by their names."""

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
MAX_RECORD = 64 * 2**20
"Bytes of the box that the record stands in."
_RECORD = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
"The user type of C2PA's box (specification 2.2, A.5)."


def is_bearable(file: BinaryIO) -> bool:
    """Whether a reader of records gets through it in bounded time and memory (ISO/IEC 14496-12, 4.2)."""
    end, at = file.seek(0, 2), 0
    for _ in range(MAX_BOXES):
        if at + 8 > end:
            return True
        file.seek(at)
        head = file.read(32)
        size, kind, user = int.from_bytes(head[:4], "big"), head[4:8], head[8:24]
        if size == 1:
            size, user = int.from_bytes(head[8:16], "big"), head[16:32]
        size = size or end - at
        if kind == b"uuid" and user == _RECORD and min(size, end - at) > MAX_RECORD:
            return False
        if size < 8:
            return True
        at += size
    return False
