"""The benches: the arithmetic on runs whose answer is known."""

from collections.abc import Sequence
from typing import Any

import pytest

from overglass_edge.trip import STAGES, Trip
from overglass_protocol import rtc
from overglass_protocol.errors import PeerError
from overglass_simulators.bench import (
    control,
    echo,
    fleet,
    light,
    load,
    loss,
    overload,
    stall,
)
from overglass_simulators.bench.promise import Promise, judged
from overglass_simulators.bench.record import (
    Record,
    Shown,
    Window,
    count_figures,
    latency_figures,
    percentile_ms,
    reasons,
    stage_figures,
)

EVERYTHING = Window(0.0, 1000.0)


def shown(captured: float, latency: float, *, version: int | None = None, **stages: float) -> Shown:
    return Shown(Trip(0, captured, captured + latency, stages), version)


def run_of(*latencies: float | None, start: float = 0.0) -> Record:
    """Ten frames a second from `start`, of these latencies; None never came back."""
    captured = [start + n / 10 for n in range(len(latencies))]
    pairs = zip(captured, latencies, strict=True)
    return Record(captured, [shown(at, latency) for at, latency in pairs if latency is not None])


# --- figures -------------------------------------------------------------------------------------


def test_a_window_counts_frames_by_when_they_were_captured_not_by_when_they_returned() -> None:
    record = run_of(0.01, 0.02, None, 0.95, 0.03)
    window = Window(0.1, 0.35)
    assert record.sent(window) == 3
    assert [trip.latency for trip in record.back(window)] == pytest.approx([0.02, 0.95])
    assert count_figures(record, window) == {"sent": 3, "received": 2, "drop_ratio": 0.3333}


def test_nothing_sent_has_no_ratio_and_no_latency() -> None:
    assert count_figures(Record([], []), EVERYTHING) == {"sent": 0, "received": 0, "drop_ratio": None}
    assert latency_figures([]) == {"p50_ms": None, "p95_ms": None}


def test_percentiles_are_interpolated_and_in_milliseconds() -> None:
    assert percentile_ms([n / 1000 for n in range(101)], 95) == 95.0
    assert percentile_ms([0.010, 0.020], 50) == 15.0
    assert percentile_ms([], 50) is None


def test_stages_are_medians_of_those_known_in_the_order_of_the_trip() -> None:
    trips = [shown(0, 1, paint=0.003, encode=0.001).trip, shown(0, 1, encode=0.005).trip]
    trips.append(shown(0, 1, encode=0.002).trip)
    assert list(stage_figures(trips).items()) == [("encode", 2.0), ("paint", 3.0)]


def test_reasons_say_which_end_dropped_a_frame() -> None:
    assert reasons({"late": 2}, {"engine busy": 3}) == {"edge: late": 2, "service: engine busy": 3}


def test_a_promise_is_kept_up_to_its_bound() -> None:
    most, least, yes = Promise("a", 8.0), Promise("b", 0.97, at_least=True), Promise("c", True)
    assert judged({"a": 8.0, "b": 0.97, "c": True}, [most, least, yes])["kept"] is True
    assert not judged({"a": 8.01, "b": 0.97, "c": True}, [most, least, yes])["kept"]
    assert not judged({"a": 8.0, "b": 0.969, "c": True}, [most, least, yes])["kept"]
    assert not judged({"a": 8.0, "b": 0.97, "c": False}, [most, least, yes])["kept"]
    assert judged({}, [most])["promise"] == {"a": 8.0}


def test_what_could_not_be_measured_keeps_no_promise() -> None:
    assert not judged({"a": None}, [Promise("a", 8.0)])["kept"]
    assert not judged({}, [Promise("a", 8.0)])["kept"]


# --- each bench's result -------------------------------------------------------------------------


def test_echo_tells_latency_first_picture_and_cost_of_both_ends() -> None:
    record = Record([1.0, 2.0, 3.0], [shown(1.0, 0.004, encode=0.001), shown(2.0, 0.006, encode=0.003)])
    result = echo.result_of(record, Window(0.0, 10.0), 0.3217, echo.Cost(edge=2.0, service=1.0))
    assert result == {
        "p50_ms": 5.0,
        "p95_ms": 5.9,
        "p99_ms": 5.98,
        "ttff_ms": 321.7,
        "sent": 3,
        "received": 2,
        "drop_ratio": 0.3333,
        "cpu_core_s_per_s": 0.3,
        "edge_core_s_per_s": 0.2,
        "service_core_s_per_s": 0.1,
        "stages": {"encode": 2.0},
    }


def test_overload_counts_what_came_out_and_what_never_did() -> None:
    result = overload.result_of(run_of(0.08, None, 0.09, None, 0.08), Window(0.0, 0.5))
    assert (result["fps_out"], result["dropped"], result["p50_ms"]) == (6.0, 2, 80.0)


def test_recovery_is_the_first_frame_in_time_whose_followers_are_too() -> None:
    late, fine = [0.5] * 3, [0.01] * (stall.STEADY + 1)
    after = [s.trip for s in run_of(*late, *fine, start=10.0).shown]
    assert stall.recovery(after, 10.0, limit=0.02) == pytest.approx(0.31)


def test_one_frame_in_time_among_late_ones_is_no_recovery() -> None:
    after = [s.trip for s in run_of(0.5, 0.01, 0.5, *[0.01] * (stall.STEADY + 1)).shown]
    assert stall.recovery(after, 0.0, limit=0.02) == pytest.approx(0.31)


def test_too_few_frames_in_time_are_no_recovery() -> None:
    after = [s.trip for s in run_of(*[0.01] * stall.STEADY).shown]
    assert stall.recovery(after, 0.0, limit=0.02) is None


def test_a_typical_recovery_forgives_a_hiccup() -> None:
    latencies = [0.5, *[0.01, 0.05] * stall.STEADY]
    after = [s.trip for s in run_of(*latencies).shown]
    assert stall.recovery(after, 0.0, limit=0.02) is None
    assert stall.recovery(after, 0.0, limit=0.02, share=0.5) == pytest.approx(0.11)


def stalled_run(*afters: Sequence[float]) -> tuple[Record, Window, list[Window]]:
    """Ten quiet frames of 10 ms, then a stall of half a second before each of `afters`."""
    latencies: list[float | None] = [0.01] * 10
    stalls = []
    for after in afters:
        start = len(latencies) / 10
        latencies += [None] * 5
        stalls.append(Window(start, start + 0.5))
        latencies += after
    return run_of(*latencies), Window(0.0, 1.0), stalls


def test_the_worst_of_several_stalls_counts() -> None:
    fine = [0.01] * (stall.STEADY + 1)
    result = stall.result_of(*stalled_run(fine, [0.3, *fine]))
    assert result["baseline_p50_ms"] == 10.0
    assert result["recovered_within_ms"] == 110.0
    assert result["each_ms"] == [10.0, 110.0]
    assert result["lost"] == [5, 5]


def test_one_stall_that_never_heals_leaves_no_figure() -> None:
    fine = [0.01] * (stall.STEADY + 1)
    result = stall.result_of(*stalled_run([0.3] * 20, fine))
    assert result["recovered_within_ms"] is None
    assert result["each_ms"] == [None, 10.0]


def test_a_limit_is_the_baseline_and_a_tenth_and_five_milliseconds() -> None:
    within, beyond = [0.0159] * (stall.STEADY + 1), [0.0161] * (stall.STEADY + 1)
    assert stall.result_of(*stalled_run(within))["recovered_within_ms"] is not None
    assert stall.result_of(*stalled_run(beyond))["recovered_within_ms"] is None


def test_a_stall_without_a_baseline_is_an_error() -> None:
    with pytest.raises(PeerError, match="before the first stall"):
        stall.result_of(run_of(None, None), EVERYTHING, [])


def test_an_engines_stall_ends_with_the_first_frame_painted_after_it() -> None:
    times = dict.fromkeys(STAGES, 0.01)
    frames = [shown(5.0, 1.0, version=1, **times), shown(6.0, 1.0, version=2, **times)]
    window = stall.engine_stall(frames, 2, 0.8)
    assert (window.start, window.end) == pytest.approx((5.25, 6.05))


def test_an_engines_stall_that_left_no_trace_is_an_error() -> None:
    with pytest.raises(PeerError, match="left no trace"):
        stall.engine_stall([shown(5.0, 1.0, version=2)], 2, 0.8)


def test_control_lags_from_setting_the_last_value_to_seeing_it() -> None:
    frames = [shown(1.0, 0.02, version=119), shown(1.1, 0.02, version=120), shown(1.2, 0.02, version=120)]
    frames.append(shown(5.0, 0.05, version=240))
    result = control.result_of(frames, [control.Drag(120, 1.09), control.Drag(240, 4.98)])
    assert result["final_applied"] is True
    assert (result["updates"], result["lag_ms"], result["each_ms"]) == (240, 70.0, [30.0, 70.0])


def test_a_last_value_that_was_overtaken_counts_as_lost() -> None:
    result = control.result_of([shown(1.0, 0.02, version=121)], [control.Drag(120, 1.0)])
    assert result["final_applied"] is False
    assert result["lag_ms"] is None
    assert not judged(result, control.promises(30.0))["kept"]


def test_control_promises_one_frame_and_thirty_milliseconds() -> None:
    assert control.promises(10.0)[1].bound == 130.0


def test_loss_tells_what_arrived_and_the_longest_freeze() -> None:
    record = run_of(0.05, 0.05, None, None, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05)
    result = loss.result_of(record, Window(0.0, 1.0))
    assert (result["delivered_ratio"], result["longest_freeze_ms"]) == (0.8, 300.0)


def test_a_freeze_that_does_not_end_counts_as_far_as_it_was_seen() -> None:
    record = run_of(0.05, None, None, None, None, None)
    assert loss.longest_freeze(record, Window(0.0, 2.0)) == pytest.approx(1.95)
    assert loss.longest_freeze(Record([], []), Window(0.0, 2.0)) == 2.0


def statistics(retransmitted: int, repeated: int, requested: int) -> rtc.Statistics:
    return rtc.Statistics("H264", 0, 0, None, 0.0, 0, False, retransmitted, repeated, requested)


def test_repairs_are_those_of_the_window_and_of_one_connection() -> None:
    before, after = statistics(10, 100, 5), statistics(14, 130, 12)
    assert loss.repairs(before, after) == {"retransmitted": 4, "repeated": 30, "requested": 7}
    nothing = dict.fromkeys(("retransmitted", "repeated", "requested"))
    assert loss.repairs(after, before) == nothing
    assert loss.repairs(None, after) == nothing


def seen(*latencies: float, sent: int = 4) -> dict[str, Any]:
    return {"latencies": list(latencies), "sent": sent, "lost": None}


def test_a_fleets_latency_is_that_of_its_worst_session() -> None:
    row = fleet.row_of([seen(0.01, 0.02, 0.03, 0.02), seen(0.05, 0.05)], 10.0, service=3.0, generator=1.0)
    assert (row["sessions"], row["server_core_per_session"], row["server_core_total"]) == (2, 0.15, 0.3)
    assert (row["p50_ms"], row["delivered_ratio"], row["generator_core_total"]) == (50.0, 0.5, 0.1)
    assert [one["received"] for one in row["each"]] == [4, 2]


def test_a_session_that_got_nothing_leaves_the_fleet_without_a_latency() -> None:
    row = fleet.row_of([seen(0.01), seen()], 10.0, service=1.0, generator=1.0)
    assert row["p95_ms"] is None
    assert fleet.result_of([row])["kept"] is False


def fleet_row(sessions: int, core: float, p95: float) -> dict[str, Any]:
    seconds = 10.0
    return fleet.row_of([seen(p95)] * sessions, seconds, service=core * sessions * seconds, generator=1.0)


def test_a_fleet_stands_for_the_most_sessions_that_do_not_fill_a_core() -> None:
    rows = [fleet_row(1, 0.15, 0.01), fleet_row(4, 0.15, 0.02), fleet_row(8, 0.15, 0.3)]
    result = fleet.result_of(rows)
    assert (result["sessions"], result["p95_ms"], result["kept"]) == (4, 20.0, True)
    assert [row["sessions"] for row in result["rows"]] == [1, 4, 8]


def test_a_fleet_that_is_late_before_a_core_is_full_breaks_its_promise() -> None:
    assert fleet.result_of([fleet_row(1, 0.15, 0.01), fleet_row(2, 0.15, 0.06)])["kept"] is False


def test_a_fleet_that_costs_too_much_breaks_its_promise_whatever_is_full() -> None:
    assert fleet.result_of([fleet_row(1, 0.15, 0.01), fleet_row(8, 0.18, 0.01)])["kept"] is False


def test_a_bad_client_is_told_by_what_the_others_got() -> None:
    found = fleet.compared(fleet_row(2, 0.1, 0.01), fleet_row(2, 0.1, 0.04))
    assert (found["others_p95_ms_without"], found["others_p95_ms_with"]) == (10.0, 40.0)


def test_steps_reach_their_end_without_too_many_on_the_way() -> None:
    assert fleet.steps(1) == [1]
    assert fleet.steps(4) == [1, 2, 3, 4]
    assert fleet.steps(40)[-1] == 40
    assert len(fleet.steps(40)) == 8


def test_the_service_gets_a_core_of_its_own_where_there_are_two() -> None:
    assert fleet.split([2, 3, 5], pin=True) == fleet.Cores((2,), (3, 5))
    assert fleet.split([2], pin=True) == fleet.split([2, 3], pin=False) == fleet.Cores()


def test_a_wearer_counts_what_it_handed_over_in_the_window() -> None:
    class Session:
        sent = (0.5, 1.0, 1.5, 2.0)
        back = (light.Back(0.5, 0.01), light.Back(1.0, 0.02), light.Back(2.0, 0.03))
        lost = None

    wearer: Any = Session()
    assert load.seen(wearer, Window(1.0, 2.0)) == {"sent": 2, "latencies": [0.02], "lost": None}
