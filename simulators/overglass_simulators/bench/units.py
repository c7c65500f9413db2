"""Pictures encoded once, before a bench, so that many senders cost little while it runs."""

import struct
from pathlib import Path

from overglass_protocol.frame import copied
from overglass_protocol.rtc.encoder import CLOCK_RATE, H264Encoder
from overglass_protocol.rtc.rate import best_bitrate
from overglass_simulators.bench.content import Content

_SIZE = struct.Struct("!I")


def encode(content: Content, fps: float) -> list[bytes]:
    """H.264 access units of one round of the content. The first is a key frame and the only one, so
    that the round can start again at any time, and at no other place."""
    width, height = content.size
    encoder, bitrate = H264Encoder(width, height, fps), best_bitrate(width, height, fps)
    return [
        encoder.encode(copied(picture), int(n * CLOCK_RATE / fps), n == 0, bitrate)
        for n, picture in enumerate(content.pictures)
    ]


def save(path: Path, units: list[bytes]) -> None:
    path.write_bytes(b"".join(_SIZE.pack(len(unit)) + unit for unit in units))


def load(path: Path) -> list[bytes]:
    """What `save` wrote."""
    data, at, units = path.read_bytes(), 0, []
    while at < len(data):
        (size,) = _SIZE.unpack_from(data, at)
        at += _SIZE.size + size
        units.append(data[at - size : at])
    return units
