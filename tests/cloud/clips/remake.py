"""Decodes a clip, encodes it in segments and assembles them: what every remix stands on. Run as a program it
says how much memory that took, in MiB."""

import re
import sys
from pathlib import Path

from overglass_cloud.clips.assembling import assemble
from overglass_cloud.clips.probe import Clip, probe
from overglass_cloud.clips.reading import pictures
from overglass_cloud.clips.upright import even_size
from overglass_cloud.clips.writing import Encoding, Writer


def remake(source: Path, folder: Path, encoding: Encoding | None = None, longest: int = 240) -> Path:
    clip = probe(source)
    encoding = encoding or Encoding(effort="fast", rate=clip.rate)
    segments = []
    for first in range(0, clip.frames, longest):
        segments.append(folder / f"{first}.mp4")
        last = min(first + longest, clip.frames)
        _segment(source, clip, (first, last), segments[-1], encoding)
    target = folder / "remade.mp4"
    assemble(segments, target, time_base=clip.time_base, sources=[source])
    return target


def _segment(source: Path, clip: Clip, span: tuple[int, int], target: Path, encoding: Encoding) -> None:
    with Writer(target, even_size(clip), clip.time_base, encoding) as writer:
        for number, picture in pictures(source, clip, *span):
            writer.write(picture, int(clip.pts[number]))


if __name__ == "__main__":
    remake(Path(sys.argv[1]), Path(sys.argv[2]))
    # What the system counts for a process (ru_maxrss) begins with what its parent had when it was started.
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(int(peak) // 1024)
