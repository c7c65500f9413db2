"""Glasses that push: FFmpeg publishes to the agent's command, which forwards through the real service."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue

import av
import numpy as np
import pytest

from overglass_cloud.config import Settings
from overglass_edge.agent import Agent
from overglass_edge.contract import AgentSettings
from overglass_edge.door import Door
from overglass_edge.sources import RtmpCamera
from overglass_protocol import rtc
from overglass_protocol.control import Control
from overglass_protocol.provenance.chain import State
from overglass_protocol.provenance.keys import Keys
from overglass_protocol.provenance.reading import read
from overglass_protocol.recording.session_folder import SessionFolder
from overglass_simulators.service import Service
from tests.edge.clips import ROOT, WALK, sound_of
from tests.edge.push_rtmp import pushing
from tests.end_to_end.sync import SYNC, WITHIN, Viewer, flashes_and_beeps
from tests.end_to_end.test_visits import serving, until


class Edge:
    """`overglass edge` as a process, and the lines it writes."""

    def __init__(self, *options: str, trust: Path | None = None) -> None:
        """`trust` is where it keeps its keys; without, it signs nothing."""
        said = {"OVERGLASS_SIGN": "0"} if trust is None else {"OVERGLASS_TRUST_FOLDER": str(trust)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "overglass_edge", "edge", *options],
            cwd=ROOT,
            env={k: v for k, v in os.environ.items() if not k.startswith("OVERGLASS_")}
            | {"COLUMNS": "500"}
            | said,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._lines: Queue[str] = Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def hear(self, pattern: str) -> str:
        """The next line in which the pattern is found."""
        while True:
            line = self._lines.get(timeout=WITHIN)
            if re.search(pattern, line):
                return line

    def interrupt(self) -> None:
        """As Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(WITHIN)

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._lines.put(line)


@contextmanager
def edge(*options: str, trust: Path | None = None) -> Iterator[Edge]:
    running = Edge(*options, trust=trust)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait()
        assert running.process.stderr is not None
        running.process.stderr.close()


@pytest.mark.skipif(not WALK.exists(), reason=f"needs {WALK.name}")
def test_what_glasses_push_goes_through_the_service_and_is_recorded_with_its_sound(tmp_path: Path) -> None:
    folder, shown = tmp_path / "walk", tmp_path / "shown.mp4"
    options = ("--record", str(folder), "--display", str(shown))
    with (
        Service() as service,
        edge(
            "--source",
            "rtmp://127.0.0.1:0/live/KEY",
            "--cloud",
            service.url,
            *options,
            trust=tmp_path / "trust",
        ) as worn,
    ):
        url = worn.hear("listening").split()[-1].replace("…", "KEY")
        for _ in range(2):
            with pushing(url, WALK, seconds=3.0):
                worn.hear("publisher-came")
                worn.hear("publisher-gone")
        worn.interrupt()
    session = SessionFolder.open(folder)
    assert session.complete
    assert not session.problems
    assert len(session.frames) >= 100  # of 180; a busy machine displaces some
    chain = read(folder / "capture.mp4", Keys.here(tmp_path / "trust").anchors)
    assert chain.state is State.TRUSTED
    assert not any(step.source for link in chain.links for step in link.steps)  # A push claims no capture.
    names = [event.name for event in session.events]
    assert [names.count(name) for name in ("publisher-came", "publisher-gone", "connected")] == [2, 2, 1]
    first = [data for _, data in sound_of(WALK)][:135]
    heard = [data for _, data in sound_of(folder / "capture.mp4")]
    assert heard[:135] == first
    assert sum(heard[at : at + 100] == first[:100] for at in range(len(heard))) == 2
    with av.open(str(shown)) as clip:
        assert sum(1 for _ in clip.decode(video=0)) >= 60


def test_ctrl_c_ends_an_agent_that_still_waits_for_its_publisher() -> None:
    with edge("--source", "rtmp://127.0.0.1:0/live/KEY") as worn:
        worn.hear("listening")
        worn.interrupt()


async def test_a_viewer_hears_what_a_phone_pushes_in_step_with_what_it_shows(tmp_path: Path) -> None:
    clip = flashes_and_beeps(tmp_path / "sync.mp4", 8, codec="aac")
    settings = AgentSettings(peer=rtc.PeerSettings(hosts=("127.0.0.1",)))
    camera, viewer = RtmpCamera("//127.0.0.1:0/live/KEY"), Viewer()
    said: defaultdict[str, asyncio.Queue[str]] = defaultdict(asyncio.Queue)

    def hear(name: str, detail: str) -> None:
        said[name].put_nowait(detail)

    async with serving(Settings(port=0)) as (address, visits), Door(address) as door:
        agent = Agent(camera, door, [], settings, Control(), say=hear)
        running = asyncio.create_task(agent.run())
        try:
            async with asyncio.timeout(WITHIN):
                place = (await said["listening"].get()).split()[-1]
                with pushing(place.replace("…", "KEY"), clip):
                    await until(lambda: any(summary.received for summary in visits.summaries()))
                    await viewer.watch(address, visits.summaries()[0].id)
                    await said["publisher-gone"].get()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        await viewer.peer.close()
    gaps = viewer.gaps()
    assert len(gaps) >= 3
    assert np.abs(gaps).max() < SYNC, gaps
