"""Registration through the real service, a relay and WebRTC, as short as can be."""

from pathlib import Path

from overglass_simulators.bench.registration_live import Plan, run
from overglass_simulators.motion.choice import named


def test_marks_come_back_through_the_real_loop_and_are_brought_to_where_they_belong(tmp_path: Path) -> None:
    plan = Plan(
        {"sin20": named("sin20")}, round_trips=(0.05,), seconds=1.0, settle=0.5, size=(480, 360), fps=15.0
    )
    result = run(plan, tmp_path / "rows.csv")
    rows = {row["mode"]: row for row in result["rows"]}
    assert rows["none"]["frames"] >= 2
    assert rows["none"]["marks"] > 0
    assert rows["warp_prediction"]["p95_deg"] < 1.0
    assert rows["delayed"]["p95_deg"] < 0.5
    assert rows["none"]["p95_deg"] > 3 * rows["warp_prediction"]["p95_deg"]
    assert result["loop_p95_deg"] == rows["warp_prediction"]["p95_deg"]
    assert len((tmp_path / "rows.csv").read_text().splitlines()) == 1 + len(result["rows"])
