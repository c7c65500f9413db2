"""Made-up trips, pictures, accounts and clips for the demonstration's tests."""

from collections import Counter
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from overglass_edge.contract import Tally
from overglass_edge.trip import STAGES, Trip
from overglass_protocol.envelope import Envelope
from overglass_protocol.frame import Frame
from overglass_simulators.demo.journal import Journal
from overglass_simulators.demo.report import Account

WITHIN = 30.0
"Seconds that any wait here may take on a busy machine; none is expected to."
SIZE = (128, 96)


def trip(frame_id: int, latency: float = 0.020, *, whole: bool = True) -> Trip:
    at = 100 + frame_id / 25
    names = STAGES if whole else ("encode", "downlink")
    return Trip(frame_id, at, at + latency, {name: latency / len(names) for name in names})


def grey(level: int, size: tuple[int, int] = SIZE) -> av.VideoFrame:
    planes = np.full((size[1] * 3 // 2, size[0]), 128, np.uint8)
    planes[: size[1]] = level
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


def returned(at: Trip, version: int = 1) -> Frame:
    return Frame(grey(100), Envelope(at.frame_id, at.capture_time, control_version=version))


def account(trips: list[Trip]) -> Account:
    journal = Journal()
    for item in trips:
        journal.show(returned(item), item)
    return Account(
        journal=journal,
        tally=Tally(
            captured=9, sent=8, returned=len(trips), connections=1, dropped=Counter({"encoder busy": 1})
        ),
        source={"name": "made up", "width": 128, "height": 96, "fps": 25.0},
        size=SIZE,
        look="none",
        strength=1.0,
        overlays=("faces",),
        region="all",
        offered_at=99.9,
        fps_in=25.0,
        camera_dropped={"late": 1},
        seconds=0.3,
        interrupted=False,
        machine={"cores": 2, "cpu": "made up"},
    )


def clip(path: Path, frames: int = 30) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for number in range(frames):
            picture = grey(40 + 5 * number % 150)
            picture.pts, picture.time_base = number, Fraction(1, 30)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        picture.verify()
        return picture.size
