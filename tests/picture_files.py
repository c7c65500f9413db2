"""Picture files, good and bad, for whoever takes one from a stranger."""

import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Rgb = NDArray[np.uint8]


def encoded(pixels: Any, kind: str = "PNG", **options: Any) -> bytes:
    """A file of these pixels: an array, or a picture of Pillow's."""
    file = io.BytesIO()
    picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    picture.save(file, kind, **options)
    return file.getvalue()


def gradient(width: int = 96, height: int = 64) -> Rgb:
    """Red grows to the right, green downwards, blue is half."""
    picture = np.full((height, width, 3), 128, np.uint8)
    picture[..., 0] = np.linspace(0, 255, width, dtype=np.uint8)
    picture[..., 1] = np.linspace(0, 255, height, dtype=np.uint8)[:, None]
    return picture


def bomb(side: int = 30_000) -> bytes:
    """A whole and valid PNG of so many white pixels each way in a few kilobytes."""
    row = b"\0" + b"\xff" * (side // 8)
    deflate = zlib.compressobj(9)
    body = b"".join(deflate.compress(row * 100) for _ in range(side // 100)) + deflate.flush()
    header = struct.pack("!IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def wide_webp(side: int = 16_383) -> bytes:
    """A WebP (extended) that claims to be as large as the format allows."""
    canvas = struct.pack("<B3x", 0) + 2 * (side - 1).to_bytes(3, "little")
    still = encoded(gradient(), "WEBP")[12:]
    body = b"WEBP" + b"VP8X" + struct.pack("<I", len(canvas)) + canvas + still
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))
