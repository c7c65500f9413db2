"""What a page or a script may see of simulated glasses, and ask of them. Plain data and one Protocol."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from overglass_simulators.devices.device import Device, DisplayKind
from overglass_simulators.link import LinkSettings
from overglass_simulators.sim.faults import Fault

Mode = Literal["none", "warp", "warp_prediction", "delayed", "plane"]
"""How a returned picture is brought to where the head is by now: not at all; turned by the newest known
pose; and by a prediction for when its light is seen; shown with the camera's own picture of its time; moved
with the plane that its layer lies on, predicted too."""

Picture = npt.NDArray[np.uint8]
"(height, width, 3), blue green red."

STAGES = ("capture", "encode", "uplink", "wait", "paint", "downlink", "decode", "warp", "photon")
"In the order a frame passes them; `uplink` and `downlink` include the codec's work at the service."


@dataclass(frozen=True, slots=True)
class FrameRow:
    """One frame's trip, for the timeline."""

    frame_id: int
    exposed: float
    "When its light fell in, seconds since the session began."
    stages: dict[str, float]
    "Seconds by name, those of STAGES that are known."
    latency: float
    "From exposure to photon."


@dataclass(frozen=True, slots=True)
class Views:
    """What is seen at one moment."""

    number: int
    "Grows with every one."
    camera: Picture
    "The newest picture the camera gave."
    worn: Picture
    "What the wearer sees, through the display's optics."
    plain: Picture
    "The same without reprojection: for the split slider."
    frame_id: int | None
    "Of the returned frame that is in it."


@dataclass(frozen=True, slots=True)
class Registration:
    """How far overlays are from where they belong, now, since the truth is known. Degrees."""

    warped: float
    plain: float
    "As it would be without reprojection."


@dataclass(frozen=True, slots=True)
class Said:
    """Something the wearer was told."""

    at: float
    "Seconds since the session began."
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class SimState:
    """All that is worth showing, at one moment."""

    time: float
    "Seconds since the session began."
    device: Device
    link: LinkSettings
    "Of either direction, beyond the device's own radio."
    motion: str
    look: str
    strength: float
    mode: Mode
    connected: bool
    display: DisplayKind
    sent: int
    returned: int
    fps: float
    "Of pictures returned, lately."
    latency: float | None
    "Median of lately, exposure to photon, seconds."
    contrast: float | None
    "0 to 1: how well overlays can be read before this world; None where nothing is laid over it."
    registration: Registration | None
    clock_error: float | None
    "Seconds; by how much the clock estimate is wrong, which only a simulator can know."
    faults: tuple[Fault, ...]
    "Under way, with the seconds they still last."
    recording: Path | None
    replaying: Path | None
    said: tuple[Said, ...] = field(default=())
    "The last few, oldest first."


class Subject(Protocol):
    """Simulated glasses that run. All methods are for the event loop and none waits long.

    What cannot be done raises OverglassError with the cure, and changes nothing.
    """

    def state(self) -> SimState: ...

    def rows(self, after: int) -> list[FrameRow]:
        """Frames shown since the frame of that id, oldest first; at most the last few hundred."""
        ...

    async def views(self, after: int, within: float) -> Views | None:
        """The newest views with a number above `after`; None if none comes within so many seconds."""
        ...

    async def looks(self) -> list[str]: ...

    async def set_device(self, name: str) -> None:
        """Takes these off and puts others on: a new session."""
        ...

    def set_link(self, settings: LinkSettings) -> None: ...
    def set_look(self, look: str, strength: float) -> None: ...
    def set_motion(self, name: str) -> None: ...
    def set_mode(self, mode: Mode) -> None: ...

    def turn(self, yaw: float, pitch: float) -> None:
        """Turns the head by so many radians more, to the left and up, on top of its motion."""
        ...

    def provoke(self, fault: Fault) -> None: ...

    async def start_recording(self) -> Path: ...
    async def stop_recording(self) -> Path | None:
        """The folder, complete; None if nothing was being recorded."""
        ...

    def recordings(self) -> list[Path]: ...
    async def replay(self, folder: Path) -> None:
        """Wears the recorded world instead of the generated one: a new session."""
        ...

    async def failed(self) -> None:
        """Waits until the session ends by itself, and raises OverglassError with the reason."""
        ...
