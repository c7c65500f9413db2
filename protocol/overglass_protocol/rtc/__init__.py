"""How pictures and words travel: WebRTC. The one folder that knows aiortc.

`Peer` is all that the rest of the project sees. Where aiortc costs latency it is replaced here:
its video receiver and sender are ours from the packet on, its ICE, DTLS, SRTP, SCTP and SDP are used.
"""

from overglass_protocol.rtc.contract import Handlers, PeerSettings, Statistics
from overglass_protocol.rtc.encoder import TIME_BASE
from overglass_protocol.rtc.jitter import AccessUnit
from overglass_protocol.rtc.peer import Peer
from overglass_protocol.rtc.sound import SOUND_RATE, SoundPacket

__all__ = [
    "SOUND_RATE",
    "TIME_BASE",
    "AccessUnit",
    "Handlers",
    "Peer",
    "PeerSettings",
    "SoundPacket",
    "Statistics",
]
