"""The header extension that tells a browser not to hold pictures back."""

from types import SimpleNamespace

import pytest
from aiortc import rtp
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters

from overglass_protocol.rtc.playout import AT_ONCE, URI, Extensions

MID = RTCRtpHeaderExtensionParameters(id=1, uri="urn:ietf:params:rtp-hdrext:sdes:mid")
OURS = RTCRtpHeaderExtensionParameters(id=6, uri=URI)


def sent(extensions: Extensions, *negotiated: RTCRtpHeaderExtensionParameters) -> list[tuple[int, bytes]]:
    """What a packet carries when these have been negotiated."""
    extensions.configure(SimpleNamespace(headerExtensions=negotiated))
    return rtp.unpack_header_extensions(*extensions.set(rtp.HeaderExtensions(mid="0")))


def test_pictures_to_be_shown_at_once_say_so_beside_what_else_is_said() -> None:
    extensions = Extensions()
    extensions.at_once = True
    assert sent(extensions, MID, OURS) == [(1, b"0"), (6, AT_ONCE)]


@pytest.mark.parametrize(("at_once", "negotiated"), [(False, (MID, OURS)), (True, (MID,))])
def test_it_is_not_said_where_nobody_wants_it_or_knows_it(
    at_once: bool, negotiated: tuple[RTCRtpHeaderExtensionParameters, ...]
) -> None:
    extensions = Extensions()
    extensions.at_once = at_once
    assert sent(extensions, *negotiated) == [(1, b"0")]
