"""A session that was really worn, then painted again: each picture by the document that it was worn with."""

from pathlib import Path

import av
import numpy as np

from overglass_cloud.clips.still import Still
from overglass_cloud.looks import Looks
from overglass_cloud.remix.presets.contract import Atelier, Scope, Segment
from overglass_cloud.remix.presets.session import SessionParameters, analyse, start
from overglass_cloud.remix.presets.session_timeline import recorded
from overglass_cloud.remix.timeline import Source, Timeline
from overglass_edge.recorder import Recorder
from overglass_protocol.control import Control
from overglass_protocol.packet import presentation_time
from overglass_protocol.recording.layout import CAPTURE, TIMELINE
from overglass_protocol.recording.timeline_file import TimelineFile
from overglass_simulators.service import Service
from tests.cloud.parts import workshop
from tests.end_to_end.parts import glasses

CHANGES = (
    Control(look="ink", strength=0.4),
    Control(look="ink", strength=1.0, seed=3),
    Control(look="neon"),
    Control(),
)


async def worn_session(folder: Path) -> Path:
    """Five pictures or more of each document."""
    with Service() as service:
        async with glasses(service.url, record=lambda camera: Recorder(folder, camera)) as worn:
            await worn.until(lambda: len(worn.trips) >= 5)
            for wanted in CHANGES:
                version = worn.agent.set_control(wanted).version
                await worn.until(
                    lambda version=version: (  # type: ignore[misc]
                        sum(f.envelope.control_version == version for f in worn.frames if f.envelope) >= 5
                    )
                )
    return folder


async def test_a_session_is_painted_again_as_it_was_worn(tmp_path: Path) -> None:
    folder = await worn_session(tmp_path / "session")
    timeline = TimelineFile.read(folder / TIMELINE)
    assert timeline.video is not None
    documents = {line.document.version: line.document for line in timeline.controls}
    seen = {line.id: line.control_version for line in timeline.returned if line.control_version is not None}
    stills, schedule = captured(folder / CAPTURE), recorded(timeline, "worn")
    assert len(stills) == len(timeline.frames)
    compared = 0
    for still, frame in zip(stills, timeline.frames, strict=True):
        if (version := seen.get(frame.id)) in documents:
            expected = documents[version].model_copy(update={"version": 0})
            assert schedule.at(still.source_time) == expected, frame.id
            compared += 1
    assert compared >= 5 * len(CHANGES)
    assert [worn.control.look for worn in schedule.worn] == ["ink", "ink", "neon", "none"]


async def test_the_job_reads_the_folder_that_the_edge_left(tmp_path: Path) -> None:
    folder = await worn_session(tmp_path / "session")
    looks, files, stills = Looks.installed(), {TIMELINE: folder / TIMELINE}, captured(folder / CAPTURE)
    ticks = [still.picture.pts for still in stills]
    base = stills[0].picture.time_base
    assert base is not None
    shot = stills[0].picture
    source = Source(np.array(ticks, np.int64), base, shot.width, shot.height)
    scope = Scope([source], [folder / CAPTURE], files, looks, workshop())
    analysis = analyse(SessionParameters(), Timeline.of(source), scope)
    assert analysis["looks"] == ["ink", "neon", "none"]
    painter = start(SessionParameters(), Atelier(workshop(), looks, files, analysis=analysis))
    out = list(painter.paint(Segment(0, 0, len(stills)), iter(stills)))
    assert [still.index for still in out] == list(range(len(stills)))
    assert out[0] is stills[0]
    assert out[-1] is stills[-1]
    assert sum(after is not before for after, before in zip(out, stills, strict=True)) >= 15


def captured(capture: Path) -> list[Still]:
    """The film's pictures with their own times."""
    with av.open(str(capture)) as clip:
        shots = [(shot, presentation_time(shot)) for shot in clip.decode(video=0)]
    return [Still(number, at, shot, 0, at) for number, (shot, at) in enumerate(shots)]
