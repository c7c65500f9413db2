"""A pair of glasses in plain numbers, as the simulator uses them. Knows no files.

Where a profile says `unknown`, the number here is its assumption.
"""

import math
from dataclasses import dataclass
from typing import Literal

from overglass_protocol.pose import Intrinsics

DisplayKind = Literal["additive", "video-see-through", "screen", "none"]
"Light added to the world; a camera's picture in place of it; a screen one looks at; nothing to see."


@dataclass(frozen=True, slots=True)
class CameraMode:
    width: int
    height: int
    fps: float


@dataclass(frozen=True, slots=True)
class CameraModel:
    mode: CameraMode
    "That it starts with."
    modes: tuple[CameraMode, ...]
    "All it can do, the best first: the ladder it steps down."
    field_of_view: float
    "Radians across the width of the picture."
    rolling_shutter: float
    "Seconds between the first row's exposure and the last's."
    capture_delay: float
    "Seconds from exposure until the picture is handed out."
    start_seconds: float
    "From opening until the first picture."

    def intrinsics(self, mode: CameraMode | None = None) -> Intrinsics:
        """Square pixels, looking through the middle; a pixel's centre is at its whole-numbered place."""
        mode = mode or self.mode
        focal = mode.width / (2 * math.tan(self.field_of_view / 2))
        return Intrinsics(mode.width, mode.height, focal, focal, (mode.width - 1) / 2, (mode.height - 1) / 2)


@dataclass(frozen=True, slots=True)
class ImuModel:
    rate: float
    "Samples a second."
    gyro_noise: float
    "Radians per second, standard deviation of one sample."
    gyro_bias: float
    "Radians per second, standard deviation of the constant error of each axis."
    accel_noise: float
    "Metres per second squared, standard deviation of one sample."
    accel_bias: float
    delay: float
    "Seconds from measuring until the sample is handed out; its timestamp is true."


@dataclass(frozen=True, slots=True)
class DisplayModel:
    kind: DisplayKind
    width: int
    height: int
    field_of_view: float
    "Radians across its width."
    eyes: Literal[1, 2]
    refresh: float
    "Pictures a second."
    latency: float
    "Seconds from handing a picture over until its light is seen."
    transmittance: float
    "Share of the world's light that passes; 0 where the world is not seen through it."
    peak: float
    """Light of full white as a multiple of the world's white: `gain` of an additive display. 1 elsewhere."""
    round: bool = False
    "Whether only the circle that fits into it is lit."

    def intrinsics(self) -> Intrinsics:
        focal = self.width / (2 * math.tan(self.field_of_view / 2))
        return Intrinsics(self.width, self.height, focal, focal, (self.width - 1) / 2, (self.height - 1) / 2)


@dataclass(frozen=True, slots=True)
class LinkNumbers:
    """Each way, beyond what the network adds: the radio between glasses and whatever carries them on."""

    up_rate: float | None
    "Bits per second; None for no limit of its own."
    down_rate: float | None
    delay: float
    "Seconds one way."
    jitter: float
    loss: float
    "Share of packets."


@dataclass(frozen=True, slots=True)
class Thermal:
    """What heat does to it."""

    throttle_after: float
    "Seconds of streaming until it slows down."
    throttled_fps: float
    stop_after: float
    "Seconds until it stops; infinite where it never does."


@dataclass(frozen=True, slots=True)
class Device:
    name: str
    title: str
    camera: CameraModel
    imu: ImuModel | None
    display: DisplayModel | None
    link: LinkNumbers
    codecs: tuple[str, ...]
    "As `PeerSettings.codecs`."
    max_bitrate: float | None
    "Bits per second its encoder makes at most."
    thermal: Thermal | None
