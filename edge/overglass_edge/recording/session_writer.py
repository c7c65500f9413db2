"""The files of one session folder, as they are written. Blocks; the recorder's thread is the place for it."""

import errno
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import structlog

from overglass_edge.recording import manifest_file
from overglass_edge.recording.append_file import AppendFile
from overglass_edge.recording.capture_file import CaptureFile, Exposure, Quality, SoundTrack
from overglass_edge.recording.losses import Losses
from overglass_edge.sources import Camera
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import RecordingError
from overglass_protocol.recording import timeline
from overglass_protocol.recording.layout import CAPTURE, MANIFEST, TIMELINE
from overglass_protocol.recording.manifest import Manifest, SoundInfo, Totals
from overglass_protocol.recording.timeline import FrameLine, Line, VideoLine

log = structlog.get_logger()

SYNC_EVERY = 1.0
"Seconds: what a power cut may cost."
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


@dataclass(frozen=True, slots=True)
class Recording:
    """What is recorded, where, and with what."""

    folder: Path
    session: UUID
    camera: Camera
    device: str
    quality: Quality


class SessionWriter:
    """Makes the folder and its manifest at once, and may then be written to from one thread.

    Raises RecordingError when the folder cannot be written, or holds a session already.
    """

    def __init__(self, recording: Recording, clock: Callable[[], float]) -> None:
        self.frames = 0
        self._recording = recording
        self._now = clock
        self._sound_packets = self._sound_packets_lost = 0
        self._capture: CaptureFile | None = None
        self._sound_track, sound_info = _sound(recording.camera)
        folder = recording.folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._refuse_second_session(folder)
            self._manifest = Manifest(
                session=recording.session,
                started=datetime.now(UTC),
                started_monotonic=clock(),
                program=manifest_file.program(),
                device=recording.device,
                camera=manifest_file.camera_info(recording.camera),
                sound=sound_info,
            )
            manifest_file.write(self._manifest, folder)
            self._timeline_file = AppendFile(folder / TIMELINE)
            self._capture_file = AppendFile(folder / CAPTURE)
            manifest_file.sync_folder(folder)
        except OSError as error:
            raise disk_fault(folder, error) from error
        self._next_sync = clock() + SYNC_EVERY

    def write_picture(self, exposure: Exposure, envelope: Envelope) -> None:
        """The picture, then the line that names it. Raises OSError, and RecordingError if it is refused."""
        if self._capture is None:
            self._capture = self._start_capture(exposure)
        stored = self._capture.append(exposure)
        self.frames += 1
        self._sound_packets += stored
        self._sound_packets_lost += len(exposure.sound) - stored
        self.write_line(
            FrameLine(
                id=envelope.frame_id,
                pts=exposure.pts,
                capture_time=envelope.capture_time,
                intrinsics_id=envelope.intrinsics_id,
                pose=envelope.pose,
                sound=stored,
                size=None if exposure.size == self._capture.size else exposure.size,
            )
        )

    def write_line(self, line: Line) -> None:
        self._timeline_file.append(timeline.encode(line))

    def sync(self, *, now: bool = False) -> None:
        """To the disk itself, if it is time."""
        if now or self._now() >= self._next_sync:
            self._capture_file.sync()
            self._timeline_file.sync()
            self._next_sync = self._now() + SYNC_EVERY

    def finish(self, error: RecordingError | None, losses: Losses) -> None:
        """Closes the files and says in the manifest how it ended. Raises OSError."""
        try:
            self.sync(now=True)
        finally:
            self._capture_file.close()
            self._timeline_file.close()
        totals = Totals(
            frames=self.frames,
            frames_lost=losses.count,
            sound_packets=self._sound_packets,
            sound_packets_lost=self._sound_packets_lost + losses.sound_packets,
            bytes=self._capture_file.size,
        )
        why = None if error is None else str(error)
        end = {"complete": error is None, "error": why, "totals": totals}
        manifest_file.write(self._manifest.model_copy(update=end), self._recording.folder)

    def _start_capture(self, first: Exposure) -> CaptureFile:
        capture = CaptureFile(
            self._capture_file,
            first,
            fps=self._recording.camera.fps,
            sound=self._sound_track,
            quality=self._recording.quality,
        )
        sound = self._manifest.sound
        self.write_line(
            VideoLine(
                width=first.size[0],
                height=first.size[1],
                time_base=first.time_base.as_integer_ratio(),
                origin=capture.origin.as_integer_ratio(),
                sound_time_base=None if sound is None else sound.time_base,
            )
        )
        return capture

    def _refuse_second_session(self, folder: Path) -> None:
        for name in (MANIFEST, TIMELINE, CAPTURE):
            if (folder / name).exists():
                raise RecordingError(
                    f"{folder} holds a recording already", cure="Name a new folder, or move the old one away."
                )


def disk_fault(folder: Path, error: OSError) -> RecordingError:
    if error.errno in _FULL:
        return RecordingError(
            f"the disk of {folder} is full", cure="Free some space, or record elsewhere; the rest is whole."
        )
    if error.errno in _FORBIDDEN:
        return RecordingError(
            f"{folder} may not be written", cure="Name a folder of your own, or change its permissions."
        )
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        return RecordingError(
            f"{folder} cannot be a folder: a file stands there", cure="Name another folder."
        )
    return RecordingError(f"{folder} cannot be written: {error.strerror}", cure="Record to another disk.")


def _sound(camera: Camera) -> tuple[SoundTrack | None, SoundInfo | None]:
    stream = camera.sound
    if stream is None:
        return None, None
    try:
        track = SoundTrack.of(stream)
    except RecordingError as error:
        log.error("the recording will be silent", reason=str(error), camera=camera.name)
        return None, None
    context = stream.codec_context
    info = SoundInfo(
        codec=context.name,
        sample_rate=context.sample_rate,
        layout=context.layout.name,
        time_base=track.time_base.as_integer_ratio(),
    )
    return track, info
