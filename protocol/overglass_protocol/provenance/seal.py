"""A digest of the whole signed file, in a box at its end that players skip.

C2PA's own hash leaves out the brand, free space and the record's padding and labels: a flipped bit there
would go unseen. The seal finds damage; that it was there, and what the brand was, is signed (`promise`).
Knows nothing of C2PA but where its hash does not look.
"""

import hashlib
import struct
from enum import Enum, auto
from typing import BinaryIO

LABEL = "org.overglass.seal"
_HEADER = struct.pack("!I", 56) + b"free" + b"overglass-seal-1"
_SIZE = len(_HEADER) + 32
_CHUNK = 2**20
_LARGEST_BRAND = 4096


class Seal(Enum):
    """What was found at the end of a file."""

    WHOLE = auto()
    BROKEN = auto()
    ABSENT = auto()


def promise(file: BinaryIO) -> dict[str, str]:
    """What is signed of the file before it is sealed: that it will be, and its brand."""
    return {"alg": "sha256", "brand": _brand(file)}


def keeps(promised: object, file: BinaryIO) -> bool:
    """Whether the brand is what `promise` said."""
    return isinstance(promised, dict) and promised.get("brand") == _brand(file)


def seal(file: BinaryIO) -> None:
    """Appends the seal. The file is open for reading and writing."""
    digest = _digest(file, file.seek(0, 2))
    file.seek(0, 2)
    file.write(_HEADER + digest)


def check(file: BinaryIO) -> Seal:
    """Reads the whole file."""
    end = file.seek(0, 2) - _SIZE
    if end < 0:
        return Seal.ABSENT
    file.seek(end)
    if file.read(len(_HEADER)) != _HEADER:
        return Seal.ABSENT
    kept = file.read(32)
    return Seal.WHOLE if kept == _digest(file, end) else Seal.BROKEN


def _digest(file: BinaryIO, end: int) -> bytes:
    digest = hashlib.sha256()
    file.seek(0)
    while end > 0 and (chunk := file.read(min(_CHUNK, end))):
        digest.update(chunk)
        end -= len(chunk)
    return digest.digest()


def _brand(file: BinaryIO) -> str:
    """SHA-256 of the first box if it is the file type (ISO/IEC 14496-12, 4.3); else empty."""
    file.seek(0)
    head = file.read(8)
    size = int.from_bytes(head[:4], "big")
    if head[4:] != b"ftyp" or not 8 <= size <= _LARGEST_BRAND:
        return ""
    return hashlib.sha256(head + file.read(size - 8)).hexdigest()
