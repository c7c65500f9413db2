"""timeline.jsonl read back, sorted by what its lines tell; a cut or damaged line costs only itself."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import assert_never

from overglass_protocol.errors import RecordingError
from overglass_protocol.recording.timeline import (
    AppliedLine,
    ControlLine,
    EventLine,
    FrameLine,
    ImuLine,
    Line,
    StagesLine,
    VideoLine,
    decode,
)


@dataclass(slots=True)
class TimelineFile:
    """Each list in the order of the file."""

    video: VideoLine | None = None
    frames: list[FrameLine] = field(default_factory=list)
    controls: list[ControlLine] = field(default_factory=list)
    applied: list[AppliedLine] = field(default_factory=list)
    events: list[EventLine] = field(default_factory=list)
    returned: list[StagesLine] = field(default_factory=list)
    imu: list[ImuLine] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    "What could not be read, one sentence each."

    @classmethod
    def read(cls, path: Path) -> "TimelineFile":
        """Raises RecordingError if there is a file that the system does not let us read."""
        timeline = cls()
        try:
            with path.open("rb") as file:
                for number, data in enumerate(file, 1):
                    timeline._add_data(number, data)
        except FileNotFoundError:
            timeline.problems.append(f"{path.name} is missing")
        except OSError as error:
            raise RecordingError(f"{path} cannot be read: {error.strerror}") from error
        return timeline

    def _add_data(self, number: int, data: bytes) -> None:
        if not data.endswith(b"\n"):
            self.problems.append(f"the last line of timeline.jsonl is cut after {len(data)} bytes")
            return
        try:
            self._add(decode(data))
        except RecordingError as error:
            self.problems.append(f"line {number} of timeline.jsonl: {error}")

    def _add(self, line: Line) -> None:
        match line:
            case VideoLine():
                self.video = line
            case FrameLine():
                self.frames.append(line)
            case ControlLine():
                self.controls.append(line)
            case AppliedLine():
                self.applied.append(line)
            case EventLine():
                self.events.append(line)
            case StagesLine():
                self.returned.append(line)
            case ImuLine():
                self.imu.append(line)
            case _:
                assert_never(line)
