"""What a peer is told, and what it tells: settings, handlers, statistics. Plain data, no aiortc."""

from collections.abc import Callable
from dataclasses import dataclass, field

from overglass_protocol.envelope import Envelope
from overglass_protocol.frame import Frame
from overglass_protocol.rtc.jitter import AccessUnit
from overglass_protocol.rtc.sdp import VIDEO_CODECS
from overglass_protocol.rtc.sound import SoundPacket


@dataclass(frozen=True, slots=True)
class PeerSettings:
    """How a peer connects and sends."""

    hosts: tuple[str, ...] | None = None
    "Addresses of this machine to offer; None: all but loopback."
    ice_servers: tuple[str, ...] = ()
    "STUN and TURN URLs, only as configured; none by default, so nobody outside is asked."
    ice_username: str | None = None
    ice_password: str | None = None
    codecs: tuple[str, ...] = VIDEO_CODECS
    "Video codecs in the order we prefer."
    fps: float = 30.0
    "Frames a second that we send, for the encoder's rate control."
    max_bitrate: int | None = None
    "Bits per second, where the device or the link has a ceiling."


@dataclass(slots=True)
class Handlers:
    """What a peer tells its owner. Each is called on the loop, but for `frame`, `finish` and `encoded`."""

    frame: Callable[[Frame], None] = lambda frame: None
    "A picture came in. Called in the decoder's thread: hand over and return."
    unit: Callable[[str, AccessUnit], None] | None = None
    "An encoded picture came in: codec and bytes. When this is set, nothing is decoded."
    finish: Callable[[Frame, Envelope], Envelope] = lambda frame, envelope: envelope
    """A picture of ours was encoded and its envelope goes out next, as this returns it. Called in the
    encoder's thread; whatever it waits for, the picture waits for too."""
    encoded: Callable[[Envelope, float], None] = lambda envelope, at: None
    "A picture of ours was encoded at that time. Called in the encoder's thread."
    sound: Callable[[SoundPacket, float], None] = lambda packet, captured: None
    "Sound came in: a packet of Opus, and when it was captured on this machine's monotonic clock."
    message: Callable[[str | bytes], None] = lambda data: None
    "Something came on the `control` channel."
    stamp: Callable[[bytes], None] = lambda data: None
    "Something came on the `stamps` channel."
    key_frame: Callable[[], None] = lambda: None
    "The other end needs a key frame: for owners that send encoded pictures; our encoder obeys by itself."
    moved: Callable[[], None] = lambda: None
    "The other end sees us at another address than when the path was last looked at."
    lost: Callable[[str], None] = lambda reason: None
    "The connection is gone; called once."


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a connection has done so far."""

    codec: str | None
    sent: int
    "Frames that left the encoder."
    received: int
    "Frames that left the decoder."
    round_trip: float | None
    "Seconds, from the receiver's reports."
    fraction_lost: float
    bitrate: int
    "What the encoder is asked for, bits per second."
    limited_by_network: bool
    retransmitted: int
    "Packets sent again since the other end asked."
    repeated: int
    "Packets sent twice unasked, since the path loses some."
    requested: int
    "Packets asked for again."
    dropped: dict[str, int] = field(default_factory=dict)
    "Frames, by reason."
