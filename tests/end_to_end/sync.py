"""What tests of sound share: somebody who watches and listens, and a clip that tells whether both agree."""

from pathlib import Path

import av
import httpx
import numpy as np
from numpy.typing import NDArray

from overglass_protocol.frame import Frame
from overglass_protocol.rtc import Handlers, Peer, PeerSettings, SoundPacket

WITHIN = 40.0
"Seconds that any wait may take on a busy machine."
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

    def gaps(self) -> list[float]:
        """Of a clip of flashes and beeps: seconds from each flash to its beep."""
        light = np.array([frame.picture.to_ndarray()[:64].mean() for frame in self.frames])
        flashes = onsets(light > 120, np.array([frame.captured for frame in self.frames]))
        times, samples = decoded(self.sound)
        beeps = onsets(envelope(samples) > 0.1, times)
        return [min((beep - flash for beep in beeps), key=abs) for flash in flashes]


def flashes_and_beeps(path: Path, seconds: int, codec: str = "pcm_s16le") -> Path:
    """White and a tone for a tenth of every second, else black and silence."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=30)
        video.width, video.height, video.pix_fmt = 160, 128, "yuv420p"
        sound = out.add_stream(codec, rate=48000, layout="mono")
        assert isinstance(sound, av.AudioStream)
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
            pcm = frame.to_ndarray()
            assert pcm.dtype == np.int16
            mono = pcm.reshape(-1, 2).mean(axis=1) / 32768
            samples.append(mono.astype(np.float32))
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
