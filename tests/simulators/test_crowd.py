"""A crowd at one modelled device: nobody starves, waits stay within an interval, too many stay outside."""

from pathlib import Path
from typing import Any

import pytest

from overglass_cloud.scheduling.rungs import Rung
from overglass_edge.meter import percentile
from overglass_protocol.errors import DisplayError
from overglass_simulators.bench import crowd as bench
from overglass_simulators.bench.crowd_plot import write_plot
from overglass_simulators.crowd import Crowd, Device, Wearer

SECONDS, WARMUP = 5.0, 8.0


def crowd(wearers: int, seed: int = 1, *, steered: bool = True, device: Device | None = None) -> Crowd:
    made = Crowd(wearers, device or Device(), seed, steered=steered)
    made.run(SECONDS, WARMUP)
    return made


def p95(wearer: Wearer) -> float:
    """In intervals of its own."""
    return percentile(wearer.waits, 95) or 0.0


@pytest.mark.parametrize("wearers", [1, 2, 5, 13, 32, 64])
def test_nobody_who_is_inside_starves_or_waits_longer_than_an_interval(wearers: int) -> None:
    inside = crowd(wearers).inside
    assert inside
    for wearer in inside:
        assert p95(wearer) <= 1.0
        assert wearer.back >= 0.8 * wearer.sent
        assert wearer.longest_gap * wearer.rate < 5


def test_below_saturation_all_get_all_they_asked_for() -> None:
    light = crowd(12, device=Device(base=0.001, each=0.001))
    assert len(light.inside) == 12
    assert {wearer.claim.rung for wearer in light.inside if wearer.claim} == {Rung.FULL}
    assert light.steps == []
    assert all(p95(wearer) < 0.5 for wearer in light.inside)


def test_above_it_the_queue_keeps_those_outside_who_would_be_too_many() -> None:
    inside = crowd(64).inside
    assert 20 < len(inside) < 64
    assert not any(w.claim.rung is Rung.PLAIN for w in inside if w.claim), "who is let in is painted"


def test_without_ladder_and_queue_the_same_crowd_waits_for_many_intervals() -> None:
    free = crowd(32, steered=False)
    assert len(free.inside) == 32
    assert max(p95(wearer) for wearer in free.inside) > 3


def test_the_ladder_comes_to_rest() -> None:
    settled = Crowd(24, Device(), 1)
    settled.run(40.0, 20.0)
    late = [step for at, step in settled.steps if at > 20]
    assert len(late) <= 4


def test_batches_grow_with_the_crowd() -> None:
    few, many = crowd(2), crowd(64)
    assert max(few.batches) == 1
    assert max(many.batches) >= 4


def test_a_seed_repeats_everything() -> None:
    one, same, other = crowd(8, 1), crowd(8, 1), crowd(8, 2)
    assert [w.waits for w in one.wearers] == [w.waits for w in same.wearers]
    assert [w.waits for w in one.wearers] != [w.waits for w in other.wearers]


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    return bench.run(Device(), [1, 12], 3.0, 1, None)


def test_the_bench_judges_the_worst_of_all_rows(result: dict[str, Any]) -> None:
    assert [row["wearers"] for row in result["rows"]] == [1, 12]
    assert result["p95_intervals"] == max(row["p95"] for row in result["rows"])
    assert result["kept"]
    assert set(result["promise"]) == {"p95_intervals", "back_ratio", "longest_gap_intervals"}
    assert sum(result["rows"][1]["rungs"].values()) == result["rows"][1]["let_in"]


def test_its_picture_is_written_or_says_why_not(result: dict[str, Any], tmp_path: Path) -> None:
    write_plot(tmp_path / "crowd.png", result)
    assert (tmp_path / "crowd.png").stat().st_size > 20_000
    with pytest.raises(DisplayError, match="cannot write"):
        write_plot(tmp_path / "missing" / "crowd.png", result)


def test_it_tries_more_numbers_where_it_matters() -> None:
    assert bench.steps(64)[-1] == 64
    assert bench.steps(5) == [1, 2, 4, 5]
