"""When pictures of a file are due, and which are picked: arithmetic, with time as an argument."""

from fractions import Fraction
from itertools import pairwise

import pytest

from overglass_edge.sources.pacing import PATIENCE, Arrivals, Pacer, Picker

INTERVAL = 1 / 30


def test_the_first_picture_is_due_at_once() -> None:
    assert Pacer(INTERVAL).due(12.5, now=100.0) == 100.0


def test_every_other_is_due_as_long_after_it_as_its_timestamp_says() -> None:
    pacer = Pacer(INTERVAL)
    pacer.due(2.0, now=100.0)
    assert pacer.due(2.5, now=100.01) == 100.5


def test_lateness_never_adds_up() -> None:
    pacer = Pacer(INTERVAL)
    now = 100.0
    for number in range(100_000):
        due = pacer.due(number * INTERVAL, now)
        assert due is not None
        now = due + 0.9 * INTERVAL
    assert due == pytest.approx(100.0 + 99_999 * INTERVAL, abs=1e-6)


def test_a_picture_late_by_more_than_an_interval_is_skipped() -> None:
    pacer = Pacer(INTERVAL)
    pacer.due(0.0, now=100.0)
    assert pacer.due(INTERVAL, now=100.0 + 2.1 * INTERVAL) is None
    assert pacer.due(2 * INTERVAL, now=100.0 + 2.1 * INTERVAL) is not None


def test_a_source_that_cannot_keep_up_still_shows_a_picture_now_and_then() -> None:
    pacer = Pacer(INTERVAL)
    shown = []
    for number in range(200):
        now = 100.0 + number * 2 * INTERVAL  # Decoding takes twice as long as there is.
        due = pacer.due(number * INTERVAL, now)
        if due is not None:
            shown.append(due)
    gaps = [later - earlier for earlier, later in pairwise(shown)]
    assert max(gaps) <= PATIENCE + 2 * INTERVAL + 1e-9
    assert len(shown) < 200


def test_where_nothing_is_skipped_a_late_picture_moves_the_schedule() -> None:
    pacer = Pacer(INTERVAL, skip_late=False)
    pacer.due(0.0, now=100.0)
    assert pacer.due(1.0, now=107.0) == pytest.approx(107.0)
    assert pacer.due(1.5, now=107.0) == pytest.approx(107.5)


def test_half_the_rate_picks_every_other_picture() -> None:
    picker = Picker(15)
    assert [n for n in range(10) if picker.picks(Fraction(n, 30))] == [0, 2, 4, 6, 8]


@pytest.mark.parametrize("fps", [7, 15, 20, 24, 29.97])
def test_the_rate_is_met_on_average(fps: float) -> None:
    picker = Picker(fps)
    picked = [n for n in range(3000) if picker.picks(Fraction(n, 30))]
    assert len(picked) == pytest.approx(100 * fps, abs=2)


def test_timestamps_rounded_to_milliseconds_do_not_disturb_picking() -> None:
    picker = Picker(15)
    picked = [n for n in range(300) if picker.picks(Fraction(round(n * 1000 / 30), 1000))]
    assert picked == list(range(0, 300, 2))


def test_a_rate_above_the_source_picks_everything() -> None:
    picker = Picker(60)
    assert all(picker.picks(Fraction(n, 30)) for n in range(100))


def test_no_rate_picks_everything_however_uneven() -> None:
    picker = Picker(None)
    assert all(picker.picks(Fraction(n, 1000)) for n in (0, 1, 2, 500, 501))


def test_arrivals_are_spread_evenly_as_their_timestamps_say() -> None:
    arrivals = Arrivals()
    jitter = [0.0, 0.03, 0.01, 0.05, 0.0, 0.02] * 20
    times = [arrivals.captured(n / 30, 100 + n / 30 + late) for n, late in enumerate(jitter)]
    steps = [later - earlier for earlier, later in pairwise(times)]
    assert steps == pytest.approx([1 / 30] * len(steps), abs=0.001)


def test_the_fastest_arrival_moves_the_schedule_and_no_capture_lies_in_the_future() -> None:
    arrivals = Arrivals()
    for n, late in enumerate([0.06, 0.03, 0.0, 0.1, 0.2]):
        assert arrivals.captured(n / 30, 100 + n / 30 + late) <= 100 + n / 30 + late
    assert arrivals.captured(1.0, 101.05) == pytest.approx(101.0, abs=0.001)


def test_a_standstill_starts_a_new_schedule_and_the_burst_after_it_brings_the_old_one_back() -> None:
    arrivals = Arrivals()
    arrivals.captured(0.0, 100.0)
    assert arrivals.captured(1.0, 103.0) == 103.0
    burst = [arrivals.captured(1 + n / 30, 103.0 + n / 1000) for n in range(1, 61)]
    assert burst == sorted(set(burst))
    assert arrivals.captured(4.0, 104.01) == pytest.approx(104.0, abs=0.02)


def test_clocks_that_drift_apart_do_not_drift_away() -> None:
    arrivals, drift = Arrivals(), 1.0001
    late = [drift * n / 30 - arrivals.captured(n / 30, drift * n / 30) for n in range(100_000)]
    assert max(late) < 0.005
