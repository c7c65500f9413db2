"""What an agent is given and what it counts: settings, the face of a recorder, a tally. Plain data."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self

from overglass_edge.sources.captured import Camera, Captured
from overglass_protocol import messages, rtc
from overglass_protocol.control import Control
from overglass_protocol.envelope import Envelope
from overglass_protocol.imu import ImuSample


class Recording(Protocol):
    """What the agent needs of a recorder. None of its methods waits; entering it opens its folder."""

    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *exc: object) -> None: ...

    def record(self, captured: Captured, envelope: Envelope) -> None: ...
    def control(self, control: Control) -> None: ...
    def applied(self, version: int, frame_id: int | None) -> None: ...
    def event(self, name: str, detail: str) -> None: ...
    def imu(self, samples: Sequence[ImuSample]) -> None: ...
    def returned(self, envelope: Envelope, arrived: float, shown: float) -> None: ...


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """How the agent introduces itself and sends."""

    device: str = "unknown"
    peer: rtc.PeerSettings = field(default_factory=rtc.PeerSettings)
    display: messages.Display | None = None
    "What the wearer sees it on, for the service to paint for."
    sound: bool = True
    "Whether the camera's sound is sent too, for those who watch."
    connect_seconds: float = 10.0
    silence_seconds: float = 1.0
    "Without a sign of life from the service, until the wearer is told and other connections are tried."


@dataclass(slots=True)
class Tally:
    """What happened so far, in counts."""

    captured: int = 0
    sent: int = 0
    "Handed to a live connection."
    returned: int = 0
    "Came back and were shown."
    connections: int = 0
    resumed: int = 0
    dropped: Counter[str] = field(default_factory=Counter)


def described(camera: Camera) -> messages.Camera:
    """The camera, for the service."""
    seen = camera.intrinsics
    return messages.Camera(
        intrinsics_id=0,
        width=seen.width,
        height=seen.height,
        fx=seen.fx,
        fy=seen.fy,
        cx=seen.cx,
        cy=seen.cy,
    )
