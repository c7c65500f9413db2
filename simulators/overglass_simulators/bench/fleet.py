"""Many wearers on one service: what does each cost, and does one spoil it for the others?

The load comes from a process of its own (`load`), on a core of its own where there are two.
"""

import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from overglass_protocol.errors import ConfigError
from overglass_simulators.bench import units
from overglass_simulators.bench.content import Content
from overglass_simulators.bench.load import Plan, arguments_of
from overglass_simulators.bench.promise import Promise, judged
from overglass_simulators.bench.record import percentile_ms
from overglass_simulators.bench.rig import Advance, Result, Setup, bar, pictures_of
from overglass_simulators.child import Child
from overglass_simulators.machine import usable_cores
from overglass_simulators.service import Service

PROMISES = (Promise("server_core_per_session", 0.17), Promise("p95_ms", 50.0))
"For 512x512 at 30 fps with the look `none`; the second one until a core is full."
FULL = 0.9
"Core seconds a second from which a core counts as full: the rest goes to whoever shares it."
Bad = Literal["stalled", "garbage"]
"An extra client that freezes whole, or one that sends nonsense."
SPARE_SESSIONS = 8
"Room for the bad client, who may come back several times."
CONNECTED_WITHIN, SECOND_WITHIN = 60.0, 15.0


@dataclass(frozen=True, slots=True)
class Cores:
    """Who runs where; nothing given means anywhere."""

    service: tuple[int, ...] = ()
    load: tuple[int, ...] = ()


def split(usable: Sequence[int], pin: bool) -> Cores:
    """One core for the service, all others for the load, where there are two."""
    return Cores((usable[0],), tuple(usable[1:])) if pin and len(usable) > 1 else Cores()


def steps(up_to: int) -> list[int]:
    """Numbers of sessions to try: each up to eight, then in eighths."""
    return sorted({max(n, up_to * n // 8) for n in range(1, min(up_to, 8) + 1)} | {up_to})


def row_of(sessions: Sequence[dict[str, Any]], seconds: float, service: float, generator: float) -> Result:
    """The figures of one number of sessions, from what each saw and from processor seconds used."""
    each = [
        {
            "p50_ms": percentile_ms(seen["latencies"], 50),
            "p95_ms": percentile_ms(seen["latencies"], 95),
            "sent": seen["sent"],
            "received": len(seen["latencies"]),
            "lost": seen["lost"],
        }
        for seen in sessions
    ]
    return {
        "sessions": len(each),
        "server_core_per_session": round(service / seconds / len(each), 4),
        "p50_ms": _worst([one["p50_ms"] for one in each]),
        "p95_ms": _worst([one["p95_ms"] for one in each]),
        "delivered_ratio": round(min(one["received"] / max(1, one["sent"]) for one in each), 4),
        "server_core_total": round(service / seconds, 3),
        "generator_core_total": round(generator / seconds, 3),
        "each": each,
    }


def result_of(rows: Sequence[Result]) -> Result:
    """The row of the most sessions that do not fill a core (or the first of all), `kept` by every row."""
    not_full = [row for row in rows if row["server_core_total"] < FULL]
    best = max(not_full, key=lambda row: int(row["sessions"]), default=rows[0])
    result = judged({**best, "rows": [_without_each(row) for row in rows]}, PROMISES)
    cost, wait = PROMISES
    kept = all(cost.is_kept(row[cost.key]) for row in rows) and all(
        wait.is_kept(row[wait.key]) for row in not_full
    )
    return {**result, "kept": kept}


def compared(without: Result, with_bad: Result) -> Result:
    """What a bad client does to the others, each in their worst session."""
    return {
        "others_p95_ms_with": with_bad["p95_ms"],
        "others_p95_ms_without": without["p95_ms"],
        "others_p50_ms_with": with_bad["p50_ms"],
        "others_p50_ms_without": without["p50_ms"],
        "others_delivered_with": with_bad["delivered_ratio"],
        "others_delivered_without": without["delivered_ratio"],
        "server_core_total_with": with_bad["server_core_total"],
    }


def checked(bad: str | None) -> Bad | None:
    """Raises ConfigError."""
    if bad is None:
        return None
    for known in get_args(Bad):
        if bad == known:
            return known  # type: ignore[no-any-return]
    raise ConfigError(f"there is no bad client {bad!r}", cure="Choose --bad stalled or --bad garbage.")


def run(setup: Setup, numbers: Sequence[int], bad: Bad | None, pin: bool) -> Result:
    """One row for each number of sessions, and another with a bad client. Raises OverglassError."""
    cores = split(usable_cores(), pin)
    pictures = pictures_of(setup)
    takes = (setup.warmup + setup.seconds) * (len(numbers) + (bad is not None))
    with _encoded(pictures, setup.fps) as path, bar("fleet", takes) as advance:
        fleet = _Fleet(setup, cores, path, advance)
        rows = [fleet.row(number) for number in numbers]
        result = result_of(rows)
        if bad is not None:
            result |= {"bad": bad, **compared(rows[-1], fleet.row(numbers[-1], bad))}
    where = {"pinned": bool(cores.service), "service_cores": cores.service, "load_cores": cores.load}
    return {"bench": "fleet", **result, **where, **setup.describe(pictures.name)}


class _Fleet:
    """Runs one row after the other, each on a service of its own."""

    def __init__(self, setup: Setup, cores: Cores, path: Path, advance: Advance) -> None:
        self._setup, self._cores, self._advance = setup, cores, advance
        self._plan = Plan("", str(path), 1, setup.fps, setup.seconds, setup.warmup, cores.load)

    def row(self, sessions: int, bad: Bad | None = None) -> Result:
        setup = self._setup
        with ExitStack() as stack:
            limit = sessions + SPARE_SESSIONS
            service = Service(fps=setup.fps, max_sessions=limit, cores=self._cores.service)
            stack.enter_context(service)
            plan = replace(self._plan, url=service.url)
            rogue = stack.enter_context(self._rogue(plan, bad)) if bad is not None else None
            load = stack.enter_context(_load(replace(plan, sessions=sessions)))
            _hear(load, "measuring", CONNECTED_WITHIN + sessions)
            self._advance(setup.warmup)
            if rogue is not None and bad == "stalled":
                rogue.send_signal(signal.SIGSTOP)
            before = service.cpu_seconds()
            measured = self._watch(load)
            used = service.cpu_seconds() - before
            found = _hear(load, "result", SECOND_WITHIN)
        return row_of(found["sessions"], measured["seconds"], used, measured["generator"])

    @contextmanager
    def _rogue(self, plan: Plan, bad: Bad) -> Iterator[Child]:
        with _load(replace(plan, garbage=bad == "garbage", warmup=1.0, seconds=3600.0)) as rogue:
            _hear(rogue, "measuring", CONNECTED_WITHIN)
            yield rogue

    def _watch(self, load: Child) -> Result:
        while (said := load.hear(SECOND_WITHIN))["event"] == "second":
            self._advance(1.0)
        return said


def _load(plan: Plan) -> Child:
    return Child("overglass_simulators.bench.load", arguments_of(plan))


def _hear(load: Child, event: str, within: float) -> Result:
    said = load.hear(within)
    if said["event"] != event:
        raise load.failure(f"said {said['event']!r} instead of {event!r}")
    return said


@contextmanager
def _encoded(pictures: Content, fps: float) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="overglass-fleet-") as folder:
        path = Path(folder) / "units"
        units.save(path, units.encode(pictures, fps))
        yield path


def _worst(figures: Sequence[float | None]) -> float | None:
    known = [figure for figure in figures if figure is not None]
    return max(known) if len(known) == len(figures) and known else None


def _without_each(row: Result) -> Result:
    return {key: value for key, value in row.items() if key != "each"}
