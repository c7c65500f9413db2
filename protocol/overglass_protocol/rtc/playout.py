"""Tells a browser to show each picture as soon as it is decoded (the playout-delay header extension).

Without it Chromium paces pictures by the jitter it has seen and shows them 20 to 30 ms later. The format
is WebRTC's own: http://www.webrtc.org/experiments/rtp-hdrext/playout-delay. Knows nothing of pictures.
"""

from typing import Any

import aiortc.codecs
from aiortc import rtp
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters

URI = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
AT_ONCE = bytes(3)
"Twelve bits each of the least and the greatest delay, in 10 ms: none."
_OUR_ID = 4
"In offers of ours; 1 to 3 are aiortc's."


class Extensions(rtp.HeaderExtensionsMap):
    """aiortc's header extensions, and that of the playout delay where `at_once` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.at_once = False
        self._id = 0

    def configure(self, parameters: Any) -> None:
        super().configure(parameters)
        self._id = next((each.id for each in parameters.headerExtensions if each.uri == URI), 0)

    def set(self, values: rtp.HeaderExtensions) -> tuple[int, bytes]:
        profile, value = super().set(values)
        if not self.at_once or not self._id:
            return profile, value
        others = rtp.unpack_header_extensions(profile, value)
        return rtp.pack_header_extensions([*others, (self._id, AT_ONCE)])


def install() -> None:
    """Lets offers and answers name the extension. Idempotent."""
    known = aiortc.codecs.HEADER_EXTENSIONS["video"]
    if all(each.uri != URI for each in known):
        known.append(RTCRtpHeaderExtensionParameters(id=_OUR_ID, uri=URI))
