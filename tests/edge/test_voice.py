"""A camera's sound as packets of Opus, and the time of each."""

import threading
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from overglass_edge.sources import Captured
from overglass_edge.voice import BACKLOG, FRAME, Voice
from overglass_protocol.rtc import SOUND_RATE, SoundPacket
from tests.edge.clips import WALK
from tests.end_to_end.sync import decoded, envelope, flashes_and_beeps, onsets


def captures(clip: Path, start: float) -> tuple[av.AudioStream, list[Captured], av.container.InputContainer]:
    """A clip's pictures with the sound due up to each, as if captured from `start` on."""
    source = av.open(str(clip))
    sound: list[Any] = []
    found = []
    for packet in source.demux(source.streams.video[0], source.streams.audio[0]):
        if packet.dts is None:
            continue
        if packet.stream.type == "audio":
            sound.append(packet)
            continue
        picture = av.VideoFrame(64, 48, "yuv420p")
        picture.pts, picture.time_base = packet.pts, packet.time_base
        found.append(
            Captured(picture, start + float((packet.pts or 0) * (packet.time_base or 0)), None, tuple(sound))
        )
        sound = []
    return source.streams.audio[0], found, source


def spoken(clip: Path, start: float = 100.0) -> list[tuple[SoundPacket, float]]:
    template, shots, source = captures(clip, start)
    out: list[tuple[SoundPacket, float]] = []
    with source, Voice(template, lambda packet, at: out.append((packet, at))) as voice:
        for shot in shots:
            while voice._backlog.qsize() > BACKLOG // 2:
                time.sleep(0.001)
            voice.take(shot)
    assert not voice.dropped
    return out


def test_a_beep_is_heard_when_its_flash_was_captured(tmp_path: Path) -> None:
    out = spoken(flashes_and_beeps(tmp_path / "clip.mkv", seconds=4))
    times, samples = decoded(out)
    assert onsets(envelope(samples) > 0.1, times) == pytest.approx([100.5, 101.5, 102.5, 103.5], abs=0.01)
    steps = np.diff([packet.rtp_time for packet, _ in out])
    assert set(steps) == {FRAME}
    assert [packet.sequence for packet, _ in out] == list(range(len(out)))
    assert all(at == packet.rtp_time / SOUND_RATE for packet, at in out)


@pytest.mark.skipif(not WALK.exists(), reason=f"needs {WALK.name}")
def test_aac_becomes_opus_of_the_same_length() -> None:
    out = spoken(WALK)
    seconds = (out[-1][0].rtp_time - out[0][0].rtp_time) / SOUND_RATE
    assert seconds == pytest.approx(10.5, abs=0.3)
    assert np.abs(decoded(out)[1]).max() > 0.01


def test_a_thread_that_falls_behind_costs_sound_and_nothing_else(tmp_path: Path) -> None:
    template, shots, source = captures(flashes_and_beeps(tmp_path / "clip.mkv", seconds=8), 0.0)
    held = threading.Event()
    with source:
        with Voice(template, lambda packet, at: (held.wait(10), None)[1]) as voice:
            for shot in shots:
                voice.take(shot)
            held.set()
        assert voice.dropped["sound: encoder busy"] > 0


def test_sound_that_is_no_sound_is_counted(tmp_path: Path) -> None:
    template, shots, source = captures(flashes_and_beeps(tmp_path / "clip.mkv", seconds=1), 0.0)
    with source, Voice(template, lambda packet, at: None) as voice:
        bad = av.Packet(b"")
        bad.pts, bad.time_base = 0, Fraction(1, 1000)
        voice.take(Captured(shots[0].picture, 0.0, None, (bad,)))  # type: ignore[arg-type]
        voice.take(shots[5])


def test_an_empty_packet_costs_no_sound_after_it(tmp_path: Path) -> None:
    template, shots, source = captures(flashes_and_beeps(tmp_path / "clip.mkv", seconds=1), 0.0)
    out: list[SoundPacket] = []
    with source, Voice(template, lambda packet, at: out.append(packet)) as voice:
        empty = av.Packet(b"")
        empty.pts, empty.time_base = 0, Fraction(1, 1000)
        voice.take(Captured(shots[0].picture, 0.0, None, (empty,)))  # type: ignore[arg-type]
        for shot in shots:
            voice.take(shot)
    assert voice.dropped == {"sound: undecodable": 1}
    assert out


def test_whatever_goes_wrong_in_the_thread_leaving_does_not_hang(tmp_path: Path) -> None:
    template, shots, source = captures(flashes_and_beeps(tmp_path / "clip.mkv", seconds=8), 0.0)

    def broken(packet: SoundPacket, at: float) -> None:
        raise RuntimeError("the connection has gone")

    def speak() -> None:
        with Voice(template, broken) as voice:
            for _ in range(3):
                for shot in shots:
                    voice.take(shot)
        left.set()

    left = threading.Event()
    with source:
        threading.Thread(target=speak, daemon=True).start()
        assert left.wait(20)


def test_leaving_does_not_wait_for_a_receiver_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template, shots, source = captures(flashes_and_beeps(tmp_path / "clip.mkv", seconds=8), 0.0)
    monkeypatch.setattr("overglass_edge.voice.LEAVE", 0.1)
    reached, held, left = threading.Event(), threading.Event(), threading.Event()

    def hang(packet: SoundPacket, at: float) -> None:
        reached.set()
        held.wait(30)

    def speak() -> None:
        with Voice(template, hang) as voice:
            for shot in shots:
                voice.take(shot)
            reached.wait(10)
            while not voice._backlog.full():
                for shot in shots:
                    voice.take(shot)
        left.set()

    with source:
        threading.Thread(target=speak, daemon=True).start()
        assert left.wait(10)
        held.set()
