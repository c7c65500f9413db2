"""What a run of the loop consists of, in plain numbers: the wearer's hardware and the way in between."""

from dataclasses import dataclass, field
from typing import Literal

from overglass_protocol.pose import Intrinsics
from overglass_simulators.devices.device import ImuModel

Mode = Literal["none", "server_prediction", "warp", "warp_prediction", "delayed", "plane"]
"""Where a returned overlay is shown. `none`: where it was captured. `server_prediction`: where the service
expects it, having turned it by the captured angular velocity for as long as frames take. The others are those
of `overglass_simulators.sim.subject.Mode`."""

MODES: tuple[Mode, ...] = ("none", "server_prediction", "warp", "warp_prediction", "delayed", "plane")

INFINITY = float("inf")
DEPTHS = (INFINITY, 5.0, 2.0, 1.0)
"Metres along the camera's axis at which things stand in the captured picture."


CAMERA = Intrinsics(1280, 960, 867.0, 867.0, 639.5, 479.5)
"About a headset's front camera: 73 degrees across."


@dataclass(frozen=True, slots=True)
class Tracker:
    """What finds the head's place and orientation in the camera's pictures."""

    rate: float = 30.0
    delay: float = 0.030
    "Seconds from exposure until the pose is known."
    turn_noise: float = 0.0002
    "Radians, standard deviation about each axis: 0.01 degrees."
    place_noise: float = 0.001
    "Metres, likewise."


@dataclass(frozen=True, slots=True)
class Rig:
    """Glasses, companion and service. Seconds; the display shows as the camera sees, pixel for pixel."""

    intrinsics: Intrinsics = CAMERA
    fps: float = 30.0
    handed_out: float = 0.015
    "From exposure until the camera gives the picture away."
    encode: float = 0.004
    serve: float = 0.012
    "Decoding, painting and encoding at the service, one frame at a time, the newest first."
    decode: float = 0.003
    refresh: float = 90.0
    "Pictures a second that the display shows."
    photon: float = 0.016
    "From the pose's being asked for until the light is seen: the warp, the scan-out and half a persistence."
    imu: ImuModel = field(default_factory=lambda: ImuModel(500.0, 0.0015, 0.0005, 0.02, 0.02, 0.002))
    """A headset's, once its bias is calibrated away at rest: noise of 0.09 degrees a second in a sample,
    0.03 degrees a second left of the bias."""
    tracker: Tracker | None = Tracker()
    "None where a gyro is all there is: then nobody knows where the head is, only how it turned."

    @property
    def tracker_delay(self) -> float:
        return self.tracker.delay if self.tracker is not None else 0.0


@dataclass(frozen=True, slots=True)
class Link:
    """The way between the glasses and the service, each way alike."""

    round_trip: float = 0.0
    "Seconds that any packet takes there and back."
    jitter: float = 0.0
    "At most so many seconds more, each way, each packet on its own; none overtakes another."


@dataclass(frozen=True, slots=True)
class Skew:
    """The camera's clock as the display's clock sees it. The display's is the true one here."""

    offset: float = 0.5
    "Seconds ahead at time 0."
    drift: float = 50e-6
    "Seconds gained a second."

    def reading(self, time: float) -> float:
        return time + self.offset + self.drift * time

    def error_of(self, estimated_offset: float, time: float) -> float:
        """By how much the display believes the camera's clock to be further ahead than it is."""
        return estimated_offset - (self.reading(time) - time)
