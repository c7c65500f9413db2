"""Small clips made on the spot, a camera that hands out what it is told to, and a clock that jumps."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Self, cast

import av
import numpy as np

from overglass_edge.sources import Camera, Captured, assumed_intrinsics
from overglass_protocol.packet import SoundPacket, presentation_time

ROOT = Path(__file__).parents[2]
WALK = ROOT.parent / "shared" / "clips" / "walk_first_person.mp4"


class JumpingClock:
    """Waiting takes no time: the clock jumps, and too far by what `oversleeps` has for that wait."""

    def __init__(self, oversleeps: dict[int, float] | None = None) -> None:
        self.time = 1000.0
        self.waits = 0
        self._oversleeps = oversleeps or {}

    def now(self) -> float:
        return self.time

    def wait_until(self, when: float, stop: threading.Event) -> None:
        self.time = max(self.time, when) + self._oversleeps.get(self.waits, 0.0)
        self.waits += 1


class ScriptedCamera:
    """A camera without a source: it has what it is given. See `Camera`."""

    def __init__(
        self, captures: Sequence[Captured] = (), *, fps: float = 30.0, sound: av.AudioStream | None = None
    ) -> None:
        self.name = "scripted"
        self.width, self.height = (64, 48)
        self.fps = fps
        self.intrinsics = assumed_intrinsics(self.width, self.height)
        self.sound = sound
        self.dropped: Counter[str] = Counter()
        self._captures: Iterator[Captured] = iter(captures)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        pass

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Captured:
        for captured in self._captures:
            return captured
        raise StopAsyncIteration


def luma_of(number: int) -> int:
    """How bright the picture of this number is: enough apart to survive encoding."""
    return 20 + 10 * (number % 20)


def painted(number: int, size: tuple[int, int] = (64, 48)) -> av.VideoFrame:
    """A picture whose right half tells its number; its left half is black."""
    width, height = size
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    planes[:height] = 16
    planes[:height, width // 2 :] = luma_of(number)
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


def luma(picture: av.VideoFrame) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    """Height x width."""
    plane: Any = picture.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(picture.height, plane.line_size)
    return rows[:, : picture.width]


def number_of(picture: av.VideoFrame) -> int:
    """The number of a painted picture (modulo 20)."""
    right = luma(picture)[:, picture.width * 5 // 8 : picture.width * 7 // 8]
    return round((float(right.mean()) - 20) / 10)


def captured(number: int, pts: int, time_base: Fraction, sound: tuple[SoundPacket, ...] = ()) -> Captured:
    picture = painted(number)
    picture.pts, picture.time_base = pts, time_base
    return Captured(picture, 500.0 + float(presentation_time(picture)), sound=sound)


def sound_packet(data: bytes) -> SoundPacket:
    """A packet of sound without times."""
    return cast(SoundPacket, av.Packet(data))


def make_clip(
    path: Path,
    *,
    pts: Iterable[int] = range(10),
    time_base: Fraction = Fraction(1, 30),
    size: tuple[int, int] = (64, 48),
    sound: bool = False,
    sound_tail: int = 0,
    sound_rate: int = 48000,
    pixel_format: str = "yuv420p",
    rotation: int = 0,
    b_frames: int = 0,
    options: dict[str, str] | None = None,
) -> Path:
    """Painted pictures at the given times, and noise in AAC that is so many blocks of 1024 longer."""
    with av.open(
        str(path), "w", options={"video_track_timescale": str(time_base.denominator), **(options or {})}
    ) as out:
        video = out.add_stream("libx264", rate=30, options={"crf": "10", "bf": str(b_frames), "g": "15"})
        video.width, video.height, video.pix_fmt = *size, pixel_format
        video.codec_context.time_base = time_base
        if rotation:
            video.set_display_rotation(rotation)
        audio = out.add_stream("aac", rate=sound_rate, layout="stereo") if sound else None
        heard = 0
        for number, tick in enumerate(pts):
            picture = painted(number, (size[0] + size[0] % 2, size[1] + size[1] % 2))
            picture = picture.reformat(width=size[0], height=size[1], format=pixel_format)
            picture.pts, picture.time_base = tick, time_base
            out.mux(video.encode(picture))
            while audio is not None and Fraction(heard, sound_rate) <= tick * time_base:
                out.mux(audio.encode(_noise(heard, sound_rate)))
                heard += 1024
        out.mux(video.encode(None))
        if audio is not None:
            for block in range(sound_tail):
                out.mux(audio.encode(_noise(heard + 1024 * block, sound_rate)))
            out.mux(audio.encode(None))
    return path


def sound_of(path: Path) -> list[tuple[int, bytes]]:
    """The clip's packets of sound as they are: time and bytes."""
    with av.open(str(path)) as clip:
        packets = clip.demux(clip.streams.audio[0])
        return [(packet.pts, bytes(packet)) for packet in packets if packet.pts is not None]


def times_of(path: Path) -> list[int]:
    """The presentation times of a clip's pictures."""
    with av.open(str(path)) as clip:
        return sorted(p.pts for p in clip.demux(clip.streams.video[0]) if p.pts is not None)


async def take_into(taken: list[Captured], camera: Camera) -> None:
    """Opens the camera and takes what it hands out, until it ends or fails."""
    async with asyncio.timeout(30), camera:
        async for capture in camera:
            taken.append(capture)


async def take_all(camera: Camera, most: int = 10_000) -> list[Captured]:
    """What an opened camera hands out until it ends, at most so many."""
    taken: list[Captured] = []
    async with asyncio.timeout(30):
        async for capture in camera:
            taken.append(capture)
            if len(taken) == most:
                break
    return taken


def _noise(start: int, rate: int) -> av.AudioFrame:
    samples = np.random.default_rng(start).normal(0, 0.1, (2, 1024)).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
    return frame
