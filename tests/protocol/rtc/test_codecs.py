"""The encoders and both codec threads, on real pictures."""

import threading

import av
import numpy as np
import pytest

from overglass_protocol.envelope import Envelope
from overglass_protocol.frame import Frame
from overglass_protocol.rtc.bitstream import is_h264_key
from overglass_protocol.rtc.decoder import MAX_BACKLOG, DecoderThread
from overglass_protocol.rtc.encoder import ENCODERS, Encoded, EncoderThread, H264Encoder
from overglass_protocol.rtc.jitter import AccessUnit


def picture(n: int, width: int = 128, height: int = 96) -> av.VideoFrame:
    """A textured picture that moves with `n`."""
    y, x = np.mgrid[0:height, 0:width]
    luma = (128 + 60 * np.sin((x + 3 * n) / 7) + 50 * np.sin(y / 5)).astype(np.uint8)
    chroma = np.full((height // 2, width), 128, np.uint8)
    return av.VideoFrame.from_ndarray(np.vstack([luma, chroma]), format="yuv420p")


class Collector:
    """Takes what a thread delivers and waits for it, with a bound."""

    def __init__(self) -> None:
        self.items: list[object] = []
        self._grown = threading.Condition()

    def __call__(self, item: object) -> None:
        with self._grown:
            self.items.append(item)
            self._grown.notify()

    def wait_for(self, count: int) -> list[object]:
        with self._grown:
            assert self._grown.wait_for(lambda: len(self.items) >= count, 10), f"only {len(self.items)} came"
            return self.items


@pytest.mark.parametrize("codec", ["H264", "VP8"])
def test_each_picture_comes_out_at_once_and_looks_like_itself(codec: str) -> None:
    frames = Collector()
    decoder = DecoderThread(codec, lambda unit: None, frames, lambda: None)
    encoder = ENCODERS[codec](128, 96, 30)
    for n in range(10):
        data = encoder.encode(picture(n), n * 3000, n == 0, 2_000_000)
        decoder.put(AccessUnit(data, n * 3000, 0.0, 0.0, n == 0))
        frame = frames.wait_for(n + 1)[n]
        assert isinstance(frame, Frame)
        assert frame.rtp_time == n * 3000
        difference = frame.picture.to_ndarray().astype(int) - picture(n).to_ndarray()
        assert np.abs(difference).mean() < 4
    decoder.close()
    decoder.join(5)


def test_the_bitrate_moves_without_a_key_frame() -> None:
    encoder = H264Encoder(128, 96, 30)
    rng = np.random.default_rng(3)

    def sizes(start: int, bitrate: int) -> list[bytes]:
        out = []
        for n in range(start, start + 60):
            pixels = rng.integers(110, 146, (144, 128), np.uint8)
            noisy = av.VideoFrame.from_ndarray(pixels, format="yuv420p")
            out.append(encoder.encode(noisy, n * 3000, n == 0, bitrate))
        return out

    high, low = sizes(0, 1_000_000), sizes(60, 250_000)
    assert not any(is_h264_key(unit) for unit in high[1:] + low)
    assert sum(map(len, low[20:])) < 0.5 * sum(map(len, high[20:]))


def test_a_key_frame_is_made_when_one_is_wanted_and_not_otherwise() -> None:
    encoded = Collector()
    thread = EncoderThread("H264", 30, lambda w, h: 500_000, encoded)
    for n in range(6):
        if n == 3:
            thread.want_key_frame()
        thread.slot.put(Frame(picture(n), Envelope(n, n / 30)))
        encoded.wait_for(n + 1)
    thread.close()
    thread.join(5)
    units = [item for item in encoded.items if isinstance(item, Encoded)]
    assert [is_h264_key(unit.data) for unit in units] == [True, False, False, True, False, False]
    assert [unit.frame.envelope.frame_id for unit in units if unit.frame.envelope] == list(range(6))


def test_a_picture_of_another_size_is_encoded_too() -> None:
    encoded = Collector()
    thread = EncoderThread("H264", 30, lambda w, h: 500_000, encoded)
    thread.slot.put(Frame(picture(0), Envelope(0, 0.0)))
    encoded.wait_for(1)
    thread.slot.put(Frame(picture(1, 64, 64), Envelope(1, 0.1)))
    encoded.wait_for(2)
    thread.close()
    thread.join(5)


def test_a_damaged_unit_is_counted_and_asks_for_help() -> None:
    frames, lost = Collector(), threading.Event()
    decoder = DecoderThread("H264", lambda unit: None, frames, lost.set)
    decoder.put(AccessUnit(b"\x00\x00\x01\x65garbage", 0, 0.0, 0.0, True))
    assert lost.wait(5)
    decoder.close()
    decoder.join(5)
    assert decoder.dropped["undecodable"] == 1


def test_a_decoder_that_falls_behind_drops_to_the_next_key_frame() -> None:
    entered, go_on = threading.Event(), threading.Event()
    frames: list[Frame] = []

    def slow(frame: Frame) -> None:
        frames.append(frame)
        entered.set()
        assert go_on.wait(10)

    lost = threading.Event()
    decoder = DecoderThread("H264", lambda unit: None, slow, lost.set)
    encoder = H264Encoder(128, 96, 30)
    first = encoder.encode(picture(0), 0, True, 500_000)
    decoder.put(AccessUnit(first, 0, 0.0, 0.0, True))
    assert entered.wait(10)
    for n in range(1, MAX_BACKLOG + 3):
        decoder.put(AccessUnit(encoder.encode(picture(n), n * 3000, False, 500_000), n * 3000, 0, 0, False))
    assert lost.is_set()
    assert decoder.dropped["decoder busy"] == MAX_BACKLOG + 2
    key = MAX_BACKLOG + 3
    decoder.put(AccessUnit(encoder.encode(picture(key), key * 3000, True, 500_000), key * 3000, 0, 0, True))
    go_on.set()
    decoder.put(AccessUnit(encoder.encode(picture(key), key * 3000 + 9, False, 500_000), 9, 0, 0, False))
    while len(frames) < 2:
        entered.clear()
        assert entered.wait(10)
    decoder.close()
    decoder.join(5)
    assert frames[1].rtp_time == key * 3000


def test_a_picture_that_came_in_keeps_its_time_with_and_without_an_envelope() -> None:
    encoded = Collector()
    encoder = EncoderThread("H264", 30.0, lambda width, height: 500_000, encoded)
    for n, envelope in enumerate([None, Envelope(1, 8.5), None]):
        encoder.slot.put(Frame(picture(n), envelope, rtp_time=3_000_000_000 + 3000 * n))
        encoded.wait_for(n + 1)
    encoder.close()
    encoder.join(5)
    times = [each.rtp_time for each in encoded.items if isinstance(each, Encoded)]
    assert [time - times[0] for time in times] == [0, 3000, 6000]
