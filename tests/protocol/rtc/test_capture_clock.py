"""Sound and picture on one clock, from what their senders say and when their packets come."""

import pytest

from overglass_protocol.rtc.capture_clock import CaptureClock

VIDEO, SOUND = 90_000, 48_000


def test_a_stream_that_never_came_was_captured_at_no_time() -> None:
    clock = CaptureClock()
    clock.on_report("video", 5.0, 0)
    assert clock.captured("video", 0) is None


def test_before_any_report_the_luckiest_packet_tells() -> None:
    clock = CaptureClock()
    for n, late in enumerate((0.050, 0.010, 0.080)):
        clock.on_packet("video", VIDEO, 1000 + n * 3000, 100 + n / 30 + late)
    assert clock.captured("video", 1000) == pytest.approx(100.010)
    assert clock.captured("video", 7000) == pytest.approx(100.010 + 2 / 30)


def test_reports_put_sound_and_picture_on_one_clock_however_late_one_of_them_is() -> None:
    clock = CaptureClock()
    clock.on_packet("sound", SOUND, 500, 100.020)  # captured at 1000.0 of the sender, 20 ms on the way
    clock.on_packet("video", VIDEO, 7, 100.200)  # captured at the same time, and encoded slowly
    clock.on_report("sound", 1000.5, 500 + SOUND // 2)
    clock.on_report("video", 1000.5, 7 + VIDEO // 2)
    assert clock.captured("sound", 500) == pytest.approx(100.020)
    assert clock.captured("video", 7) == pytest.approx(100.020)
    assert clock.captured("video", 7 + VIDEO) == pytest.approx(101.020)


def test_a_first_report_moves_a_stream_by_no_more_than_its_packets_waited() -> None:
    clock = CaptureClock()
    clock.on_packet("sound", SOUND, 0, 50.0)
    before = clock.captured("sound", SOUND)
    clock.on_report("sound", 3.9e9, 0)
    assert clock.captured("sound", SOUND) == pytest.approx(before)


def test_timestamps_that_wrap_go_on() -> None:
    clock = CaptureClock()
    clock.on_packet("video", VIDEO, 2**32 - 3000, 10.0)
    assert clock.captured("video", 0) == pytest.approx(10 + 1 / 30)
    hours = CaptureClock()
    for hour in range(30):
        hours.on_packet("video", VIDEO, hour * 3600 * VIDEO % 2**32, 10.0 + hour * 3600)
    assert hours.captured("video", 29 * 3600 * VIDEO % 2**32) == pytest.approx(10.0 + 29 * 3600)


def test_a_sender_that_sets_its_clock_moves_nothing_it_captured() -> None:
    """A device that reports its uptime until it has heard the time."""
    clock = CaptureClock()
    for n in range(10):
        clock.on_packet("video", VIDEO, n * VIDEO, 100.0 + n)
        clock.on_packet("sound", SOUND, n * SOUND, 100.0 + n)
    clock.on_report("video", 12.0, 0)
    clock.on_report("sound", 12.0, 0)
    assert clock.captured("video", 9 * VIDEO) == pytest.approx(109.0)
    clock.on_report("video", 3.9e9, 5 * VIDEO)
    assert clock.captured("video", 9 * VIDEO) == pytest.approx(109.0)
    assert clock.captured("sound", 9 * SOUND) == pytest.approx(109.0)
    clock.on_report("sound", 3.9e9 + 1, 6 * SOUND)
    assert clock.captured("sound", 9 * SOUND) == pytest.approx(109.0)
