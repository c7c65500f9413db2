"""Publishes a clip over RTMP as glasses do: FFmpeg's muxer, at the clip's own pace, packets untouched.

Imported it is `pushing`; run as a module it is that process, since FFmpeg's end and ours in one process
would wait for each other.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av

from tests.edge.clips import ROOT


@contextmanager
def pushing(
    url: str, clip: Path, *, seconds: float = 60.0, sound: bool = True
) -> Iterator["subprocess.Popen[str]"]:
    """A process that publishes the first `seconds` of the clip, and is ended with the block."""
    words = [sys.executable, "-m", __name__, url, str(clip), str(seconds), *([] if sound else ["silent"])]
    with subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def push(url: str, clip: str, seconds: float, *, sound: bool) -> None:
    with av.open(clip) as source, av.open(url, "w", format="flv") as out:
        streams = [*source.streams.video, *(source.streams.audio if sound else ())]
        copies = {stream.index: out.add_stream_from_template(stream) for stream in streams}
        start = time.monotonic()
        for packet in source.demux(streams):
            if packet.dts is None or packet.time_base is None:
                continue
            due = float(packet.dts * packet.time_base)
            if due > seconds:
                break
            time.sleep(max(0.0, start + due - time.monotonic()))
            packet.stream = copies[packet.stream.index]
            out.mux(packet)


if __name__ == "__main__":
    try:
        push(sys.argv[1], sys.argv[2], float(sys.argv[3]), sound="silent" not in sys.argv[4:])
    except (av.FFmpegError, OSError) as refusal:
        sys.exit(f"refused: {refusal}")
