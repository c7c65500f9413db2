"""A camera that pushes WHIP (FFmpeg), through the real service, to somebody who watches and listens."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import av
import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from overglass_cloud.config import Settings
from overglass_cloud.visits import Visits
from overglass_protocol.frame import Frame
from overglass_protocol.rtc import Handlers, Peer, PeerSettings, SoundPacket
from overglass_simulators.link import LinkSettings, Relay
from tests.edge.clips import ROOT, WALK
from tests.end_to_end.test_visits import serving, until

WITHIN = 40.0
SYNC = 0.060
"Seconds: half of what viewers notice (ITU-R BT.1359: 125 ms late, 45 ms early), sound being 20 ms packets."


class Viewer:
    """Somebody at the WHEP door."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.sound: list[tuple[SoundPacket, float]] = []
        self.peer = Peer(
            PeerSettings(hosts=("127.0.0.1",)),
            Handlers(
                frame=self.frames.append,
                sound=lambda packet, captured: self.sound.append((packet, captured)),
            ),
        )

    async def watch(self, address: str, session: str) -> None:
        offer = await self.peer.offer("recvonly", sound="recvonly", channels=False)
        async with httpx.AsyncClient(trust_env=False) as client:
            headers = {"Content-Type": "application/sdp"}
            answer = await client.post(f"{address}/live/{session}/view", content=offer, headers=headers)
        assert answer.status_code == 201, answer.text
        await self.peer.accept(answer.text)
        await self.peer.connected(WITHIN)


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
    late = sent - received  # and the viewer missed what came before it was there
    watched = (viewer.frames[-1].captured - viewer.frames[0].captured) * 29.97
    assert len(viewer.frames) >= 0.97 * watched - late
    assert (viewer.frames[0].picture.width, viewer.frames[0].picture.height) == (848, 480)
    heard = viewer.sound[-1][0].sequence - viewer.sound[0][0].sequence + 1
    assert len(viewer.sound) >= 0.97 * heard
    loudness = np.abs(decoded(viewer.sound)[1]).max()
    assert loudness > 0.01


async def test_sound_and_picture_arrive_in_step(tmp_path: Path) -> None:
    clip = flashes_and_beeps(tmp_path / "sync.mkv", seconds=6)
    _, _, viewer, _ = await published(clip, 6.0)
    light = np.array([frame.picture.to_ndarray()[:64].mean() for frame in viewer.frames])
    flashes = onsets(light > 120, np.array([frame.captured for frame in viewer.frames]))
    times, samples = decoded(viewer.sound)
    beeps = onsets(envelope(samples) > 0.1, times)
    assert len(flashes) >= 3
    gaps = [min(beeps, key=lambda beep: abs(beep - flash)) - flash for flash in flashes]
    assert np.abs(gaps).max() < SYNC, gaps


def flashes_and_beeps(path: Path, seconds: int) -> Path:
    """White and a tone for a tenth of every second, else black and silence."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=30)
        video.width, video.height, video.pix_fmt = 160, 128, "yuv420p"
        sound = out.add_stream("pcm_s16le", rate=48000, layout="mono")
        for n in range(seconds * 30):
            on = 15 <= n % 30 < 18
            picture = np.full((192, 160), 128, np.uint8)
            picture[:128] = 235 if on else 16
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts = n
            out.mux(video.encode(frame))
            tone = np.sin(np.arange(1600) * 2 * np.pi * 1000 / 48000) * (20000 if on else 0)
            beep = av.AudioFrame.from_ndarray(tone.astype(np.int16)[None], format="s16", layout="mono")
            beep.sample_rate, beep.pts = 48000, n * 1600
            out.mux(sound.encode(beep))
        out.mux(video.encode(None))
        out.mux(sound.encode(None))
    return path


def decoded(packets: list[tuple[SoundPacket, float]]) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Samples of Opus packets and the time of each."""
    decoder = av.CodecContext.create("libopus", "r")
    decoder.sample_rate, decoder.layout = 48000, "stereo"
    times, samples = [], []
    for packet, captured in packets:
        for frame in decoder.decode(av.Packet(packet.data)):
            mono = frame.to_ndarray().reshape(-1, 2 if not frame.format.is_planar else frame.samples)
            mono = mono.mean(axis=1) if not frame.format.is_planar else mono.mean(axis=0)
            scale = 32768 if mono.dtype != np.float32 and np.abs(mono).max() > 2 else 1
            samples.append((mono / scale).astype(np.float32))
            times.append(captured + np.arange(len(mono)) / 48000)
    return np.concatenate(times), np.concatenate(samples)


def envelope(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """The loudness about each sample, over a millisecond."""
    squares = np.convolve(samples**2, np.full(48, 1 / 48), "same")
    return np.sqrt(squares).astype(np.float32)


def onsets(on: NDArray[np.bool_], times: NDArray[np.float64]) -> list[float]:
    """When something begins."""
    rising = np.flatnonzero(on[1:] & ~on[:-1]) + 1
    starts = [float(times[at]) for at in rising]
    return [at for n, at in enumerate(starts) if n == 0 or at - starts[n - 1] > 0.5]
