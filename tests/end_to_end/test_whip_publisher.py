"""A camera that pushes WHIP (FFmpeg), through the real service, to somebody who watches and listens."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest

from overglass_cloud.config import Settings
from overglass_cloud.sessions.visits import Visits
from overglass_simulators.link import LinkSettings, Relay
from tests.edge.clips import ROOT, WALK
from tests.end_to_end.sync import SYNC, WITHIN, Viewer, decoded, flashes_and_beeps
from tests.end_to_end.test_visits import serving, until


@asynccontextmanager
async def behind(address: str, relay: Relay) -> AsyncIterator[str]:
    """The same doors, behind which all media goes by way of the relay."""

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, path, _ = head.split("\r\n")[0].split()
        fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        body = await reader.readexactly(int(fields.get("content-length", 0)))
        headers = {"Content-Type": fields["content-type"]} if "content-type" in fields else {}
        async with httpx.AsyncClient(trust_env=False) as client:
            got = await client.request(method, address + path, content=body, headers=headers)
        text = relay.rewrite(got.text) if got.status_code == 201 else got.text
        lines = [f"HTTP/1.1 {got.status_code} X", f"Content-Length: {len(text)}", "Connection: close"]
        lines += [
            f"{name}: {got.headers[name]}" for name in ("Location", "Content-Type") if name in got.headers
        ]
        writer.write(("\r\n".join(lines) + "\r\n\r\n" + text).encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(pass_on, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def push(url: str, clip: Path, seconds: float) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.end_to_end.push_whip", f"{url}/live", str(clip), str(seconds)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def published(
    clip: Path, seconds: float, link: LinkSettings | None = None
) -> tuple[int, int, Viewer, dict[str, int]]:
    """What was sent, what the service received, and what a viewer got of it."""
    viewer = Viewer()
    async with serving(Settings(port=0)) as (address, visits), Relay(up=link, down=link) as relay:
        async with behind(address, relay) as door:
            pushing = await push(door, clip, seconds)
            try:
                session = await first_picture(visits)
                await viewer.watch(address, session)
                async with asyncio.timeout(WITHIN):
                    out, _ = await pushing.communicate()
            finally:
                if pushing.returncode is None:
                    pushing.kill()
                    await pushing.wait()
                await viewer.peer.close()
            lost = dict(relay.up.counts)
        received = visits.past["received"] + sum(s.received for s in visits.summaries())
    return json.loads(out)["sent"], received, viewer, lost


async def first_picture(visits: Visits) -> str:
    await until(lambda: any(summary.received for summary in visits.summaries()))
    return visits.summaries()[0].id


@pytest.mark.skipif(not WALK.exists(), reason=f"needs {WALK.name}")
async def test_a_walk_over_a_link_that_loses_1_percent_is_seen_and_heard() -> None:
    sent, received, viewer, link = await published(WALK, 8.0, LinkSettings(loss=0.01, delay=0.010))
    assert link["lost"] >= 10
    assert received >= 0.97 * sent
    # A viewer also misses what was displaced on the way: frames that a repair lets through all at once.
    watched = (viewer.frames[-1].captured - viewer.frames[0].captured) * 29.97
    assert len(viewer.frames) >= 0.90 * watched
    assert (viewer.frames[0].picture.width, viewer.frames[0].picture.height) == (848, 480)
    heard = viewer.sound[-1][0].sequence - viewer.sound[0][0].sequence + 1
    assert len(viewer.sound) >= 0.97 * heard
    loudness = np.abs(decoded(viewer.sound)[1]).max()
    assert loudness > 0.01


async def test_sound_and_picture_arrive_in_step(tmp_path: Path) -> None:
    clip = flashes_and_beeps(tmp_path / "sync.mkv", seconds=6)
    _, _, viewer, _ = await published(clip, 6.0)
    gaps = viewer.gaps()
    assert len(gaps) >= 3
    assert np.abs(gaps).max() < SYNC, gaps
