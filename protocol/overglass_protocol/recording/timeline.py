"""The lines of timeline.jsonl: one JSON object each, told apart by `t`. The file's form, not its fate."""

from collections.abc import Iterator, Sequence
from itertools import starmap
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, JsonValue, TypeAdapter, ValidationError

from overglass_protocol.control import Control
from overglass_protocol.envelope import Envelope, Stages
from overglass_protocol.errors import RecordingError
from overglass_protocol.imu import ImuSample
from overglass_protocol.pose import Pose

Rational = tuple[int, int]
"Numerator and denominator."


_Axes = tuple[FiniteFloat, FiniteFloat, FiniteFloat]


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class VideoLine(_Line):
    """How times in capture.mp4 and times of the source belong together; before the first frame."""

    t: Literal["video"] = "video"
    width: int
    height: int
    time_base: Rational = Field(description="Of `pts` in frame lines: the source's own, in seconds.")
    origin: Rational = Field(description="Seconds: presentation time of the source less time in capture.mp4.")
    sound_time_base: Rational | None = Field(
        default=None, description="The source's own, where it has sound."
    )


class FrameLine(_Line):
    """A picture that is in capture.mp4."""

    t: Literal["frame"] = "frame"
    id: int = Field(description="The envelope's frame id.")
    pts: int
    capture_time: float = Field(description="Seconds on the edge's monotonic clock.")
    intrinsics_id: int = 0
    pose: Pose | None = None
    sound: int = Field(default=0, description="How many packets of sound were stored with it.")
    size: tuple[int, int] | None = Field(
        default=None,
        description="Width and height as captured, where the film has it scaled to its own.",
    )

    @property
    def envelope(self) -> Envelope:
        """As it was sent with the picture."""
        return Envelope(self.id, self.capture_time, self.intrinsics_id, self.pose)


class ControlLine(_Line):
    """The wearer changed what to see."""

    t: Literal["control"] = "control"
    document: Control
    at: float = Field(description="Seconds on the edge's monotonic clock, here as everywhere.")


class AppliedLine(_Line):
    """The cloud painted a first frame with this version of the control document."""

    t: Literal["applied"] = "applied"
    version: int
    frame_id: int | None
    at: float


class EventLine(_Line):
    """Something happened: a connection lost or resumed, frames lost, the recording ended early."""

    t: Literal["event"] = "event"
    name: str
    detail: JsonValue = ""
    at: float


class StagesLine(_Line):
    """A frame came back."""

    t: Literal["stages"] = "stages"
    id: int
    arrived: float
    shown: float | None = None
    stages: Stages | None = Field(default=None, description="Seconds on the cloud's monotonic clock.")
    control_version: int | None = None


class ImuLine(_Line):
    """The head's inertial sensor said something; each sample as time, gyroscope and accelerometer."""

    t: Literal["imu"] = "imu"
    samples: list[tuple[FiniteFloat, _Axes, _Axes]] = Field(
        description="Seconds on the edge's monotonic clock; radians a second; metres a second squared."
    )

    @staticmethod
    def of(samples: Sequence[ImuSample]) -> "ImuLine":
        """Unchecked, since a recorder must not raise: what is no number is found when it is read back."""
        return ImuLine.model_construct(
            samples=[(sample.time, sample.gyro, sample.accel) for sample in samples]
        )

    def read(self) -> Iterator[ImuSample]:
        return starmap(ImuSample, self.samples)


Line = VideoLine | FrameLine | ControlLine | AppliedLine | EventLine | StagesLine | ImuLine
_ADAPTER: TypeAdapter[Line] = TypeAdapter(Annotated[Line, Field(discriminator="t")])


def encode(line: Line) -> bytes:
    """The line with its end."""
    return line.model_dump_json().encode() + b"\n"


def decode(data: bytes) -> Line:
    """Raises RecordingError for anything that is not a line of this version."""
    try:
        return _ADAPTER.validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise RecordingError(f"it cannot be read: {first['msg']}") from error
