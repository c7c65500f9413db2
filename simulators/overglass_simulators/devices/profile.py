"""What a device's file may say: each number with its bounds and its source. Knows no folder.

A number outside of its bounds is impossible rather than unusual. Angles are in degrees, since that is what
data sheets give; everything else is in the units of `device`.
"""

import math
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, StringConstraints, Tag, model_validator
from pydantic_core import PydanticCustomError

from overglass_simulators.devices.device import (
    CameraMode,
    CameraModel,
    Device,
    DisplayModel,
    ImuModel,
    LinkNumbers,
    Thermal,
)
from overglass_simulators.devices.quantity import Line, Quantity, Strict

WORLD_WHITE = 10_000 * 0.8 / math.pi
"""Candelas per square metre of what is white in pictures of the world, taken as a white thing on an overcast
day: 10,000 lx on a matt surface that gives back 80 %. A display's brightness is reckoned against it."""

_PRESENT, _ABSENT = "(present)", "(absent)"
_NUMBER, _WORD = "(number)", "(word)"


def _even(value: int) -> int:
    if value % 2:
        raise PydanticCustomError("odd_number", "a picture's sides have to be even, or it cannot be 4:2:0")
    return value


def _in_a_word(value: Any) -> str:
    return _WORD if isinstance(value, str) else _NUMBER


Pixels = Annotated[int, Field(ge=16, le=8192), AfterValidator(_even)]
Fps = Annotated[float, Field(gt=0, le=240)]
Degrees = Annotated[float, Field(ge=1, le=179)]
Delay = Annotated[float, Field(ge=0, le=10)]
Start = Annotated[float, Field(ge=0, le=60)]
Shutter = Annotated[float, Field(ge=0, le=0.2)]
Lasting = Annotated[
    Annotated[float, Field(gt=0, le=86_400), Tag(_NUMBER)] | Annotated[Literal["never"], Tag(_WORD)],
    Discriminator(_in_a_word),
]
Hertz = Annotated[float, Field(gt=0, le=10_000)]
Turning = Annotated[float, Field(ge=0, le=1)]
Pull = Annotated[float, Field(ge=0, le=10)]
Share = Annotated[float, Field(ge=0, le=1)]
Nits = Annotated[float, Field(gt=0, le=100_000)]
Bits = Annotated[
    Annotated[float, Field(ge=1_000, le=1e10), Tag(_NUMBER)] | Annotated[Literal["unlimited"], Tag(_WORD)],
    Discriminator(_in_a_word),
]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]


class Mode(Strict):
    """Something a camera can be set to."""

    width: Pixels
    height: Pixels
    fps: Fps

    @property
    def pixel_rate(self) -> float:
        return self.width * self.height * self.fps

    def __str__(self) -> str:
        return f"{self.width}x{self.height} at {self.fps:g}"


class Absent(Strict):
    """A part that the device has not got, or of which nothing is public."""

    none: Line
    "Who says so, or why it is left out."


class Camera(Strict):
    mode: Quantity[Mode]
    "That it starts with: one of `modes`."
    modes: Quantity[Annotated[tuple[Mode, ...], Field(min_length=1, max_length=32)]]
    "All it can do, the most pixels a second first."
    field_of_view_degrees: Quantity[Degrees]
    "Across the width of the picture."
    rolling_shutter: Quantity[Shutter]
    capture_delay: Quantity[Delay]
    start_seconds: Quantity[Start]

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        modes = self.modes.number
        if self.mode.number not in modes:
            raise _contradiction("mode", f"{self.mode.number} is not among the modes: {_listed(modes)}")
        rates = [mode.pixel_rate for mode in modes]
        if len(set(modes)) < len(modes) or rates != sorted(rates, reverse=True):
            raise _contradiction("modes", "each has to stand there once, the most pixels a second first")
        if self.rolling_shutter.number > 1 / max(mode.fps for mode in modes):
            raise _contradiction("rolling_shutter", "it takes longer than there is from picture to picture")
        return self

    def model(self) -> CameraModel:
        return CameraModel(
            mode=_mode(self.mode.number),
            modes=tuple(_mode(mode) for mode in self.modes.number),
            field_of_view=math.radians(self.field_of_view_degrees.number),
            rolling_shutter=self.rolling_shutter.number,
            capture_delay=self.capture_delay.number,
            start_seconds=self.start_seconds.number,
        )


class Imu(Strict):
    rate: Quantity[Hertz]
    gyro_noise: Quantity[Turning]
    gyro_bias: Quantity[Turning]
    accel_noise: Quantity[Pull]
    accel_bias: Quantity[Pull]
    delay: Quantity[Delay]

    def model(self) -> ImuModel:
        return ImuModel(
            rate=self.rate.number,
            gyro_noise=self.gyro_noise.number,
            gyro_bias=self.gyro_bias.number,
            accel_noise=self.accel_noise.number,
            accel_bias=self.accel_bias.number,
            delay=self.delay.number,
        )


class Display(Strict):
    kind: Quantity[Literal["additive", "video-see-through", "screen"]]
    width: Quantity[Pixels]
    height: Quantity[Pixels]
    round: Quantity[bool]
    "Whether only the circle that fits into it is lit."
    field_of_view_degrees: Quantity[Degrees]
    "Across its width."
    eyes: Quantity[Literal[1, 2]]
    refresh: Quantity[Fps]
    latency: Quantity[Delay]
    transmittance: Quantity[Share] | None = None
    "Share of the world's light that passes: of an additive display, and of no other."
    brightness: Quantity[Nits] | None = None
    "Candelas per square metre of full white at the eye: of an additive display, and of no other."

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        for name, given in (("transmittance", self.transmittance), ("brightness", self.brightness)):
            if self.kind.number == "additive" and given is None:
                raise _contradiction(name, "an additive display needs it")
            if self.kind.number != "additive" and given is not None:
                raise _contradiction(
                    name, f"only an additive display has one, and this is {self.kind.number}"
                )
        if self.round.number and self.width.number != self.height.number:
            raise _contradiction("round", "a round display is as high as it is wide")
        return self

    def model(self) -> DisplayModel:
        return DisplayModel(
            kind=self.kind.number,
            width=self.width.number,
            height=self.height.number,
            field_of_view=math.radians(self.field_of_view_degrees.number),
            eyes=self.eyes.number,
            refresh=self.refresh.number,
            latency=self.latency.number,
            transmittance=self.transmittance.number if self.transmittance is not None else 0.0,
            peak=self.brightness.number / WORLD_WHITE if self.brightness is not None else 1.0,
            round=self.round.number,
        )


class Link(Strict):
    up_rate: Quantity[Bits]
    down_rate: Quantity[Bits]
    delay: Quantity[Delay]
    jitter: Quantity[Delay]
    loss: Quantity[Share]

    def model(self) -> LinkNumbers:
        return LinkNumbers(
            up_rate=_limit(self.up_rate.number),
            down_rate=_limit(self.down_rate.number),
            delay=self.delay.number,
            jitter=self.jitter.number,
            loss=self.loss.number,
        )


class Heat(Strict):
    throttle_after: Quantity[Lasting]
    throttled_fps: Quantity[Fps]
    stop_after: Quantity[Lasting]

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if _lasting(self.stop_after.number) < _lasting(self.throttle_after.number):
            raise _contradiction("stop_after", "it stops before it slows down")
        return self

    def model(self) -> Thermal:
        return Thermal(
            throttle_after=_lasting(self.throttle_after.number),
            throttled_fps=self.throttled_fps.number,
            stop_after=_lasting(self.stop_after.number),
        )


def _presence(data: Any) -> str:
    return _ABSENT if isinstance(data, Absent) or (isinstance(data, dict) and "none" in data) else _PRESENT


class Profile(Strict):
    """A device's file."""

    name: Name
    "What it is called on the command line and in a session's first words."
    title: Line
    "What it is called where people read."
    camera: Camera
    imu: Annotated[Annotated[Imu, Tag(_PRESENT)] | Annotated[Absent, Tag(_ABSENT)], Discriminator(_presence)]
    display: Annotated[
        Annotated[Display, Tag(_PRESENT)] | Annotated[Absent, Tag(_ABSENT)], Discriminator(_presence)
    ]
    link: Link
    codecs: Quantity[Annotated[tuple[Literal["H264", "VP8"], ...], Field(min_length=1, max_length=2)]]
    "What it sends, the preferred first."
    max_bitrate: Quantity[Bits]
    "What its encoder makes at most."
    thermal: Annotated[
        Annotated[Heat, Tag(_PRESENT)] | Annotated[Absent, Tag(_ABSENT)], Discriminator(_presence)
    ]

    def device(self) -> Device:
        """The same in plain numbers; where one is unknown, what is assumed."""
        return Device(
            name=self.name,
            title=self.title,
            camera=self.camera.model(),
            imu=self.imu.model() if isinstance(self.imu, Imu) else None,
            display=self.display.model() if isinstance(self.display, Display) else None,
            link=self.link.model(),
            codecs=self.codecs.number,
            max_bitrate=_limit(self.max_bitrate.number),
            thermal=self.thermal.model() if isinstance(self.thermal, Heat) else None,
        )


def _contradiction(field: str, why: str) -> PydanticCustomError:
    return PydanticCustomError("contradiction", "{why}", {"why": why, "field": [field]})


def _listed(modes: tuple[Mode, ...]) -> str:
    return ", ".join(str(mode) for mode in modes)


def _mode(mode: Mode) -> CameraMode:
    return CameraMode(mode.width, mode.height, mode.fps)


def _limit(bits: float | Literal["unlimited"]) -> float | None:
    return None if bits == "unlimited" else bits


def _lasting(seconds: float | Literal["never"]) -> float:
    return math.inf if seconds == "never" else seconds
