"""What the edge recorded is painted again: the folder as the recorder wrote it, and nothing by hand."""

from fractions import Fraction
from pathlib import Path

import av
import pytest

from overglass_cloud.clips.still import Still
from overglass_cloud.remix.presets.contract import Atelier, Segment
from overglass_cloud.remix.presets.session import SessionParameters, start
from overglass_edge.recorder import Recorder
from overglass_protocol.control import Control
from overglass_protocol.envelope import Envelope
from overglass_protocol.packet import presentation_time
from tests.cloud.parts import looks, workshop
from tests.cloud.remix.presets.test_session import COUNTING, OTHER, level
from tests.edge.clips import ScriptedCamera, captured


@pytest.fixture
async def session(tmp_path: Path) -> Path:
    """Twelve pictures of uneven times; `counting` from the third picture on, `other` from the seventh."""
    folder = tmp_path / "session"
    ticks = [90_000 + 3003 * n + 400 * (n % 3) for n in range(12)]
    async with Recorder(folder, ScriptedCamera(), device="test") as recorder:
        for number, tick in enumerate(ticks):
            if number == 1:
                recorder.control(Control(version=1, look="counting", seed=30))
                recorder.applied(1, 3)
            if number == 5:
                recorder.control(Control(version=2, look="other", seed=60))
                recorder.applied(2, 7)
            shot = captured(number, tick, Fraction(1, 90_000))
            recorder.record(shot, Envelope(number, shot.capture_time))
    return folder


def stills(capture: Path) -> list[Still]:
    with av.open(str(capture)) as clip:
        times = [(shot, presentation_time(shot)) for shot in clip.decode(video=0) if shot.time_base]
    return [Still(n, at, shot, 0, at) for n, (shot, at) in enumerate(times)]


async def test_each_picture_gets_what_was_first_shown_with_it(session: Path) -> None:
    files = {"timeline.jsonl": session / "timeline.jsonl"}
    by = start(SessionParameters(), Atelier(workshop(), looks(COUNTING, OTHER), files))
    shots = stills(session / "capture.mp4")
    assert len(shots) == 12
    out = list(by.paint(Segment(0, 0, 12), iter(shots)))
    assert out[:3] == shots[:3]
    assert [level(still) for still in out[3:]] == [31, 32, 33, 34, 61, 62, 63, 64, 65]
