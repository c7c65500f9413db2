"""Sound from glasses to whoever watches: in step with the picture that it belongs to."""

import asyncio
from pathlib import Path

import numpy as np

from overglass_cloud.config import Settings
from overglass_edge.agent import Agent
from overglass_edge.contract import AgentSettings
from overglass_edge.door import Door
from overglass_edge.sources import FileCamera
from overglass_protocol import rtc
from overglass_protocol.control import Control
from tests.end_to_end.sync import SYNC, WITHIN, Viewer, flashes_and_beeps
from tests.end_to_end.test_visits import serving, until


async def watched(clip: Path, *, sound: bool) -> tuple[Viewer, Agent]:
    """What a viewer gets of glasses that play this clip, and those glasses."""
    settings = AgentSettings(peer=rtc.PeerSettings(hosts=("127.0.0.1",)), sound=sound)
    viewer = Viewer()
    async with serving(Settings(port=0)) as (address, visits), Door(address) as door:
        agent = Agent(FileCamera(clip), door, [], settings, Control())
        async with asyncio.timeout(WITHIN):
            running = asyncio.create_task(agent.run())
            await until(lambda: any(summary.received for summary in visits.summaries()))
            await viewer.watch(address, visits.summaries()[0].id)
            await running
        await viewer.peer.close()
    return viewer, agent


async def test_a_viewer_hears_what_the_glasses_hear_in_step_with_what_they_see(tmp_path: Path) -> None:
    viewer, agent = await watched(flashes_and_beeps(tmp_path / "sync.mkv", seconds=6), sound=True)
    gaps = viewer.gaps()
    assert len(gaps) >= 3
    assert np.abs(gaps).max() < SYNC, gaps
    assert not [reason for reason in agent.dropped() if reason.startswith("sound")]


async def test_muted_glasses_send_no_sound(tmp_path: Path) -> None:
    viewer, _ = await watched(flashes_and_beeps(tmp_path / "sync.mkv", seconds=2), sound=False)
    assert len(viewer.frames) > 5
    assert viewer.sound == []
