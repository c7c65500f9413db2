"""Sound over real WebRTC on loopback: packets pass untouched, with the time of their capture."""

import asyncio
import itertools
import re
import time

import pytest

from overglass_protocol.rtc import SOUND_RATE, Handlers, Peer, PeerSettings, SoundPacket, sdp
from overglass_protocol.rtc.sound import OUTBOX, SoundSender

SETTINGS = PeerSettings(hosts=("127.0.0.1",))
LATE = 0.25
"Seconds between capture and sending, in these tests."


async def heard(offered: str, *, sends_sound: bool, speaker: str) -> list[tuple[SoundPacket, float]]:
    """What one end hears while the other speaks."""
    got: list[tuple[SoundPacket, float]] = []
    enough = asyncio.Event()

    def hear(packet: SoundPacket, captured: float) -> None:
        got.append((packet, captured))
        if len(got) >= 20:
            enough.set()

    offering, answering = Peer(SETTINGS, Handlers(sound=hear)), Peer(SETTINGS, Handlers(sound=hear))
    try:
        offer = sdp.read_offer(await offering.offer(sound=offered))
        await offering.accept(await answering.answer(offer, sends_sound=sends_sound))
        await offering.connected(10)
        await answering.connected(10)
        speaking = offering if speaker == "offering" else answering
        async with asyncio.timeout(15):
            n = 0
            while not enough.is_set():
                captured = time.monotonic() - LATE
                packet = SoundPacket(b"opus" + n.to_bytes(2, "big"), int(captured * SOUND_RATE), n)
                speaking.send_sound(packet, captured)
                n += 1
                await asyncio.sleep(0.002)
    finally:
        await offering.close()
        await answering.close()
    return got


@pytest.mark.parametrize(
    ("offered", "sends_sound", "speaker"),
    [("sendonly", False, "offering"), ("recvonly", True, "answering")],
)
async def test_packets_pass_untouched_and_in_order(offered: str, sends_sound: bool, speaker: str) -> None:
    got = await heard(offered, sends_sound=sends_sound, speaker=speaker)
    packets = [packet for packet, _ in got]
    first = int.from_bytes(packets[0].data[4:], "big")
    assert [packet.data for packet in packets] == [
        b"opus" + (first + n).to_bytes(2, "big") for n in range(len(packets))
    ]
    assert [packet.sequence - packets[0].sequence for packet in packets] == list(range(len(packets)))
    assert all(a.rtp_time < b.rtp_time for a, b in itertools.pairwise(packets))


async def test_sound_that_nobody_takes_is_declined() -> None:
    offering, answering = Peer(SETTINGS, Handlers()), Peer(SETTINGS, Handlers())
    try:
        offer = sdp.read_offer(await offering.offer(sound="recvonly"))
        answer = await answering.answer(offer)
        audio = answer[answer.index("m=audio") :].split("m=")[1]
        assert "a=inactive" in audio
        await offering.accept(answer)
        answering.send_sound(SoundPacket(b"x", 0, 0))
    finally:
        await offering.close()
        await answering.close()


async def test_a_transport_that_stalls_costs_packets_and_no_memory() -> None:
    class Transport:
        state = "new"

    sender = SoundSender("audio", Transport())
    for n in range(OUTBOX + 7):
        sender.send_packet(SoundPacket(b"x", n, n))
    assert sender._outbox.qsize() == OUTBOX


async def test_opus_goes_out_as_opus_whatever_an_offer_prefers() -> None:
    heard: list[bytes] = []
    enough = asyncio.Event()

    def hear(packet: SoundPacket, captured: float) -> None:
        heard.append(packet.data)
        enough.set()

    offering, answering = Peer(SETTINGS, Handlers(sound=hear)), Peer(SETTINGS, Handlers())
    try:
        offer = await offering.offer(sound="recvonly")
        line = re.search(r"(m=audio \d+ \S+) (\d+)", offer)
        assert line is not None
        opus = f"a=rtpmap:{line[2]}"
        pcmu_first = offer.replace(line[0], f"{line[1]} 0 {line[2]}")
        pcmu_first = pcmu_first.replace(opus, f"a=rtpmap:0 PCMU/8000\r\n{opus}")
        await offering.accept(await answering.answer(sdp.read_offer(pcmu_first), sends_sound=True))
        await answering.connected(10)
        async with asyncio.timeout(15):
            n = 0
            while not enough.is_set():
                answering.send_sound(SoundPacket(b"opus", n * 960, n))
                n += 1
                await asyncio.sleep(0.005)
    finally:
        await offering.close()
        await answering.close()
    assert set(heard) == {b"opus"}
