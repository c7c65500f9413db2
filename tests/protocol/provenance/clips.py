"""Small clips and keys for these tests."""

import io
from pathlib import Path

import av
import numpy as np

from overglass_protocol.provenance.keys import Keys
from overglass_protocol.provenance.signing import Statement, sign
from overglass_protocol.provenance.terms import SourceType


def film(path: Path, frames: int = 10) -> Path:
    """A clip that gets brighter. Returns `path`."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=30, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(frames):
            picture = av.VideoFrame.from_ndarray(
                np.full((48, 64, 3), 20 * (number % 12), np.uint8), format="rgb24"
            )
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))
    return path


def captured(path: Path, keys: Keys) -> Path:
    """A signed capture of a camera."""
    sign(film(path), path, Statement("a walk", SourceType.CAMERA), keys.signer)
    return path


def remixed(path: Path, parent: Path, keys: Keys) -> Path:
    """A signed clip that was made of `parent`."""
    sign(film(path), path, Statement("a remix", SourceType.COMPOSITE, parents=(parent,)), keys.signer)
    return path


def flipped(path: Path, at: int, target: Path, bit: int = 0x10) -> Path:
    """A copy with one bit turned."""
    data = bytearray(path.read_bytes())
    data[at] ^= bit
    target.write_bytes(data)
    return target


def remuxed(path: Path, target: Path) -> Path:
    """The same packets in a new file, as any editor writes it."""
    out = io.BytesIO()
    with av.open(str(path)) as clip, av.open(out, "w", format="mp4") as copy:
        stream = copy.add_stream_from_template(clip.streams.video[0])
        for packet in clip.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                copy.mux(packet)
    target.write_bytes(out.getvalue())
    return target
