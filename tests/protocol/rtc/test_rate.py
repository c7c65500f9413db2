"""How loss and delay move the bitrate, report by report."""

from overglass_protocol.rtc.rate import ReceiveEstimate, SendRate, best_bitrate, least_bitrate


def rate() -> SendRate:
    sending = SendRate()
    sending.picture(512, 512, 30.0)
    return sending


def test_a_picture_starts_at_what_makes_it_look_best() -> None:
    assert rate().target == best_bitrate(512, 512, 30.0)


def test_a_ceiling_of_the_device_is_kept() -> None:
    sending = SendRate(ceiling=700_000)
    sending.picture(1280, 720, 30.0)
    assert sending.target == 700_000


def test_a_little_loss_changes_nothing_and_much_loss_cuts() -> None:
    sending = rate()
    before = sending.target
    sending.on_report(0.05, 0.06, now=1.0)
    assert sending.target == before
    sending.on_report(0.12, 0.06, now=2.0)
    assert sending.target == int(before * 0.94)
    assert not sending.limited_by_network
    sending.on_report(0.40, 0.06, now=3.0)
    assert sending.limited_by_network


def test_two_reports_of_the_same_trouble_cut_once() -> None:
    sending = rate()
    sending.on_report(0.3, None, now=1.0)
    once = sending.target
    sending.on_report(0.3, None, now=1.1)
    assert sending.target == once


def test_a_growing_round_trip_cuts_before_anything_is_lost() -> None:
    sending = rate()
    before = sending.target
    sending.on_report(0.0, 0.050, now=1.0)
    sending.on_report(0.0, 0.260, now=2.0)
    assert sending.target < before


def test_it_climbs_back_to_the_best_and_never_falls_below_the_least() -> None:
    sending = rate()
    for second in range(100):
        sending.on_report(0.9, None, now=float(second))
    assert sending.target == least_bitrate(512, 512, 30.0)
    for second in range(100, 300):
        sending.on_report(0.0, None, now=float(second))
    assert sending.target == best_bitrate(512, 512, 30.0)


def test_the_receivers_allowance_is_obeyed_down_to_the_least() -> None:
    sending = rate()
    sending.on_allowance(800_000)
    assert sending.target == 800_000
    sending.on_allowance(1)
    assert sending.target == least_bitrate(512, 512, 30.0)


def feed(estimate: ReceiveEstimate, seconds: float, start: float, queueing: float) -> float:
    """Packets of 1000 bytes every 5 ms, waiting `queueing` seconds longer than 20 ms on the way."""
    now = start
    while now < start + seconds:
        estimate.add(1000, now - 0.020 - queueing, now)
        now += 0.005
    return now


def test_a_still_picture_does_not_talk_the_allowance_down() -> None:
    estimate = ReceiveEstimate()
    for second in range(60):
        estimate.add(200, float(second), second + 0.02)
    assert estimate.allowance >= ReceiveEstimate.START


def test_a_queue_on_the_way_cuts_the_allowance_to_below_what_arrives_and_it_recovers() -> None:
    estimate = ReceiveEstimate()
    estimate.picture(512, 512, 30.0)
    now = feed(estimate, 2.0, 0.0, 0.0)
    now = feed(estimate, 1.0, now, 0.150)
    assert estimate.allowance < 200 * 1000 * 8
    feed(estimate, 30.0, now, 0.0)
    assert estimate.allowance >= ReceiveEstimate.START


def test_the_allowance_never_falls_below_what_the_picture_needs() -> None:
    estimate = ReceiveEstimate()
    estimate.picture(512, 512, 30.0)
    now = 0.0
    for step in range(20):
        estimate.add(10, now - 0.02 - step * 0.1, now)
        now += 0.3
    assert estimate.allowance >= least_bitrate(512, 512, 30.0)
