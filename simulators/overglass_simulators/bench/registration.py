"""How far overlays are from where they belong, by motion, link and mode: the whole table in virtual time.

The head track, the warps and the clock estimate are the edge's own. `registration_live` measures the same
through the real loop.
"""

import csv
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from statistics import fmean, median

import cv2
import numpy as np

from overglass_edge.reprojection.layer import Layer
from overglass_edge.reprojection.reprojector import Reprojector
from overglass_protocol.errors import DisplayError
from overglass_protocol.pose import Pose
from overglass_protocol.rotation import IDENTITY, about
from overglass_simulators.bench.promise import Promise, judged
from overglass_simulators.bench.rig import Result, bar
from overglass_simulators.motion import Motion
from overglass_simulators.registration.course import WARMUP, Outcome, outcomes
from overglass_simulators.registration.head import Head
from overglass_simulators.registration.rig import INFINITY, Link, Rig
from overglass_simulators.world.scene import pinhole
from overglass_simulators.world.world import FIELD

ROUND_TRIPS = (0.0, 0.05, 0.1, 0.2, 0.4)
JITTERS = (0.0, 0.01, 0.03)
ROTATIONAL = ("constant", "sin30", "sin20", "sin10", "recorded")
"Motions that promises are about: a turn can be undone without knowing how far things are."
PROMISES = (
    Promise("rotational_p95_deg", 0.6),
    Promise("gyro_alone_p95_deg", 0.6),
    Promise("growth", 1.2),
    Promise("truth_error", 0.05),
    Promise("delayed_px", 0.0),
    Promise("clock_error_ms", 2.0),
    Promise("warp_ms", 3.0),
)
FIELDS = (
    *("motion", "rtt_ms", "jitter_ms", "mode", "depth", "mean_deg", "p95_deg", "max_deg", "p95_px"),
    *("judder_deg", "uncovered", "age_ms", "clock_error_ms"),
)
"Of a row, in the order of the CSV file. `depth` is in metres, `inf` for infinity."


@dataclass(frozen=True, slots=True)
class Plan:
    """What is tried: everything with everything."""

    motions: Mapping[str, Motion]
    round_trips: Sequence[float] = ROUND_TRIPS
    jitters: Sequence[float] = JITTERS
    seconds: float = 10.0
    "Of each course that count."
    seed: int = 1


def run(plan: Plan, csv_path: Path | None = None, out: Path | None = None) -> Result:
    """All courses, in the order of the plan; the same plan gives the same rows. Raises DisplayError."""
    rows: list[Result] = []
    alone: list[float] = []
    truths: list[float] = []
    links = [Link(*numbers) for numbers in product(plan.round_trips, plan.jitters)]
    with bar("registration", len(plan.motions) * (len(links) + 1)) as advance:
        for name, motion in plan.motions.items():
            head = Head(motion, Rig(), WARMUP + plan.seconds, plan.seed)
            for link in links:
                for outcome in outcomes(head, link):
                    rows += rows_of(name, link, outcome)
                    if name == "constant" and outcome.mode == "none":
                        truths.append(truth_error(outcome))
                advance(1)
            if name in ROTATIONAL:
                alone.append(gyro_alone(motion, plan))
            advance(1)
    result = {"bench": "registration", **summary(rows, truths, alone), "warp_ms": warp_ms()}
    result |= {"seconds": plan.seconds, "seed": plan.seed, "motions": list(plan.motions), "rows": rows}
    # Of motions that were not asked for nothing is promised.
    result = judged(result, [promise for promise in PROMISES if result.get(promise.key) is not None])
    if csv_path is not None:
        write_csv(csv_path, rows)
    if out is not None:
        from overglass_simulators.bench.registration_plot import write_plot  # noqa: PLC0415 - takes a second

        write_plot(out, result)
        result["plot"] = str(out)
    return result


def rows_of(name: str, link: Link, outcome: Outcome) -> Iterator[Result]:
    """One row for each depth."""
    for depth, found in outcome.by_depth.items():
        yield {
            "motion": name,
            "rtt_ms": round(link.round_trip * 1000),
            "jitter_ms": round(link.jitter * 1000),
            "mode": outcome.mode,
            "depth": "inf" if depth == INFINITY else f"{depth:g}",
            "mean_deg": round(found.mean_deg, 4),
            "p95_deg": round(found.p95_deg, 4),
            "max_deg": round(found.max_deg, 4),
            "p95_px": None if found.p95_px is None else round(found.p95_px, 2),
            "judder_deg": round(found.judder_deg, 4),
            "uncovered": round(outcome.uncovered, 4),
            "age_ms": round(outcome.age * 1000, 1),
            "clock_error_ms": round(outcome.clock_error * 1000, 3),
        }


def truth_error(outcome: Outcome) -> float:
    """The share by which `none` at a steady turn differs from angular speed times age."""
    return abs(outcome.by_depth[INFINITY].mean_deg / (outcome.angular_speed * outcome.age) - 1)


def summary(rows: Sequence[Result], truths: Sequence[float], alone: Sequence[float]) -> Result:
    """The worst of all rows, for the keys that are promised; None for what was not tried."""
    at_infinity = [row for row in rows if row["depth"] == "inf"]
    turns = [r for r in at_infinity if r["mode"] == "warp_prediction" and r["motion"] in ROTATIONAL]
    delayed = [row["p95_px"] for row in rows if row["mode"] == "delayed" and row["p95_px"] is not None]
    return {
        "rotational_p95_deg": max((row["p95_deg"] for row in turns), default=None),
        "gyro_alone_p95_deg": round(max(alone), 4) if alone else None,
        "growth": growth(turns),
        "truth_error": round(max(truths), 4) if truths else None,
        "delayed_px": max(delayed, default=None),
        "clock_error_ms": max((row["clock_error_ms"] for row in rows), default=None),
        "growth_of": {name: growth(r for r in turns if r["motion"] == name) for name in _names(turns)},
        "sin20_served_deg": {
            f"{row['rtt_ms']} ms": row["mean_deg"]
            for row in at_infinity
            if (row["mode"], row["motion"], row["jitter_ms"]) == ("server_prediction", "sin20", 0)
        },
    }


def _names(rows: Iterable[Result]) -> list[str]:
    """The motions of rows, each once."""
    return list(dict.fromkeys(row["motion"] for row in rows))


def growth(turns: Iterable[Result]) -> float | None:
    """The 95th percentile at 400 ms as a multiple of that at 50 ms, mean over motions and jitters.

    A mean, since at a given motion it is chance whether a delay is a whole number of swings.
    """
    by_trip: dict[int, list[float]] = {}
    for row in turns:
        by_trip.setdefault(row["rtt_ms"], []).append(row["p95_deg"])
    if 50 not in by_trip or 400 not in by_trip:
        return None
    return round(fmean(by_trip[400]) / fmean(by_trip[50]), 3)


def write_csv(path: Path, rows: Sequence[Result], fields: Sequence[str] = FIELDS) -> None:
    """Raises DisplayError when the file cannot be written."""
    try:
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, fields)
            writer.writeheader()
            writer.writerows(rows)
    except OSError as error:
        raise DisplayError(f"cannot write {path.name}: {error}", cure="Free disk space and retry.") from error


def warp_ms(width: int = 1280, height: int = 720, times: int = 40) -> float:
    """Milliseconds of one core, median, that the edge takes to move a whole picture by another small turn."""
    display = pinhole(width, height, FIELD)
    picture = np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)
    layer, reprojector = Layer(picture, display, 0.0, Pose(IDENTITY)), Reprojector(display)
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        seconds = []
        for n in range(times + 1):
            turned = Pose(about((0.002 * n, -0.001 * n, 0.0005 * n)))
            # Of this thread alone: what neighbours take is no part of it.
            start = time.thread_time()
            reprojector.show(layer, turned, 0.0)
            seconds.append(time.thread_time() - start)
    finally:
        cv2.setNumThreads(threads)
    return round(median(seconds[1:]) * 1000, 2)


def gyro_alone(motion: Motion, plan: Plan) -> float:
    """The same at the worst link where no tracker ever tells the gyro's bias: degrees, 95th percentile."""
    head = Head(motion, replace(Rig(), tracker=None), WARMUP + plan.seconds, plan.seed)
    (found,) = outcomes(head, Link(max(plan.round_trips), max(plan.jitters)), modes=("warp_prediction",))
    return found.by_depth[INFINITY].p95_deg
