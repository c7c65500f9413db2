"""What a clip is: its size, its tracks, and the time of every picture, found without decoding more than one.

Limits are checked on what the file declares and on its packets before that one is decoded.
"""

import json
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.stream import Disposition
from numpy.typing import NDArray

from overglass_cloud.clips.opened import CONVERT, opened
from overglass_protocol.errors import ClipError

HDR = {16: "PQ", 18: "HLG"}
"Transfer characteristics of high dynamic range, by their number in ITU-T H.273, 8.2."


@dataclass(frozen=True, slots=True)
class Limits:
    """What is let in. The defaults hold a long 4K recording."""

    bytes: int = 16 * 2**30
    pixels: int = 4096 * 2304
    "Of one picture."
    frames: int = 432_000
    "Two hours at sixty a second."
    seconds: float = 4 * 3600.0


DEFAULTS = Limits()


@dataclass(frozen=True, slots=True)
class Track:
    """A track beside the picture, as the file stores it."""

    index: int
    kind: str
    "audio, subtitle, or another of FFmpeg's kinds."
    codec: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip's facts. Times are presentation times; sizes are as a viewer sees them."""

    width: int
    "Upright, pixels square. May be odd."
    height: int
    rotation: int
    "Degrees counterclockwise by which stored pictures are turned to stand upright: 0, 90, 180 or 270."
    stored: tuple[int, int]
    "Width and height of the pictures as they are encoded."
    codec: str
    time_base: Fraction
    pts: NDArray[np.int64]
    "Of every picture that is shown, strictly ascending, in ticks of `time_base`."
    keys: NDArray[np.int64]
    "The same of those that decoding can start at, ascending."
    hdr: str | None
    "PQ or HLG where the picture is of high dynamic range."
    tracks: tuple[Track, ...]
    chapters: int
    bytes: int

    def to_json(self) -> str:
        """All of it, for `from_json`: probing reads the whole file, which not every worker should do."""
        facts = {each.name: getattr(self, each.name) for each in fields(self)}
        facts["time_base"] = [self.time_base.numerator, self.time_base.denominator]
        facts["tracks"] = [asdict(track) for track in self.tracks]
        return json.dumps(facts | {"pts": self.pts.tolist(), "keys": self.keys.tolist()})

    @classmethod
    def from_json(cls, text: str) -> "Clip":
        facts = json.loads(text)
        return cls(
            **facts
            | {
                "stored": tuple(facts["stored"]),
                "time_base": Fraction(*facts["time_base"]),
                "pts": np.array(facts["pts"], np.int64),
                "keys": np.array(facts["keys"], np.int64),
                "tracks": tuple(Track(**track) for track in facts["tracks"]),
            }
        )

    @property
    def frames(self) -> int:
        return len(self.pts)

    @property
    def rate(self) -> Fraction:
        """Pictures a second on average."""
        if self.frames < 2:
            return Fraction(30)
        return Fraction(self.frames - 1) / (int(self.pts[-1] - self.pts[0]) * self.time_base)

    @property
    def duration(self) -> Fraction:
        """Seconds from the first picture to the end of the last."""
        return int(self.pts[-1] - self.pts[0]) * self.time_base + 1 / self.rate

    @property
    def has_sound(self) -> bool:
        return any(track.kind == "audio" for track in self.tracks)


def probe(path: Path, limits: Limits = DEFAULTS) -> Clip:
    """Reads all packets once. Raises ClipError with the cure for what is no clip, or is beyond the limits."""
    if path.is_file() and path.stat().st_size > limits.bytes:
        raise ClipError(
            f"{path.name} has {path.stat().st_size / 2**30:.3g} GiB, "
            f"and {limits.bytes / 2**30:.3g} are let in",
            code="too-large",
            cure="Cut it into shorter clips.",
        )
    with opened(path) as container:
        stream = picture_stream(container)
        _check_declared(path, container, stream, limits)
        pts, keys = _times(path, container, stream, limits)
        container.seek(int(keys[0]), stream=stream)
        first = next(container.decode(stream), None)
        if first is None:
            raise ClipError(f"no picture of {path.name} can be decoded", code="no-pictures", cure=CONVERT)
        stored = first.width, first.height
        rotation = round(first.rotation / 90) * 90 % 360
        width, height = _shown(stored, stream.sample_aspect_ratio, rotation)
        return Clip(
            width=width,
            height=height,
            rotation=rotation,
            stored=stored,
            codec=stream.codec_context.name,
            time_base=stream.time_base or Fraction(1, 90000),
            pts=pts,
            keys=keys,
            hdr=HDR.get(int(first.color_trc)),
            tracks=tuple(_tracks(container, stream)),
            chapters=len(container.chapters()),
            bytes=path.stat().st_size,
        )


def picture_stream(container: InputContainer) -> av.VideoStream:
    """The track with the pictures; a song's cover is none. Raises ClipError."""
    for stream in container.streams.video:
        if stream.codec_context is not None and not stream.disposition & Disposition.attached_pic:
            return stream
    what = "has sound but no video" if container.streams.audio else "is not a video"
    raise ClipError(f"the clip {what}", code="no-video", cure="Choose a clip that has pictures.")


def _check_declared(path: Path, container: InputContainer, stream: av.VideoStream, limits: Limits) -> None:
    context = stream.codec_context
    shown = _shown((context.width, context.height), stream.sample_aspect_ratio, 0)
    pixels = max(context.width * context.height, shown[0] * shown[1])
    if pixels == 0:
        raise ClipError(f"the pictures of {path.name} have no size", code="no-pictures", cure=CONVERT)
    if pixels > limits.pixels:
        raise ClipError(
            f"the pictures of {path.name} are {shown[0]}x{shown[1]}, "
            f"and {limits.pixels / 1e6:.1f} megapixels are let in",
            code="too-many-pixels",
            cure="Make it smaller first, for instance: ffmpeg -i FILE -vf scale=-2:1080 NEW.mp4",
        )
    if container.duration is not None and container.duration / av.time_base > limits.seconds:
        raise _too_long(path, limits)
    if stream.frames > limits.frames:
        raise _too_many(path, limits)


def _times(
    path: Path, container: InputContainer, stream: av.VideoStream, limits: Limits
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of every picture that is shown, and of those among them that decoding can start at."""
    base = stream.time_base or Fraction(1, 90000)
    step = max(1, round(1 / ((stream.average_rate or Fraction(30)) * base)))
    times: dict[int, bool] = {}
    latest = -step
    for packet in container.demux(stream):
        if packet.size == 0 or packet.is_discard:
            continue
        pts = packet.pts if packet.pts is not None else packet.dts
        latest = latest + step if pts is None else pts
        times.setdefault(latest, bool(packet.is_keyframe))
        if len(times) > limits.frames:
            raise _too_many(path, limits)
    if not times:
        raise ClipError(f"there is no picture in {path.name}", code="no-pictures", cure=CONVERT)
    pts_all = np.array(sorted(times), np.int64)
    if int(pts_all[-1] - pts_all[0]) * base > limits.seconds:
        raise _too_long(path, limits)
    keys = np.array(sorted(time for time, is_key in times.items() if is_key), np.int64)
    return pts_all, keys if len(keys) else pts_all[:1]


def _shown(stored: tuple[int, int], aspect: Fraction | None, rotation: int) -> tuple[int, int]:
    """Pixels are squared by widening, so that nothing is lost, and then turned upright."""
    width, height = stored
    if aspect:
        width, height = (round(width * aspect), height) if aspect > 1 else (width, round(height / aspect))
    return (height, width) if rotation % 180 else (width, height)


def _tracks(container: InputContainer, picture: av.VideoStream) -> list[Track]:
    return [
        Track(stream.index, stream.type, stream.codec_context.name, stream.language)
        for stream in container.streams
        if stream.index != picture.index and stream.codec_context is not None
    ]


def _too_long(path: Path, limits: Limits) -> ClipError:
    return ClipError(
        f"{path.name} is longer than the {limits.seconds / 60:.0f} minutes that are let in",
        code="too-long",
        cure="Cut it into shorter clips.",
    )


def _too_many(path: Path, limits: Limits) -> ClipError:
    return ClipError(
        f"{path.name} has more than the {limits.frames} pictures that are let in",
        code="too-many-frames",
        cure="Cut it into shorter clips.",
    )
