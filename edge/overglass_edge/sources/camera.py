"""A camera of this machine, through FFmpeg's device inputs: V4L2, AVFoundation or DirectShow.

Knows drivers' habits and errors, so that nobody else has to.
"""

import errno
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av

from overglass_edge.sources.captured import Captured, assumed_intrinsics
from overglass_edge.sources.framing import Framer, Framing
from overglass_edge.sources.pacing import Clock, Picker, SystemClock
from overglass_edge.sources.threaded import ThreadedCamera
from overglass_protocol.errors import SourceError
from overglass_protocol.packet import presentation_time
from overglass_protocol.provenance.terms import SourceType

Options = dict[str, str]

_BELIEVABLE = 1.0
"Seconds. A driver's timestamp that is older than this, or from the future, is of another clock."
_MISSING = {errno.ENOENT, errno.ENODEV, errno.ENXIO}
_FORBIDDEN = {errno.EACCES, errno.EPERM}
_FINAL = {*_MISSING, *_FORBIDDEN, errno.EBUSY, errno.ENOTTY}
"Refusals that other options do not cure."


@dataclass(frozen=True, slots=True)
class DeviceInput:
    """How one platform's cameras are opened."""

    format: str
    "FFmpeg's name for it."
    attempts: tuple[Options, ...]
    "Options besides size and rate that are tried in turn; the last is tried with nothing else."
    stamps_monotonic: bool = False
    "Whether the driver stamps pictures with the clock of `time.monotonic()`."
    allow: str = ""
    "How a person lets programs use cameras there."


INPUTS = {
    # Few webcams manage 30 uncompressed pictures a second above 640x480, so MJPEG is asked for first.
    "linux": DeviceInput(
        "v4l2",
        ({"input_format": "mjpeg"}, {}),
        stamps_monotonic=True,
        allow="Join the group that may: sudo usermod -aG video $USER, then log in again.",
    ),
    # Without a rate AVFoundation asks for 29.97, which most cameras refuse.
    "darwin": DeviceInput(
        "avfoundation",
        ({"framerate": "30"}, {"framerate": "15"}),
        stamps_monotonic=True,
        allow="Allow this terminal under System Settings, Privacy & Security, Camera.",
    ),
    "win32": DeviceInput(
        "dshow",
        ({"rtbufsize": "64M"}, {}),
        allow="Allow desktop apps under Settings, Privacy & security, Camera.",
    ),
}


_SCREENS = {"x11grab", "gdigrab", "kmsgrab"}
_VIDEO_DEVICES = Path("/sys/class/video4linux")


class CameraDevice(ThreadedCamera):
    """A live camera: `device` is a number, a path or the platform's name for it. See `Camera`.

    `size` and `fps` are asked of the driver, and what it gives instead is cropped, scaled and picked.
    `input_format` names another of FFmpeg's device inputs, such as `x11grab`. `dropped` counts pictures
    `displaced` (nobody took them in time), `damaged` and `out of order`.
    """

    def __init__(
        self,
        device: str = "0",
        *,
        size: tuple[int, int] | None = None,
        fps: float | None = None,
        input_format: str | None = None,
        platform: str = sys.platform,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(f"camera {device or '0'}")
        self._device = device or "0"
        self._wanted_size = size
        self._wanted_fps = fps
        self._input = DeviceInput(input_format, ({},)) if input_format else _input_of(platform)
        self._clock = clock or SystemClock()
        self._framer = Framer(size)
        self._container: av.container.InputContainer | None = None
        if input_format in _SCREENS:
            self.digital_source = SourceType.SCREEN
        elif input_format is None and not _is_made_of_software(self._device):
            self.digital_source = SourceType.CAMERA

    def _open(self) -> None:
        self._container = container = self._first_that_opens(_address(self._input, self._device))
        if not container.streams.video:
            raise SourceError(f"{self.name} gives no pictures", cure=_others(self._input))
        stream = container.streams.video[0]
        context = stream.codec_context
        framing = Framing.cover((context.width, context.height), self._wanted_size)
        self.width, self.height = framing.width, framing.height
        given = float(stream.average_rate or stream.guessed_rate or 30)
        self.fps = min(self._wanted_fps or given, given)
        self.intrinsics = framing.intrinsics(assumed_intrinsics(context.width, context.height))

    def _captures(self) -> Iterator[Captured]:
        picker = Picker(self._wanted_fps)
        latest: int | None = None
        for picture in self._pictures():
            now = self._clock.now()
            if picture.pts is None or (latest is not None and picture.pts <= latest):
                self.dropped["out of order"] += 1
                continue
            latest = picture.pts
            at = presentation_time(picture)
            if picker.picks(at):
                when = capture_time(float(at), now) if self._input.stamps_monotonic else now
                yield Captured(self._framer.frame(picture), when)

    def _close(self) -> None:
        if self._container is not None:
            self._container.close()

    def _first_that_opens(self, address: str) -> "av.container.InputContainer":
        wanted: Options = {}
        if self._wanted_fps is not None:
            wanted["framerate"] = f"{self._wanted_fps:g}"
        if self._wanted_size is not None:
            wanted["video_size"] = "{}x{}".format(*self._wanted_size)
        attempts = [special | wanted for special in self._input.attempts]
        refusal: Exception | None = None
        for options in (*attempts, self._input.attempts[-1]):
            try:
                return av.open(
                    address, "r", format=self._input.format, options={"fflags": "nobuffer"} | options
                )
            except (av.FFmpegError, ValueError) as error:
                refusal = error
                if isinstance(error, av.FFmpegError) and error.errno in _FINAL:
                    break
        raise self._fault(refusal) from refusal

    def _pictures(self) -> Iterator[av.VideoFrame]:
        container = self._container
        while container is not None and not self._stop.is_set():
            try:
                yield from container.decode(video=0)
            except av.error.BlockingIOError:
                # AVFoundation cannot wait: it says at once that nothing has come yet.
                self._stop.wait(0.002)
            except av.error.InvalidDataError:
                self.dropped["damaged"] += 1
            except av.FFmpegError as error:
                raise self._fault(error) from error
            else:
                raise SourceError(
                    f"{self.name} stopped giving pictures", cure="Check its cable, then start again."
                )

    def _fault(self, error: Exception | None) -> SourceError:
        code = error.errno if isinstance(error, av.FFmpegError) else None
        if code in _MISSING:
            return SourceError(f"{self.name} does not exist", cure=_others(self._input))
        if code == errno.EBUSY:
            return SourceError(
                f"{self.name} is in use", cure="Close the other program that shows its picture."
            )
        if code in _FORBIDDEN:
            return SourceError(f"{self.name} may not be used", cure=self._input.allow)
        if code == errno.ENOTTY:
            return SourceError(f"{self.name} is not a camera", cure=_others(self._input))
        return SourceError(f"{self.name} cannot be used: {error}", cure=_others(self._input))


def capture_time(stamp: float, now: float) -> float:
    """When a picture was captured: what its driver says, if that can be true, else `now`. Seconds."""
    return stamp if 0 <= now - stamp <= _BELIEVABLE else now


def _input_of(platform: str) -> DeviceInput:
    if platform not in INPUTS:
        raise SourceError(
            f"cameras are not supported on {platform}",
            cure="Play a file instead, or run this on Linux, macOS or Windows.",
        )
    return INPUTS[platform]


def _address(through: DeviceInput, device: str) -> str:
    """FFmpeg's address for a camera given by number; any other name stays as it is."""
    if not device.isdecimal():
        return device
    match through.format:
        case "v4l2":
            return f"/dev/video{device}"
        case "avfoundation":
            return f"{device}:none"
        case "dshow":
            names = _names(through)
            return f"video={names[int(device)]}" if int(device) < len(names) else f"video=camera {device}"
        case _:
            return device


def _others(through: DeviceInput) -> str:
    names = _names(through)
    if not names:
        return "This machine shows no camera: connect one, or play a file."
    return f"There are: {', '.join(names)}."


def _names(through: DeviceInput) -> list[str]:
    if through.format == "v4l2":
        return sorted(str(path) for path in Path("/dev").glob("video*"))
    try:
        found = av.device.enumerate_input_devices(through.format)
    except (av.FFmpegError, ValueError, NotImplementedError):
        return []
    return [device.name for device in found if "video" in device.media_types]


def _is_made_of_software(device: str) -> bool:
    """Whether this V4L2 device has no hardware below it, such as a loopback that a program feeds."""
    name = f"video{device}" if device.isdigit() else Path(device).resolve().name
    return "virtual" in (_VIDEO_DEVICES / name).resolve().parts
