"""Ever more wearers at one modelled device: who waits how long, who gets what, and who has to stay outside.

The scheduling is the real one; time is virtual, so figures do not depend on this machine.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from overglass_cloud.scheduling.rungs import Rung
from overglass_edge.meter import percentile
from overglass_simulators.bench.promise import Promise, judged
from overglass_simulators.bench.rig import Result, bar
from overglass_simulators.crowd import Crowd, Device, Wearer

WARMUP = 10.0
"Virtual seconds in which all come, costs become known and the ladder settles."
PROMISES = (
    Promise("p95_intervals", 1.0),
    Promise("back_ratio", 0.8, at_least=True),
    Promise("longest_gap_intervals", 5.0),
)
"At any number of wearers, each for the one who is worst off."


def steps(up_to: int) -> list[int]:
    """Numbers of wearers to try: finer where it matters."""
    return sorted({n for n in (1, 2, 4, 6, 8, 12, 16, 24, 32, 40, 48, 56, 64) if n < up_to} | {up_to})


def row_of(wearers: int, device: Device, seconds: float, seed: int) -> Result:
    """The figures of one number of wearers, each for the one who is worst off.

    Waits and gaps count in intervals of the wearer's own; `back` is the share of pictures handed back.
    """
    crowd = Crowd(wearers, device, seed)
    crowd.run(seconds, WARMUP)
    unsteered = Crowd(wearers, device, seed, steered=False)
    unsteered.run(seconds, WARMUP)
    inside = crowd.inside
    rungs = Counter(wearer.claim.rung for wearer in inside if wearer.claim is not None)
    return {
        "wearers": wearers,
        "let_in": len(inside),
        "rungs": {rung.wire: rungs[rung] for rung in Rung if rungs[rung]},
        "p50": _waited(inside, 50),
        "p95": _waited(inside, 95),
        "back": round(min(w.back / w.sent for w in inside), 3),
        "gap": round(max(w.longest_gap * w.rate for w in inside), 2),
        "busy": round(crowd.busy / seconds, 3),
        "steps": sum(at >= WARMUP for at, _ in crowd.steps),
        "unsteered_p95": _waited(unsteered.inside, 95),
        "unsteered_back": round(min(w.back / w.sent for w in unsteered.inside), 3),
    }


def result_of(rows: Sequence[Result]) -> Result:
    """The worst of all rows, and the rows."""
    worst = {
        "p95_intervals": max(row["p95"] for row in rows),
        "back_ratio": min(row["back"] for row in rows),
        "longest_gap_intervals": max(row["gap"] for row in rows),
        "let_in": max(row["let_in"] for row in rows),
    }
    return judged({**worst, "rows": list(rows)}, PROMISES)


def run(device: Device, numbers: Sequence[int], seconds: float, seed: int, out: Path | None) -> Result:
    """One row for each number; draws them where `out` says. Raises DisplayError."""
    rows = []
    with bar("crowd", sum(numbers)) as advance:
        for number in numbers:
            rows.append(row_of(number, device, seconds, seed))
            advance(number)
    about = {
        "base_ms": device.base * 1000,
        "each_ms": device.each * 1000,
        "max_batch": device.max_batch,
        "seconds": seconds,
        "seed": seed,
    }
    result = {"bench": "crowd", **result_of(rows), **about}
    if out is not None:
        from overglass_simulators.bench.crowd_plot import write_plot  # noqa: PLC0415 - drawing takes a second

        write_plot(out, result)
        result["plot"] = str(out)
    return result


def _waited(wearers: Sequence[Wearer], share: int) -> float:
    """Of the wearer who waits longest."""
    return round(max(percentile(wearer.waits, share) or 0.0 for wearer in wearers), 3)
