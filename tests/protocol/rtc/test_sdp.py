"""Offers that strangers send, and answers as WHIP wants them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overglass_protocol.errors import UnusableOfferError
from overglass_protocol.rtc import Handlers, Peer, PeerSettings, sdp

LOOPBACK = PeerSettings(hosts=("127.0.0.1",))


@pytest.fixture
async def offer() -> str:
    peer = Peer(LOOPBACK, Handlers())
    text = await peer.offer()
    await peer.close()
    return text


async def test_our_own_offer_is_read(offer: str) -> None:
    read = sdp.read_offer(offer)
    assert (read.video, read.audio, read.data) == ("sendrecv", None, True)
    assert read.codecs == ("H264", "VP8")


@pytest.mark.parametrize("text", ["", "hi", "v=0", "v=0\r\nm=video 9 x", "v=0\r\n" + "a" * sdp.MAX_SIZE])
def test_what_is_no_offer_is_malformed_and_has_a_cure(text: str) -> None:
    with pytest.raises(UnusableOfferError) as caught:
        sdp.read_offer(text)
    assert caught.value.cure


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=400))
def test_any_text_is_an_offer_or_an_error_of_ours(text: str) -> None:
    with pytest.raises(UnusableOfferError):
        sdp.read_offer("v=0\r\n" + text)


async def test_an_offer_without_a_codec_of_ours_is_unusable_but_not_malformed(offer: str) -> None:
    text = offer.replace("H264/90000", "AV1/90000").replace("VP8/90000", "VP9/90000")
    with pytest.raises(UnusableOfferError, match="VP9") as caught:
        sdp.read_offer(text)
    assert not caught.value.malformed


async def test_an_offer_without_ice_credentials_or_fingerprint_is_malformed(offer: str) -> None:
    for missing in ("a=ice-pwd", "a=fingerprint"):
        text = "\r\n".join(line for line in offer.splitlines() if not line.startswith(missing)) + "\r\n"
        with pytest.raises(UnusableOfferError) as caught:
            sdp.read_offer(text)
        assert caught.value.malformed


async def test_two_videos_are_refused(offer: str) -> None:
    head, video = offer.split("m=video", 1)
    video = "m=video" + video.split("m=application", 1)[0]
    with pytest.raises(UnusableOfferError, match="2 video"):
        sdp.read_offer(head + video + video)


def test_the_answer_says_that_rtcp_is_multiplexed_only() -> None:
    mended = sdp.mend_answer("v=0\r\na=rtcp-mux\r\na=x\r\n")
    assert mended == "v=0\r\na=rtcp-mux\r\na=rtcp-mux-only\r\na=x\r\n"


def test_candidates_of_a_fragment_are_found_with_their_media() -> None:
    candidate = "1 1 udp 1 127.0.0.1 9 typ host"
    fragment = f"a=ice-ufrag:u\r\na=ice-pwd:p\r\nm=video 9 x\r\na=mid:0\r\na=candidate:{candidate}\r\n"
    assert sdp.candidates_of(fragment) == [("0", candidate)]
    assert sdp.credentials_of(fragment) == ("u", "p")
    with pytest.raises(UnusableOfferError):
        sdp.candidates_of("a=candidate:x\n" * 1000)
