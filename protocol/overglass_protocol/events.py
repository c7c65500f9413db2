"""What comes out of a session: words to send, and events to act on. Plain data."""

from dataclasses import dataclass

from overglass_protocol.control import Control
from overglass_protocol.messages import Error, Hello, Report, Welcome
from overglass_protocol.stamps import FrameStamp


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Bytes for one of the two data channels."""

    channel: str
    "`control` (reliable, ordered) or `stamps` (neither)."
    data: str | bytes


@dataclass(frozen=True, slots=True)
class Welcomed:
    """Edge: the session is live."""

    welcome: Welcome


@dataclass(frozen=True, slots=True)
class Greeted:
    """Cloud: the edge has introduced itself."""

    hello: Hello


@dataclass(frozen=True, slots=True)
class ControlChanged:
    """Cloud: this document is now the one in force."""

    control: Control


@dataclass(frozen=True, slots=True)
class Applied:
    """Edge: a frame painted with this version exists."""

    version: int
    frame_id: int | None


@dataclass(frozen=True, slots=True)
class Reported:
    """The other end says what limits it."""

    report: Report


@dataclass(frozen=True, slots=True)
class Complained:
    """The other end could not do something."""

    error: Error


@dataclass(frozen=True, slots=True)
class StampArrived:
    """The envelope of a picture that has no place for it."""

    stamp: FrameStamp


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing more will be said."""

    reason: str


Event = Welcomed | Greeted | ControlChanged | Applied | Reported | Complained | StampArrived | Ended
