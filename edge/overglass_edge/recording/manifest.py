"""session.json: what was recorded, with what, when, and whether it came to its end."""

import os
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from overglass_edge.recording.timeline import Rational
from overglass_edge.sources import Camera
from overglass_protocol.errors import RecordingError

FORMAT = 1
NAME = "session.json"


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

    def write(self, folder: Path) -> None:
        """Replaces the file whole, or leaves the old one. Raises OSError."""
        target, fresh = folder / NAME, folder / f".{NAME}.new"
        with fresh.open("wb") as file:
            file.write(self.model_dump_json(indent=2).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
        sync_folder(folder)

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Raises RecordingError when the folder is no session, or of a later version."""
        cure = "Name a folder that overglass recorded: it has session.json, timeline.jsonl and capture.mp4."
        try:
            manifest = cls.model_validate_json((folder / NAME).read_bytes())
        except (FileNotFoundError, NotADirectoryError) as error:
            raise RecordingError(f"{folder} is not a recorded session", cure=cure) from error
        except OSError as error:
            raise RecordingError(f"{folder / NAME} cannot be read: {error.strerror}", cure=cure) from error
        except ValidationError as error:
            raise RecordingError(f"{folder / NAME} does not describe a session", cure=cure) from error
        if manifest.format > FORMAT:
            raise RecordingError(
                f"{folder} was recorded by a later version ({manifest.program})", cure="Update overglass."
            )
        return manifest


def camera_info(camera: Camera) -> CameraInfo:
    i = camera.intrinsics
    return CameraInfo(
        name=camera.name,
        width=camera.width,
        height=camera.height,
        fps=camera.fps,
        fx=i.fx,
        fy=i.fy,
        cx=i.cx,
        cy=i.cy,
    )


def program() -> str:
    try:
        return f"overglass {version('overglass')}"
    except PackageNotFoundError:
        return "overglass from source"


def sync_folder(folder: Path) -> None:
    """Makes the new name survive a power cut, where the platform lets a folder be opened."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
