"""session.json: what was recorded, with what, when, and whether it came to its end."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from overglass_protocol.errors import RecordingError
from overglass_protocol.recording.layout import MANIFEST
from overglass_protocol.recording.timeline import Rational

FORMAT = 1


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class CameraInfo(_Part):
    """What captured it, and how its pictures are projected (pixels)."""

    name: str
    width: int
    height: int
    fps: float
    fx: float
    fy: float
    cx: float
    cy: float


class SoundInfo(_Part):
    """The sound that is stored as the source encoded it."""

    codec: str
    sample_rate: int
    layout: str
    time_base: Rational


class Totals(_Part):
    """Counted at the end."""

    frames: int = Field(default=0, description="In capture.mp4.")
    frames_lost: int = 0
    sound_packets: int = 0
    sound_packets_lost: int = 0
    bytes: int = Field(default=0, description="Of capture.mp4.")


class Manifest(_Part):
    """Written before anything else, and again at the end."""

    format: int = FORMAT
    session: UUID
    started: datetime = Field(description="Wall clock.")
    started_monotonic: float = Field(description="The same moment on the clock of the timeline, in seconds.")
    program: str
    device: str
    camera: CameraInfo
    sound: SoundInfo | None = None
    complete: bool = Field(default=False, description="Whether the recording came to a clean end.")
    error: str | None = Field(default=None, description="Why it ended early, if it could say so.")
    totals: Totals | None = None

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Raises RecordingError when the folder is no session, or of a later version."""
        cure = "Name a folder that overglass recorded: it has session.json, timeline.jsonl and capture.mp4."
        try:
            manifest = cls.model_validate_json((folder / MANIFEST).read_bytes())
        except (FileNotFoundError, NotADirectoryError) as error:
            raise RecordingError(f"{folder} is not a recorded session", cure=cure) from error
        except OSError as error:
            raise RecordingError(
                f"{folder / MANIFEST} cannot be read: {error.strerror}", cure=cure
            ) from error
        except ValidationError as error:
            raise RecordingError(f"{folder / MANIFEST} does not describe a session", cure=cure) from error
        if manifest.format > FORMAT:
            raise RecordingError(
                f"{folder} was recorded by a later version ({manifest.program})", cure="Update overglass."
            )
        return manifest
