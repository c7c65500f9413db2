"""What is asked of a simulated session, before anything runs. Plain data."""

from dataclasses import dataclass, field
from pathlib import Path

from overglass_simulators.link import LinkSettings
from overglass_simulators.sim.subject import Mode

RECORDINGS = Path("recordings")
"The folder for sessions that are recorded from the page."


@dataclass(frozen=True, slots=True)
class SimPlan:
    """Everything has a default that is worth looking at."""

    device: str = "xreal-one-eye"
    "Name of a profile, or the path of one."
    world: str = "room"
    "Name of a generated world, a video file, or a session folder."
    motion: str = "sin20"
    trace: Path | None = None
    "The recording whose gyro the motion `recorded` follows."
    link: LinkSettings = field(default_factory=LinkSettings)
    "Of either direction, beyond the device's own radio."
    look: str = "marks"
    strength: float = 1.0
    mode: Mode = "warp_prediction"
    seed: int = 0
    cloud: str | None = None
    "Address of a service of one's own; None starts one here."
    recordings: Path = RECORDINGS
    full_size: bool = False
    "Whether the camera has all of its pixels, also where this machine cannot simulate them live."
