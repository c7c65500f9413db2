"""Two peers over real WebRTC on loopback."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from aiortc.rtcdtlstransport import RTCCertificate, generate_certificate
from aiortc.rtp import RtcpReceiverInfo
from cryptography.hazmat.primitives.asymmetric import rsa

from overglass_protocol import stamps
from overglass_protocol.envelope import Envelope
from overglass_protocol.errors import PeerError, UnusableOfferError
from overglass_protocol.events import Outgoing
from overglass_protocol.frame import Frame
from overglass_protocol.rtc import Handlers, Peer, PeerSettings, sdp
from overglass_protocol.stamps import FrameStamp
from tests.protocol.rtc.test_codecs import picture

HOSTS = ("127.0.0.1",)


@dataclass
class End:
    """A peer and all it told."""

    settings: PeerSettings
    frames: list[Frame] = field(default_factory=list)
    messages: list[str | bytes] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        loop = asyncio.get_running_loop()

        def on_frame(frame: Frame) -> None:
            self.frames.append(frame)
            loop.call_soon_threadsafe(self.changed.set)

        def on_message(data: str | bytes) -> None:
            self.messages.append(data)
            self.changed.set()

        def on_lost(reason: str) -> None:
            self.lost.append(reason)
            self.changed.set()

        def on_stamp(data: bytes) -> None:
            stamp = stamps.decode(data)
            assert isinstance(stamp, FrameStamp)
            self.peer.keep_envelope(stamp)

        self.peer = Peer(
            self.settings, Handlers(frame=on_frame, message=on_message, lost=on_lost, stamp=on_stamp)
        )

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(15):
            while not condition():
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def pair(
    codecs: tuple[str, ...] = ("H264", "VP8"), mend: Callable[[str], str] = str
) -> AsyncIterator[tuple[End, End]]:
    """Two connected ends; `mend` may change the offer on its way."""
    settings = PeerSettings(hosts=HOSTS, codecs=codecs)
    edge, cloud = End(settings), End(settings)
    try:
        offer = mend(await edge.peer.offer())
        await edge.peer.accept(await cloud.peer.answer(sdp.read_offer(offer)))
        await edge.peer.connected(10)
        await cloud.peer.connected(10)
        yield edge, cloud
    finally:
        await edge.peer.close()
        await cloud.peer.close()


async def send_until_seen(sender: End, receiver: End, count: int = 5, stamped: bool = False) -> None:
    """Sends pictures, each after the one before has arrived, or after a while if that one was lost.

    `stamped`: counts only those that came with an envelope.
    """

    def seen() -> int:
        return sum(frame.envelope is not None or not stamped for frame in receiver.frames)

    for n in range(200):
        before = len(receiver.frames)
        sender.peer.send(Frame(picture(n), Envelope(n, n / 30)))
        with suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                await receiver.until(lambda before=before: len(receiver.frames) > before)  # type: ignore[misc]
        if seen() >= count:
            return
    raise AssertionError(f"only {seen()} frames of {count} came")


@pytest.mark.parametrize("codec", ["H264", "VP8"])
async def test_pictures_arrive_with_their_envelopes(codec: str) -> None:
    async with pair((codec,)) as (edge, cloud):
        await send_until_seen(edge, cloud, stamped=True)
        # Envelopes beside the picture need their channel to be open first; in the picture they need nothing.
        stamped = [frame for frame in cloud.frames if frame.envelope is not None]
        assert codec == "VP8" or stamped == cloud.frames
        for frame in stamped:
            assert frame.envelope is not None
            expected = picture(frame.envelope.frame_id).to_ndarray()
            assert np.abs(frame.picture.to_ndarray().astype(int) - expected).mean() < 6
            assert 0 < frame.arrived <= frame.decoded
        assert cloud.peer.statistics().codec == codec


async def test_a_single_picture_arrives_although_no_other_follows() -> None:
    async with pair() as (edge, cloud):
        await send_until_seen(edge, cloud, count=1)


async def test_words_said_before_the_channel_opens_arrive_in_order() -> None:
    settings = PeerSettings(hosts=HOSTS)
    edge, cloud = End(settings), End(settings)
    offer = await edge.peer.offer()
    for word in ("one", "two"):
        edge.peer.say(Outgoing("control", word))
    await edge.peer.accept(await cloud.peer.answer(sdp.read_offer(offer)))
    await cloud.until(lambda: len(cloud.messages) == 2)
    assert cloud.messages == ["one", "two"]
    await edge.peer.close()
    await cloud.peer.close()


async def test_the_end_of_one_is_the_loss_of_the_other() -> None:
    async with pair() as (edge, cloud):
        await send_until_seen(edge, cloud, count=1)
        await edge.peer.close()
        await cloud.until(lambda: cloud.lost)
        assert not edge.lost


async def test_an_offer_of_vp8_alone_is_answered_with_vp8() -> None:
    async with pair(("VP8",)) as (edge, cloud):
        await send_until_seen(edge, cloud, count=1)
        assert edge.peer.statistics().codec == "VP8"


async def test_retransmissions_are_understood_when_the_offer_names_one_stream_only() -> None:
    def one_ssrc(offer: str) -> str:
        lines, seen = [], set()
        for line in offer.splitlines():
            if line.startswith("a=ssrc-group"):
                continue
            found = re.match(r"a=ssrc:(\d+)", line)
            if found:
                seen.add(found[1])
                if len(seen) > 1:
                    continue
            lines.append(line)
        return "\r\n".join(lines) + "\r\n"

    async with pair(mend=one_ssrc) as (edge, cloud):
        sender = edge.peer._video._sender
        assert sender is not None
        transport: Any = sender.transport
        original = transport._send_rtp
        dropped: list[bytes] = []

        async def lossy(data: bytes) -> None:
            is_media = (
                len(data) > 200 and not 192 <= data[1] <= 208 and data[1] & 0x7F == sender._payload_type
            )
            if is_media and len(dropped) < 5:
                dropped.append(data)
                return
            await original(data)

        transport._send_rtp = lossy
        await send_until_seen(edge, cloud, count=5)
        assert dropped
        assert sender.retransmitted > 0 or cloud.peer.statistics().dropped


async def test_the_answer_lets_the_offerer_start_the_handshake_and_is_rtcp_mux_only() -> None:
    settings = PeerSettings(hosts=HOSTS)
    edge, cloud = End(settings), End(settings)
    answer = await cloud.peer.answer(sdp.read_offer(await edge.peer.offer()))
    assert "a=setup:passive" in answer
    assert "a=rtcp-mux-only" in answer
    assert all(" 127.0.0.1 " in line for line in answer.splitlines() if "typ host" in line)
    assert "typ host" in answer
    await edge.peer.close()
    await cloud.peer.close()


async def test_a_peer_with_an_rsa_certificate_is_connected() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    settings = PeerSettings(hosts=HOSTS)
    edge, cloud = End(settings), End(settings)
    connection: Any = edge.peer._connection
    certificate = generate_certificate(key)  # type: ignore[arg-type]
    connection._RTCPeerConnection__certificates[:] = [RTCCertificate(key, certificate)]  # type: ignore[arg-type]
    await edge.peer.accept(await cloud.peer.answer(sdp.read_offer(await edge.peer.offer())))
    await edge.peer.connected(10)
    await cloud.peer.connected(10)
    await edge.peer.close()
    await cloud.peer.close()


async def test_no_connection_in_time_is_an_error_with_a_cure() -> None:
    edge = End(PeerSettings(hosts=HOSTS))
    await edge.peer.offer()
    with pytest.raises(PeerError, match="UDP"):
        await edge.peer.connected(0.01)
    await edge.peer.close()
    await edge.peer.close()


async def test_an_answer_or_candidate_that_makes_no_sense_is_an_error_of_ours() -> None:
    edge = End(PeerSettings(hosts=HOSTS))
    await edge.peer.offer()
    with pytest.raises(PeerError):
        await edge.peer.accept("nonsense")
    with pytest.raises(UnusableOfferError):
        await edge.peer.add_candidates("a=candidate:nonsense")
    await edge.peer.close()


async def test_a_path_that_loses_packets_gets_each_twice_unless_it_is_congested() -> None:
    async with pair() as (edge, cloud):
        await send_until_seen(edge, cloud, count=3)
        sender = edge.peer._video._sender
        assert sender is not None

        def report(fraction: float) -> None:
            lost = round(fraction * 256)
            sender._on_report(RtcpReceiverInfo(sender._ssrc, lost, 0, 0, jitter=0, lsr=1, dlsr=0))

        report(0.0)
        assert not sender.repeating
        report(0.02)
        assert sender.repeating
        await send_until_seen(edge, cloud, count=len(cloud.frames) + 5)
        async with asyncio.timeout(10):
            while not sender.repeated:  # noqa: ASYNC110 - a copy has no event of its own
                await asyncio.sleep(0)
        report(0.5)
        assert not sender.repeating


@pytest.mark.parametrize(
    "order", [("audio", "video"), ("application", "video", "audio"), ("audio", "application", "video")]
)
async def test_whatever_an_offer_begins_with_pictures_come(order: tuple[str, ...]) -> None:
    """Browsers and FFmpeg each have an order of their own."""
    edge, cloud = End(PeerSettings(hosts=HOSTS)), End(PeerSettings(hosts=HOSTS))
    try:
        offer = await edge.peer.offer(sound="sendonly", channels="application" in order)
        head, *sections = re.split(r"(?=^m=)", offer, flags=re.MULTILINE)
        by_kind = {section[2:].split(" ")[0]: section for section in sections}
        mids = " ".join(re.findall(r"a=mid:(\S+)", "".join(by_kind[kind] for kind in order)))
        head = re.sub(r"a=group:BUNDLE .*\r", f"a=group:BUNDLE {mids}\r", head)
        answer = await cloud.peer.answer(sdp.read_offer(head + "".join(by_kind[kind] for kind in order)))
        head, *sections = re.split(r"(?=^m=)", answer, flags=re.MULTILINE)
        assert all("a=candidate:" in section for section in sections)
        by_kind = {section[2:].split(" ")[0]: section for section in sections}
        mids = " ".join(re.findall(r"a=mid:(\S+)", offer))
        head = re.sub(r"a=group:BUNDLE .*\r", f"a=group:BUNDLE {mids}\r", head)
        first = list(re.findall(r"^m=(\w+)", offer, flags=re.MULTILINE))
        await edge.peer.accept(head + "".join(by_kind[kind] for kind in first))
        await edge.peer.connected(10)
        await send_until_seen(edge, cloud)
    finally:
        await edge.peer.close()
        await cloud.peer.close()
