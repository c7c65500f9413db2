"""Records a session beside the live one, whatever becomes of the network: raw capture and timeline.

A folder holds session.json, timeline.jsonl and capture.mp4. After a crash at any moment it can be read:
each piece reaches the operating system whole, a picture before the line that names it, and the disk
about once a second. Knows nothing of the connection or the display.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from uuid import uuid4

import structlog
from pydantic import JsonValue

from overglass_edge.recording.backlog import Backlog
from overglass_edge.recording.capture_file import Exposure, Quality
from overglass_edge.recording.losses import Losses
from overglass_edge.recording.session_writer import Recording, SessionWriter, disk_fault
from overglass_edge.recording.signed import digital_source, sign_capture
from overglass_edge.sources import Camera, Captured
from overglass_protocol.control import Control
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import RecordingError, TrustError
from overglass_protocol.imu import ImuSample
from overglass_protocol.latest import Closed
from overglass_protocol.packet import SoundPacket
from overglass_protocol.provenance.keys import Signer
from overglass_protocol.recording.layout import CAPTURE, TIMELINE
from overglass_protocol.recording.timeline import (
    AppliedLine,
    ControlLine,
    EventLine,
    ImuLine,
    Line,
    StagesLine,
)

log = structlog.get_logger()

CLOSING_TIMEOUT = 30.0
"Seconds that leaving waits for a slow disk."
SIGNING_TIMEOUT = 600.0
"Seconds that leaving then waits for the signature: about 100 MB a second, twice the file on the disk."
MAX_PICTURES = 300
MAX_BYTES = 256 * 2**20
"Of pictures waiting: at 30 a second, 14 seconds of 848x480 or 3 of 1920x1080."
MAX_LINES = 10_000
MAX_CARRIED = 2000
"Packets of sound kept while pictures are being lost: about 40 seconds."
_TOO_SLOW = "the disk or the processor cannot keep up"
_WAKE_EVERY = 0.25
"Seconds between looks at whether to sync when nothing comes."


@dataclass(frozen=True, slots=True)
class _Shot:
    exposure: Exposure
    envelope: Envelope


class Recorder:
    """Records one session into `folder`, which it makes. For `with` and for `async with`.

    Entering raises RecordingError when the folder cannot be written or holds a session already. After
    that no method raises or waits: a fault ends the recording, stands in `error` and in the log, and
    leaves the live session alone. A picture that finds no room in the backlog, or cannot be encoded, is
    counted in `frames_lost`, logged, and named in the timeline (event `frames-lost`).
    """

    def __init__(
        self,
        folder: Path | str,
        camera: Camera,
        *,
        device: str = "unknown",
        quality: Quality = Quality(),  # noqa: B008 - frozen
        clock: Callable[[], float] = time.monotonic,
        max_pictures: int = MAX_PICTURES,
        signer: Callable[[], Signer] | None = None,
    ) -> None:
        """`signer` is asked for at a clean end, in the recorder's thread; None signs nothing."""
        self.folder = Path(folder)
        self.session = uuid4()
        self.error: RecordingError | None = None
        "Why the recording ended before its time."
        self._recording = Recording(self.folder, self.session, camera, device, quality)
        self._now = clock
        self._losses = Losses()
        self._carried: tuple[SoundPacket, ...] = ()
        self._writer: SessionWriter | None = None
        self._thread: threading.Thread | None = None
        self._closing = False
        self._signer = signer
        self._written = threading.Event()
        "All is in the files; only the signature may be wanting."
        self._backlog: Backlog[_Shot | Line] = Backlog(
            max_heavy=max_pictures, max_bytes=MAX_BYTES, max_light=MAX_LINES
        )

    @property
    def frames(self) -> int:
        """Pictures written so far."""
        return 0 if self._writer is None else self._writer.frames

    @property
    def frames_lost(self) -> int:
        return self._losses.count

    def record(self, captured: Captured, envelope: Envelope) -> None:
        """Keeps a picture, its time and its sound. Nobody may write to its pixels any more."""
        if self._closing:
            return
        picture = captured.picture
        sound = self._carried + captured.sound
        if len(sound) > MAX_CARRIED:
            self._losses.add_sound(len(sound) - MAX_CARRIED)
            sound = sound[-MAX_CARRIED:]
        exposure = Exposure.of(picture, sound)
        if self._backlog.put(_Shot(exposure, envelope), weight=picture.width * picture.height * 3 // 2):
            self._carried = ()
        else:
            self._carried = sound
            self._lose(envelope.frame_id, _TOO_SLOW if self.error is None else str(self.error))

    def control(self, control: Control) -> None:
        """The wearer asked for this."""
        self._say(ControlLine(document=control, at=self._now()))

    def applied(self, version: int, frame_id: int | None) -> None:
        """The cloud painted the first frame with that version of the document."""
        self._say(AppliedLine(version=version, frame_id=frame_id, at=self._now()))

    def event(self, name: str, detail: JsonValue = "") -> None:
        """Anything else that a reader of the session should know, such as a lost connection."""
        self._say(EventLine(name=name, detail=detail, at=self._now()))

    def returned(self, envelope: Envelope, arrived: float, shown: float | None = None) -> None:
        """A frame came back; times in seconds on this machine's monotonic clock."""
        self._say(
            StagesLine(
                id=envelope.frame_id,
                arrived=arrived,
                shown=shown,
                stages=envelope.stages,
                control_version=envelope.control_version,
            )
        )

    def imu(self, samples: Sequence[ImuSample]) -> None:
        """What the head's inertial sensor said, in order; times on this machine's monotonic clock."""
        if samples:
            self._say(ImuLine.of(samples))

    def flush(self, timeout: float) -> bool:
        """Waits until all that was recorded is in the files; False after `timeout` seconds.

        Not for an event loop.
        """
        return self._backlog.wait_until_done(timeout)

    def __enter__(self) -> Self:
        self._writer = SessionWriter(self._recording, self._now)
        self._thread = threading.Thread(target=self._run, args=(self._writer,), name="recorder", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Writes what waits, and the end. Gives a hanging disk CLOSING_TIMEOUT."""
        self._closing = True
        self._backlog.close()
        if self._thread is not None:
            if self._written.wait(CLOSING_TIMEOUT):
                self._thread.join(SIGNING_TIMEOUT)
                if self._thread.is_alive():
                    log.error("the recording is whole, but not signed", reason="signing takes too long")
            else:
                self.error = RecordingError(f"the disk of {self.folder} does not answer")
                log.error("the recording could not be ended", reason=str(self.error))

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.__enter__)

    async def __aexit__(self, *exc_info: object) -> None:
        await asyncio.to_thread(self.__exit__)

    def _say(self, line: Line) -> None:
        if not self._backlog.put(line) and self.error is None and not self._closing:
            log.error("a line of the timeline was lost", reason=_TOO_SLOW, line=line.t)

    def _lose(self, frame_id: int, reason: str) -> None:
        if self._losses.add(frame_id, reason):
            log.error("a frame was not recorded", frame_id=frame_id, reason=reason)

    # What follows runs in the recorder's thread.

    def _run(self, writer: SessionWriter) -> None:
        try:
            self._write(writer)
        except OSError as error:
            self._fail(writer, disk_fault(self.folder, error))
        except Exception as error:
            log.exception("the recorder's thread failed")
            self._fail(writer, RecordingError(f"the recorder failed: {error!r}", cure="Please report this."))
        try:
            writer.finish(self.error, self._losses)
        except OSError as error:
            self.error = self.error or disk_fault(self.folder, error)
            log.error("the end of the recording could not be written", reason=str(self.error))
        self._written.set()
        if self.error is None and self._signer is not None:
            self._sign(self._signer)

    def _sign(self, signer: Callable[[], Signer]) -> None:
        """Whatever goes wrong, the recording is as good as it was."""
        session = self._recording
        try:
            sign_capture(
                self.folder / CAPTURE,
                self.folder / TIMELINE,
                session.session,
                digital_source(session.camera),
                signer(),
            )
        except (TrustError, OSError) as error:
            log.error("the recording is whole, but not signed", reason=str(error))
        except Exception:
            log.exception("the recording is whole, but not signed")

    def _write(self, writer: SessionWriter) -> None:
        with suppress(Closed):
            while True:
                match self._backlog.take(_WAKE_EVERY):
                    case None:
                        pass
                    case _Shot() as shot:
                        self._write_shot(writer, shot)
                    case line:
                        writer.write_line(line)
                self._tell_losses(writer)
                writer.sync()
        self._tell_losses(writer)

    def _write_shot(self, writer: SessionWriter, shot: _Shot) -> None:
        try:
            writer.write_picture(shot.exposure, shot.envelope)
        except RecordingError as error:
            self._losses.add_sound(len(shot.exposure.sound))
            self._lose(shot.envelope.frame_id, str(error))
        except OSError:
            self._lose(shot.envelope.frame_id, "it could not be written")
            raise

    def _tell_losses(self, writer: SessionWriter) -> None:
        for loss in self._losses.take():
            detail: JsonValue = {
                "reason": loss.reason,
                "frames": [[first, last] for first, last in loss.runs],
            }
            writer.write_line(EventLine(name="frames-lost", detail=detail, at=self._now()))

    def _fail(self, writer: SessionWriter, error: RecordingError) -> None:
        """Ends the recording. The live session goes on and finds the reason in `error`."""
        self.error = error
        log.error("the recording ended early", reason=str(error), folder=str(self.folder))
        for item in self._backlog.abandon():
            if isinstance(item, _Shot):
                self._lose(item.envelope.frame_id, str(error))
        with suppress(OSError):
            self._tell_losses(writer)
            writer.write_line(EventLine(name="recording-ended", detail=str(error), at=self._now()))
