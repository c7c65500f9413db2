"""The jitter buffer, packet by packet, on a clock that is an argument."""

import random
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from overglass_protocol.rtc.jitter import (
    KEY_FRAME_EVERY,
    MAX_PATIENCE,
    MIN_PATIENCE,
    AccessUnit,
    JitterBuffer,
)


def is_key(data: bytes) -> bool:
    return data.startswith(b"K")


class Stream:
    """Makes packets: frames of `parts` packets each, the first a key frame."""

    def __init__(self, sequence: int = 0, rtp_time: int = 0) -> None:
        self.sequence = sequence
        self.rtp_time = rtp_time
        self.count = 0

    def frame(self, parts: int = 3, key: bool | None = None) -> list[tuple[int, int, bool, bytes]]:
        is_key_frame = self.count == 0 if key is None else key
        packets = []
        for part in range(parts):
            head = b"K" if is_key_frame else b"p"
            data = head + f"{self.count}".encode() if part == 0 else b"."
            packets.append((self.sequence, self.rtp_time, part == parts - 1, data))
            self.sequence = (self.sequence + 1) & 0xFFFF
        self.rtp_time = (self.rtp_time + 3000) & 0xFFFFFFFF
        self.count += 1
        return packets


def feed(
    buffer: JitterBuffer, packets: list[tuple[int, int, bool, bytes]], now: float = 0.0
) -> list[AccessUnit]:
    return [unit for packet in packets for unit in buffer.add(*packet, now)]


def names(units: list[AccessUnit]) -> list[str]:
    return [unit.data.decode().rstrip(".") for unit in units]


def test_a_frame_leaves_with_its_marker_packet_not_with_the_next_frame() -> None:
    buffer, stream = JitterBuffer(is_key), Stream()
    first = stream.frame()
    assert feed(buffer, first[:2]) == []
    assert names(feed(buffer, first[2:])) == ["K0"]


def test_a_sender_without_markers_is_cut_at_the_next_timestamp() -> None:
    buffer, stream = JitterBuffer(is_key), Stream()
    unmarked = [(s, t, False, d) for _ in range(3) for s, t, _, d in stream.frame()]
    assert names(feed(buffer, unmarked)) == ["K0", "p1"]


def test_sequence_numbers_and_timestamps_may_wrap() -> None:
    buffer, stream = JitterBuffer(is_key), Stream(sequence=65533, rtp_time=2**32 - 1500)
    units = feed(buffer, [packet for _ in range(4) for packet in stream.frame()])
    assert names(units) == ["K0", "p1", "p2", "p3"]
    assert [unit.rtp_time - units[0].rtp_time for unit in units] == [0, 3000, 6000, 9000]


def test_a_hole_is_asked_for_at_once_and_again_after_a_round_trip() -> None:
    buffer, stream = JitterBuffer(is_key), Stream()
    buffer.round_trip = 0.040
    packets = stream.frame() + stream.frame()
    feed(buffer, packets[:3] + packets[4:5], now=1.0)
    assert buffer.to_request(1.0) == [3]
    assert buffer.to_request(1.02) == []
    assert buffer.to_request(1.06) == [3]


def test_a_retransmission_releases_all_that_waited_for_it_in_order() -> None:
    buffer, stream = JitterBuffer(is_key), Stream()
    first, second, third = stream.frame(), stream.frame(), stream.frame()
    feed(buffer, first)
    assert feed(buffer, second[1:] + third, now=0.01) == []
    buffer.to_request(0.01)
    units = feed(buffer, second[:1], now=0.05)
    assert names(units) == ["p1", "p2"]
    assert units[0].arrived == 0.01
    assert units[0].completed == 0.05
    assert buffer.deadline() is None


def test_the_round_trip_is_learnt_from_a_retransmission() -> None:
    buffer, stream = JitterBuffer(is_key), Stream()
    buffer.round_trip = 0.060
    packets = stream.frame(5)
    feed(buffer, packets[:1] + packets[2:], now=0.0)
    buffer.to_request(0.0)
    feed(buffer, packets[1:2], now=0.100)
    assert 0.060 < buffer.round_trip < 0.100


def test_a_hole_is_given_up_after_patience_and_a_key_frame_is_wanted() -> None:
    buffer, stream = JitterBuffer(is_key), Stream()
    buffer.round_trip = 0.010
    feed(buffer, stream.frame())
    assert not buffer.key_frame_wanted(0.0)
    feed(buffer, stream.frame()[1:] + stream.frame(), now=0.0)
    assert buffer.poll(MIN_PATIENCE - 0.001) == []
    assert not buffer.key_frame_wanted(MIN_PATIENCE - 0.001)
    assert buffer.poll(MIN_PATIENCE) == []
    assert buffer.key_frame_wanted(MIN_PATIENCE)
    assert not buffer.key_frame_wanted(MIN_PATIENCE + 0.01)
    assert buffer.key_frame_wanted(MIN_PATIENCE + KEY_FRAME_EVERY)
    assert names(feed(buffer, stream.frame(), now=0.2)) == []
    assert names(feed(buffer, stream.frame(key=True) + stream.frame(), now=0.3)) == ["K4", "p5"]
    assert not buffer.key_frame_wanted(1.0)


def test_patience_follows_the_round_trip() -> None:
    buffer, stream = JitterBuffer(is_key), Stream()
    buffer.round_trip = 0.200
    feed(buffer, stream.frame())
    feed(buffer, stream.frame()[1:], now=0.0)
    buffer.poll(0.3)
    assert not buffer.key_frame_wanted(0.3)
    buffer.poll(0.5)
    assert buffer.key_frame_wanted(0.5)


def test_a_whole_key_frame_behind_a_hole_ends_the_wait_at_once() -> None:
    buffer, stream = JitterBuffer(is_key), Stream()
    feed(buffer, stream.frame())
    feed(buffer, stream.frame()[:2] + stream.frame())
    assert names(feed(buffer, stream.frame(key=True))) == ["K3"]
    assert buffer.to_request(0.0) == []


def test_a_stream_that_begins_with_its_key_frame_is_not_asked_for_another() -> None:
    buffer, stream = JitterBuffer(is_key), Stream()
    first = stream.frame()
    feed(buffer, first[:1])
    assert not buffer.key_frame_wanted(0.0)
    assert buffer.deadline() is None
    feed(buffer, first[1:])
    assert not buffer.key_frame_wanted(1.0)


def test_a_stream_that_begins_in_the_middle_waits_for_its_first_key_frame() -> None:
    buffer, stream = JitterBuffer(is_key), Stream()
    stream.frame()
    assert feed(buffer, stream.frame()) == []
    assert buffer.key_frame_wanted(0.0)
    assert names(feed(buffer, stream.frame(key=True))) == ["K2"]


def test_packets_out_of_order_at_the_very_start_are_put_in_order() -> None:
    buffer, stream = JitterBuffer(is_key), Stream(sequence=100)
    a, b, c = stream.frame()
    assert names(feed(buffer, [b, a, c])) == ["K0"]


def test_a_first_frame_whose_end_came_first_is_asked_for_again() -> None:
    buffer, stream = JitterBuffer(is_key), Stream(sequence=100)
    a, b, c = stream.frame()
    assert feed(buffer, [c, a, b]) == []
    assert buffer.to_request(0.0) == [102]
    assert names(feed(buffer, [c])) == ["K0"]


def test_duplicates_and_latecomers_are_counted_and_harmless() -> None:
    buffer, stream = JitterBuffer(is_key), Stream()
    first, second = stream.frame(), stream.frame()
    feed(buffer, first + second[:1] + second[:1])
    feed(buffer, first)
    assert buffer.useless["duplicate"] == 1
    assert buffer.useless["late"] == 3


def test_a_restarted_stream_is_followed() -> None:
    buffer, stream = JitterBuffer(is_key), Stream(sequence=10)
    feed(buffer, stream.frame())
    again = Stream(sequence=30_000, rtp_time=7)
    assert names(feed(buffer, again.frame() + again.frame())) == ["K0", "p1"]
    assert buffer.dropped["restart"] == 1


def test_an_endless_frame_does_not_fill_the_memory() -> None:
    buffer, stream = JitterBuffer(is_key), Stream()
    endless = stream.frame(20_000)
    feed(buffer, endless[:-1])
    assert len(buffer._held) < 5_000
    assert buffer.dropped["oversized"] > 0


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 0.3))
def test_under_loss_and_reordering_units_come_in_order_whole_and_never_twice(seed: int, loss: float) -> None:
    rng = random.Random(seed)
    buffer, stream = JitterBuffer(is_key), Stream(sequence=rng.randrange(65536))
    out: list[AccessUnit] = []
    arrivals = []
    for index in range(60):
        key = index == 0 or rng.random() < 0.1
        for packet in stream.frame(rng.randint(1, 6), key=key):
            if rng.random() >= loss:
                arrivals.append((index / 30 + rng.random() * 0.01, packet))
            elif rng.random() >= loss:
                arrivals.append((index / 30 + 0.06 + rng.random() * 0.05, packet))
    for now, packet in sorted(arrivals):
        out += buffer.poll(now)
        buffer.to_request(now)
        out += buffer.add(*packet, now)
    numbers = [int(unit.data[1:].rstrip(b".")) for unit in out]
    assert numbers == sorted(set(numbers))
    assert out or loss > 0
    after_gap = [unit for unit, (a, b) in zip(out[1:], pairwise(numbers), strict=False) if b != a + 1]
    assert all(unit.key for unit in after_gap)


def test_a_hole_of_a_sender_without_key_frames_on_request_is_waited_for_as_long_as_can_be_borne() -> None:
    for patient, gives_up_at in ((False, MIN_PATIENCE), (True, MAX_PATIENCE)):
        buffer, stream = JitterBuffer(is_key, patient=patient), Stream()
        buffer.round_trip = 0.01
        feed(buffer, stream.frame(), now=0.0)
        feed(buffer, stream.frame()[1:], now=1.0)
        buffer.poll(1.0 + gives_up_at - 0.01)
        assert buffer.dropped["incomplete"] == 0
        buffer.poll(1.0 + gives_up_at)
        assert buffer.dropped["incomplete"] == 1


def test_the_gap_of_an_outage_is_not_asked_for_packet_by_packet_and_a_key_frame_ends_it() -> None:
    stream, buffer = Stream(), JitterBuffer(is_key)
    for packet in stream.frame():
        buffer.add(*packet, 0.0)
    for _ in range(100):
        stream.frame()
    for packet in stream.frame():
        buffer.add(*packet, 3.4)
    assert buffer.to_request(3.4) == []
    assert buffer.key_frame_wanted(3.4)
    units = [unit for packet in stream.frame(key=True) for unit in buffer.add(*packet, 3.45)]
    assert [unit.key for unit in units] == [True]
    assert buffer.at_ease


def test_a_gap_that_repeats_can_fill_is_asked_for() -> None:
    stream, buffer = Stream(), JitterBuffer(is_key)
    for packet in stream.frame():
        buffer.add(*packet, 0.0)
    missing = [packet[0] for _ in range(20) for packet in stream.frame()]
    for packet in stream.frame():
        buffer.add(*packet, 0.7)
    assert buffer.to_request(0.7) == missing
    assert not buffer.key_frame_wanted(0.7)
