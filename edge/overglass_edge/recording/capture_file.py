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

from overglass_edge.filter_chain import FilterChain
from overglass_edge.recording.append_file import AppendFile
from overglass_edge.recording.fragments import Run, Sample, fragment, length_prefixed
from overglass_edge.sources import Captured, SoundPacket
from overglass_edge.sources.captured import presentation_time
from overglass_protocol.errors import RecordingError

VIDEO_TRACK, SOUND_TRACK = 1, 2
_MOVFLAGS = "empty_moov+default_base_moof"
_PIXELS_A_THREAD = 60e6
"A second; half of what one slow core encodes (107 million, measured at 848x480)."


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
        return cls(template, container)


class CaptureFile:
    """Pictures of one size and time base, encoded at once and appended whole.

    The first picture that is given settles both. File time is presentation time less `origin`: MP4
    cannot start below zero, and a camera's clock may start anywhere.
    """

    def __init__(
        self,
        file: AppendFile,
        first: Captured,
        *,
        fps: float,
        sound: SoundTrack | None = None,
        quality: Quality | None = None,
    ) -> None:
        self._file = file
        self._fps = fps
        self.time_base = first.picture.time_base or Fraction(1, 90000)
        self._size = (first.picture.width, first.picture.height)
        header = io.BytesIO()
        options = {
            "movflags": _MOVFLAGS,
            "flush_packets": "1",
            # Else FFmpeg would multiply a coarse time base until it is finer than 1/10000.
            "video_track_timescale": str(self.time_base.denominator),
        }
        try:
            self._container = av.open(header, "w", format="mp4", options=options)
            self._video = self._add_video(first.picture, quality or Quality())
            self._sound = None if sound is None else self._container.add_stream_from_template(sound.template)
            self._container.start_encoding()
        except (av.FFmpegError, ValueError) as error:
            raise RecordingError(f"pictures cannot be encoded: {error}", cure="Try another size.") from error
        self.origin = self._origin(first)
        "Seconds."
        self._again = FilterChain("null")
        self._fragments = 0
        self._latest: int | None = None
        self._latest_sound = -1
        file.append(header.getvalue())

    def append(
        self, picture: av.VideoFrame, pts: int, time_base: Fraction, sound: Sequence[SoundPacket]
    ) -> int:
        """Encodes the picture and writes it with its sound. Returns how many packets of sound went in.

        `pts` and `time_base` are the picture's own as its source gave them; another owner of the same
        picture may have overwritten them since.
        """
        if (picture.width, picture.height) != self._size or time_base != self.time_base:
            raise RecordingError("a picture of another size or time base came", cure="Start a new recording.")
        if self._latest is not None and pts <= self._latest:
            raise RecordingError("a picture came that is older than the last", cure="Report it as a bug.")
        self._latest = pts
        samples = self._encode(picture, pts)
        heard = self._sound_samples(sound)
        runs = [Run(VIDEO_TRACK, samples), *([Run(SOUND_TRACK, heard)] if heard else [])]
        self._fragments += 1
        self._file.append(fragment(self._fragments, runs))
        return len(heard)

    def _encode(self, picture: av.VideoFrame, pts: int) -> list[Sample]:
        try:
            ours = self._again.apply(picture)
            ours.pts, ours.time_base, ours.pict_type = pts, self.time_base, PictureType.NONE
            packets = self._video.encode(ours)
        except (av.FFmpegError, ValueError) as error:
            raise RecordingError(f"a picture cannot be encoded: {error}") from error
        duration = max(1, round(1 / (self._fps * self.time_base)))
        return [
            Sample(self._ticks(packet, self.time_base.denominator), duration, length_prefixed(bytes(packet)), packet.is_keyframe)
            for packet in packets
        ]

    def _sound_samples(self, sound: Sequence[SoundPacket]) -> list[Sample]:
        return []

    def _ticks(self, packet: "av.VideoFrame", scale: int) -> int:
        return 0
