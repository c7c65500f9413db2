"""What a session says limits it."""

import pytest

from overglass_cloud.seat import Standing
from overglass_cloud.sessions.reporting import REPORT_EVERY, Reporter
from overglass_protocol.messages import Report
from overglass_protocol.rtc import Statistics

WHOLE = Standing("full", "", "cpu")


def reported(
    reporter: Reporter, painted: int, refused: int, *, network: bool = False, standing: Standing = WHOLE
) -> Report:
    statistics = Statistics("H264", 0, 0, None, 0.0, 1_000_000, network, 0, 0, 0)
    return reporter.report(statistics, standing, painted=painted, refused=refused, dropped={}, viewers=2)


def test_a_busy_engine_or_detector_outranks_the_network_and_only_while_it_refuses() -> None:
    reporter = Reporter()
    assert reported(reporter, 60, 0).limit == "none"
    assert reported(reporter, 100, 5, network=True).limit == "cpu"
    assert reported(reporter, 160, 5, network=True).limit == "network"
    assert reported(reporter, 220, 5).limit == "none"


def test_a_session_that_had_to_step_down_is_told_by_what_and_to_where() -> None:
    lower = Standing("alternate", "every other picture painted", "gpu")
    report = reported(Reporter(), 60, 0, network=True, standing=lower)
    assert (report.limit, report.rung, report.detail) == ("gpu", "alternate", "every other picture painted")


def test_the_rate_is_that_of_the_time_since_the_report_before() -> None:
    reporter = Reporter()
    assert reported(reporter, 60, 0).frames_per_s == pytest.approx(60 / REPORT_EVERY)
    assert reported(reporter, 70, 0).frames_per_s == pytest.approx(10 / REPORT_EVERY)
    assert reported(reporter, 70, 0).viewers == 2
