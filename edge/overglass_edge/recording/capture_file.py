"""The raw capture as video: pictures in, one whole fragment of MP4 for each, with its sound beside it.

Knows nothing of sessions and threads. FFmpeg's errors leave here as RecordingError, the disk's as OSError.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, gcd

import av
from av.video.frame import PictureType

from overglass_edge.recording.append_file import AppendFile
from overglass_protocol.errors import RecordingError
from overglass_protocol.filter_chain import FilterChain
from overglass_protocol.packet import SoundPacket, presentation_time
from overglass_protocol.recording.fragments import Run, Sample, fragment, length_prefixed, with_timescale
from overglass_protocol.recording.layout import SOUND_TRACK, VIDEO_TRACK

_MOVFLAGS = "empty_moov+default_base_moof"
_PIXELS_A_THREAD = 60e6
"A second; about half of what a core encodes (107 million, measured at 848x480)."


@dataclass(frozen=True, slots=True)
class Quality:
    """How x264 encodes. The defaults favour the processor over the disk, as a wearer's battery does."""

    preset: str = "ultrafast"
    "`superfast` halves the file and takes 1.7 times the work."
    crf: int = 14
    key_interval: float = 2.0
    "Seconds between pictures that a reader can start from."


@dataclass(frozen=True, slots=True)
class SoundTrack:
    """A copy of a source's sound stream, which outlives the source."""

    template: av.AudioStream
    time_base: Fraction
    "The source's own."
    container: "av.container.OutputContainer"
    "Keeps the template alive."

    @classmethod
    def of(cls, stream: av.AudioStream) -> "SoundTrack":
        """Raises RecordingError when MP4 cannot carry this sound as it is."""
        container = av.open(io.BytesIO(), "w", format="mp4", options={"movflags": _MOVFLAGS})
        try:
            template = container.add_stream_from_template(stream)
            container.start_encoding()
        except (av.FFmpegError, ValueError) as error:
            name = stream.codec_context.name
            raise RecordingError(f"{name} sound cannot be stored in MP4", cure="Send AAC or Opus.") from error
        base = stream.time_base or Fraction(1, stream.codec_context.sample_rate)
        return cls(template, base, container)


@dataclass(frozen=True, slots=True)
class Exposure:
    """A captured picture, with the time that its source gave it.

    Whoever else holds the picture may overwrite the time in it: encoders do.
    """

    picture: av.VideoFrame
    pts: int
    time_base: Fraction
    sound: tuple[SoundPacket, ...] = ()

    @classmethod
    def of(cls, picture: av.VideoFrame, sound: tuple[SoundPacket, ...] = ()) -> "Exposure":
        return cls(picture, picture.pts or 0, picture.time_base or Fraction(1, 90000), sound)

    @property
    def time(self) -> Fraction:
        """Seconds of presentation time."""
        return self.pts * self.time_base

    @property
    def size(self) -> tuple[int, int]:
        return self.picture.width, self.picture.height


class CaptureFile:
    """Pictures of one time base, encoded at once and appended whole.

    The first settles the size, too: a camera that steps down its ladder goes on in the same film, each
    picture as large in it as fits. Time in the file is presentation time less `origin`: MP4 cannot start
    below zero, and a camera's clock may start anywhere.
    """

    def __init__(
        self,
        file: AppendFile,
        first: Exposure,
        *,
        fps: float,
        sound: SoundTrack | None = None,
        quality: Quality | None = None,
    ) -> None:
        self._file = file
        self._fps = fps
        self.size = first.size
        "Of the film."
        self.time_base = first.time_base
        self._again = FilterChain("null")
        width, height = self.size
        self._fitted = FilterChain(
            f"scale={width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2",
            f"pad={width}:{height}:-1:-1",
        )
        self._fragments = 0
        self._latest: int | None = None
        self._latest_sound = -1
        self._sound_scale = 0 if sound is None else sound.time_base.denominator
        header = io.BytesIO()
        try:
            self._start_encoding(header, first.picture, sound, quality or Quality())
        except (av.FFmpegError, ValueError) as error:
            raise RecordingError(f"pictures cannot be encoded: {error}", cure="Try another size.") from error
        self.origin = self._origin(first)
        "Seconds."
        beginning = header.getvalue()
        file.append(with_timescale(beginning, SOUND_TRACK, self._sound_scale) if sound else beginning)

    def append(self, exposure: Exposure) -> int:
        """Encodes the picture and writes it with its sound. Returns how many packets of sound went in.

        Raises RecordingError for a picture that does not belong here, and OSError.
        """
        if exposure.time_base != self.time_base:
            raise RecordingError("a picture of another time base came", cure="Start a new recording.")
        if self._latest is not None and exposure.pts <= self._latest:
            raise RecordingError("a picture came that is not newer than the last", cure="Report it as a bug.")
        runs = [Run(VIDEO_TRACK, [self._picture_sample(exposure)])]
        if sound := self._sound_samples(exposure.sound):
            runs.append(Run(SOUND_TRACK, sound))
        self._file.append(fragment(self._fragments + 1, runs))
        self._fragments += 1
        self._latest = exposure.pts
        return len(sound)

    def _start_encoding(
        self, header: io.BytesIO, picture: av.VideoFrame, sound: SoundTrack | None, quality: Quality
    ) -> None:
        """Opens the encoder and lets FFmpeg write the beginning of the file, which names the tracks."""
        options = {
            "movflags": _MOVFLAGS,
            "flush_packets": "1",
            # Else FFmpeg would double a coarse time base until it is finer than 1/10000.
            "video_track_timescale": str(self.time_base.denominator),
        }
        self._container = av.open(header, "w", format="mp4", options=options)
        rate = Fraction(self._fps).limit_denominator(1001)
        self._video = self._container.add_stream("libx264", rate=rate, options=self._x264(quality))
        context = self._video.codec_context
        context.width, context.height, context.pix_fmt = picture.width, picture.height, "yuv420p"
        context.time_base = self.time_base
        context.color_range, context.colorspace = picture.color_range, picture.colorspace
        context.color_primaries, context.color_trc = picture.color_primaries, picture.color_trc
        if sound is not None:
            self._container.add_stream_from_template(sound.template)
        self._container.start_encoding()

    def _x264(self, quality: Quality) -> dict[str, str]:
        width, height = self.size
        threads = 1 + int(width * height * self._fps // _PIXELS_A_THREAD)
        keys = max(1, round(quality.key_interval * self._fps))
        return {
            "preset": quality.preset,
            "crf": str(quality.crf),
            # No picture may wait in the encoder: a crash would take it along.
            "tune": "zerolatency",
            "x264-params": f"threads={threads}:keyint={keys}:scenecut=0",
        }

    def _origin(self, first: Exposure) -> Fraction:
        """Zero where the first time can stand as it is; else a time that both tracks can express."""
        earliest = min([first.time, *(presentation_time(packet) for packet in first.sound[:1])])
        if 0 <= earliest < 1:
            return Fraction(0)
        step = Fraction(1, gcd(self.time_base.denominator, self._sound_scale))
        return floor(earliest / step) * step

    def _picture_sample(self, exposure: Exposure) -> Sample:
        try:
            chain = self._again if exposure.size == self.size else self._fitted
            picture = chain.apply(exposure.picture)
            picture.pts, picture.time_base = exposure.pts, exposure.time_base
            picture.pict_type = PictureType.NONE
            packets = self._video.encode(picture)
        except (av.FFmpegError, ValueError) as error:
            raise RecordingError(f"a picture cannot be encoded: {error}") from error
        if len(packets) != 1:
            raise RecordingError(f"the encoder gave {len(packets)} packets for one picture")
        time = (exposure.time - self.origin) * self.time_base.denominator
        duration = max(1, round(self.time_base.denominator / self._fps))
        return Sample(int(time), duration, length_prefixed(bytes(packets[0])), packets[0].is_keyframe)

    def _sound_samples(self, sound: Sequence[SoundPacket]) -> list[Sample]:
        """The packets as they are. Any that is out of order is left out."""
        if not self._sound_scale:
            return []
        timed: list[tuple[int, SoundPacket]] = []
        for packet in sound:
            ticks = round((presentation_time(packet) - self.origin) * self._sound_scale)
            if ticks > self._latest_sound:
                timed.append((ticks, packet))
                self._latest_sound = ticks
        # A run adds durations up, so they have to lead exactly from packet to packet.
        following = [ticks for ticks, _ in timed[1:]]
        if timed:
            ticks, last = timed[-1]
            following.append(ticks + round((last.duration or 0) * (last.time_base or 0) * self._sound_scale))
        return [
            Sample(ticks, then - ticks, bytes(packet))
            for (ticks, packet), then in zip(timed, following, strict=True)
        ]
