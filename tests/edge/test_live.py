"""What the glasses' command says of what limits them."""

from overglass_edge.live import _limit
from overglass_protocol.messages import Report


def test_the_line_says_what_limits_and_what_is_less_than_asked_for() -> None:
    assert _limit(None) == ""
    assert _limit(Report(limit="none", frames_per_s=30)) == ""
    assert _limit(Report(limit="network", frames_per_s=30)) == "  limited by network"
    lower = Report(limit="gpu", rung="smaller", detail="painted at 368 x 368 and scaled up", frames_per_s=30)
    assert _limit(lower) == "  limited by gpu: painted at 368 x 368 and scaled up"
