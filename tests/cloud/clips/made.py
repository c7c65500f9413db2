"""Clips made for tests, as phones and editors make them: times that vary, rotation, sound, captions."""

import random
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

BASE = Fraction(1, 600)
"What phones use."


def variable_times(count: int, seed: int = 7) -> list[int]:
    """Ticks of BASE: about thirty a second, never regular, with a gap now and then."""
    steps = random.Random(seed)
    times, now = [], 0
    for _ in range(count):
        times.append(now)
        now += steps.choice((18, 19, 20, 20, 21, 22, 60))
    return times


def picture(number: int, size: tuple[int, int] = (96, 64), fmt: str = "yuv420p") -> av.VideoFrame:
    """Moves, and its left half is dark while the right is bright; the number is in its level."""
    width, height = size
    shade = np.zeros((height, width, 3), np.uint8)
    shade[:, : width // 2] = 40 + number % 40
    shade[:, width // 2 :] = 190 + number % 40
    shade[:, (number * 3) % width] = 255
    return av.VideoFrame.from_ndarray(shade, format="rgb24").reformat(format=fmt)


def make(
    path: Path,
    times: list[int],
    *,
    size: tuple[int, int] = (96, 64),
    rotation: int = 0,
    sound: bool = True,
    chapters: bool = False,
    codec: str = "libx264",
    bframes: bool = True,
) -> Path:
    """Writes a clip of as many pictures as there are times (ticks of BASE)."""
    with av.open(str(path), "w", options={"video_track_timescale": "600"}) as container:
        video = container.add_stream(codec, rate=30)
        assert isinstance(video, av.VideoStream)
        video.width, video.height = size
        video.pix_fmt = "yuv444p" if size[0] % 2 or size[1] % 2 else "yuv420p"
        video.codec_context.time_base = BASE
        if codec == "libx264":
            video.options = {"bf": "2" if bframes else "0", "preset": "ultrafast", "g": "25"}
        if rotation:
            video.set_display_rotation(rotation)
        audio = container.add_stream("aac", rate=48000, layout="mono") if sound else None
        if chapters:
            container.set_chapters(
                [
                    {
                        "id": 1,
                        "start": 0,
                        "end": 600,
                        "time_base": BASE,
                        "metadata": {"title": "Out of the door"},
                    }
                ]
            )
        for number, time in enumerate(times):
            frame = picture(number, size, video.pix_fmt)
            frame.pts, frame.time_base = time, BASE
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None:
            _sound(container, audio, times[-1] * BASE + 1)
    return path


def _sound(container: "av.container.OutputContainer", stream: "av.AudioStream", seconds: Fraction) -> None:
    generator = np.random.default_rng(5)
    for block in range(int(seconds * 48000) // 1024):
        samples = generator.normal(0, 0.1, (1, 1024)).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, block * 1024, Fraction(1, 48000)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def sound_packets(path: Path) -> list[tuple[Fraction, bytes]]:
    """Each with its time in seconds."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        return [
            ((packet.pts or 0) * (packet.time_base or Fraction(1)), bytes(packet))
            for packet in container.demux(stream)
            if packet.size
        ]
