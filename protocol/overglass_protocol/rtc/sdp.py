"""Session descriptions: what is checked before aiortc sees one, and what is mended after.

Text in, text out; opens nothing.
"""

import re
from dataclasses import dataclass

from aiortc import sdp as aiortc_sdp

from overglass_protocol.errors import UnusableOfferError

MAX_SIZE = 64 * 1024
MAX_CANDIDATES = 64
VIDEO_CODECS = ("H264", "VP8")
CANDIDATE_CURE = "Send a=mid and a=candidate lines as in RFC 8840."


@dataclass(frozen=True, slots=True)
class Offer:
    """What an offer asks for."""

    sdp: str
    video: str
    "Direction of the video as the offerer sees it: sendrecv, sendonly or recvonly."
    audio: str | None
    "Likewise of the sound; None without sound, or without Opus."
    data: bool
    codecs: tuple[str, ...]
    "Video codecs we could speak, in the offerer's order."
    first_mid: str
    "Of the section whose transport all share."


def read_offer(text: str) -> Offer:
    """Checks an offer. Raises UnusableOfferError, `malformed` when it is no session description at all."""
    description = _parse(text)
    video = [m for m in description.media if m.kind == "video"]
    audio = [m for m in description.media if m.kind == "audio"]
    if not video:
        raise UnusableOfferError(
            "the offer has no video", malformed=False, cure="Offer one video section (m=video)."
        )
    if len(video) > 1 or len(audio) > 1:
        raise UnusableOfferError(
            f"the offer has {len(video)} video and {len(audio)} audio sections",
            malformed=False,
            cure="Offer at most one of each.",
        )
    offered = tuple(dict.fromkeys(codec.name.upper() for codec in video[0].rtp.codecs))
    codecs = tuple(name for name in offered if name in VIDEO_CODECS)
    if not codecs:
        raise UnusableOfferError(
            f"none of the offered video codecs is spoken here ({', '.join(offered) or 'none'})",
            malformed=False,
            cure=f"Offer one of: {', '.join(VIDEO_CODECS)}.",
        )
    direction = video[0].direction or "sendrecv"
    if direction == "inactive":
        raise UnusableOfferError(
            "the offered video is inactive", malformed=False, cure="Offer it sendrecv or sendonly."
        )
    data = any(m.kind == "application" for m in description.media)
    first_mid = description.media[0].rtp.muxId
    return Offer(text, direction, _sound_direction(audio), data, codecs, first_mid)


def mend_answer(text: str) -> str:
    """The answer as WHIP wants it: `a=rtcp-mux-only` beside each `a=rtcp-mux` (RFC 8858)."""
    return re.sub(r"^a=rtcp-mux\r?$", "a=rtcp-mux\r\na=rtcp-mux-only\r", text, flags=re.MULTILINE)


def candidates_of(fragment: str) -> list[tuple[str | None, str]]:
    """The candidates of a trickle fragment (RFC 8840): (media id, candidate attribute)."""
    if len(fragment) > MAX_SIZE:
        raise UnusableOfferError("the fragment is too long", malformed=True, cure=CANDIDATE_CURE)
    mid, found = None, []
    for line in fragment.splitlines():
        if line.startswith("a=mid:"):
            mid = line.removeprefix("a=mid:").strip()
        elif line.startswith("a=candidate:"):
            found.append((mid, line.removeprefix("a=candidate:").strip()))
    if len(found) > MAX_CANDIDATES:
        raise UnusableOfferError("the fragment has too many candidates", malformed=True, cure=CANDIDATE_CURE)
    return found


def credentials_of(text: str) -> tuple[str, str] | None:
    """The ICE user name fragment and password in a description or fragment, if it has both."""
    user = re.search(r"^a=ice-ufrag:(\S+)", text, re.MULTILINE)
    password = re.search(r"^a=ice-pwd:(\S+)", text, re.MULTILINE)
    return (user[1], password[1]) if user and password else None


def _sound_direction(audio: list[aiortc_sdp.MediaDescription]) -> str | None:
    spoken = [m for m in audio if any(codec.name.lower() == "opus" for codec in m.rtp.codecs)]
    return (spoken[0].direction or "sendrecv") if spoken else None


def _parse(text: str) -> aiortc_sdp.SessionDescription:
    cure = "Send an SDP offer as RTCPeerConnection.createOffer() makes it."
    if len(text) > MAX_SIZE:
        raise UnusableOfferError(f"an offer of {len(text)} characters is too long", malformed=True, cure=cure)
    if not text.startswith("v=0"):
        raise UnusableOfferError("this is no session description", malformed=True, cure=cure)
    try:
        description = aiortc_sdp.SessionDescription.parse(text)
    except (ValueError, AssertionError, IndexError, KeyError, AttributeError, TypeError) as error:
        raise UnusableOfferError(
            f"the session description cannot be read: {error or type(error).__name__}",
            malformed=True,
            cure=cure,
        ) from error
    for media in description.media:
        credentials = media.ice and media.ice.usernameFragment and media.ice.password
        if not credentials or not media.dtls or not media.dtls.fingerprints:
            raise UnusableOfferError(
                "a media section lacks ICE credentials or a DTLS fingerprint", malformed=True, cure=cure
            )
        if len(media.ice_candidates) > MAX_CANDIDATES:
            raise UnusableOfferError("the offer has too many candidates", malformed=True, cure=cure)
    return description
