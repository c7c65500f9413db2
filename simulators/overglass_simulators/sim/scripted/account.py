"""What a finished session comes to, in figures: trips, registration, how it came through faults. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from overglass_edge.meter import percentile
from overglass_simulators.sim.faults import Fault, FaultKind
from overglass_simulators.sim.subject import STAGES, FrameRow, Registration, Said

STEADY = 5
"Pictures in a row, none missing, that count as live."
GAP = 2.5
"Picture intervals, the camera's or those usual before the fault; a longer gap is a stutter."
BACK_WITHIN = 0.2
"Share by which latency may be above its baseline and still be back at it, beside BACK_SLACK."
BACK_SLACK = 0.005
"Seconds, likewise."
BASELINE = 2.0
"Seconds before a fault from which its baseline is taken."
AFTERWARDS = 1.0
"Seconds after a fault in which the wearer may still be told of its end."


@dataclass(frozen=True, slots=True)
class Provoked:
    """A fault that was provoked. Seconds since the session began."""

    fault: Fault
    at: float

    @property
    def ended(self) -> float:
        return self.at + (0.0 if self.fault.kind == "address" else self.fault.seconds)


@dataclass(frozen=True, slots=True)
class Recovery:
    """How the session came through one fault. Seconds; None: not before its end."""

    kind: FaultKind
    at: float
    seconds: float
    live_within: float | None
    "From the fault's end until pictures come steadily again; 0 if they never stopped."
    baseline: float | None
    "Median latency before it."
    latency_back_within: float | None
    "From the fault's end until latency is back at its baseline for STEADY pictures."
    told: tuple[str, ...]
    "What the wearer was told meanwhile and just after."


def recoveries(
    provoked: Iterable[Provoked], rows: Sequence[FrameRow], said: Sequence[Said], fps: float
) -> list[Recovery]:
    """One for each fault. `rows` and `said` are the whole session's, in order; `fps` the camera's rate."""
    return [_recovery(fault, rows, said, fps) for fault in provoked]


def _recovery(provoked: Provoked, rows: Sequence[FrameRow], said: Sequence[Said], fps: float) -> Recovery:
    ended, kind = provoked.ended, provoked.fault.kind
    before = [row for row in rows if provoked.at - BASELINE <= _photon(row) < provoked.at]
    baseline = percentile([row.latency for row in before], 50)
    usual = percentile([_photon(b) - _photon(a) for a, b in pairwise(before)], 50) or 0.0
    most = GAP * max(usual, 1 / fps)
    after = [row for row in rows if _photon(row) >= ended]
    live = _first_steady(after, lambda row, last: _photon(row) - _photon(last) <= most)
    back = None
    if baseline is not None:
        bound = baseline * (1 + BACK_WITHIN) + BACK_SLACK
        back = _first_steady(after, lambda row, last: max(row.latency, last.latency) <= bound)
    last_word = (ended if live is None else live) + AFTERWARDS
    told = tuple(word.detail for word in said if provoked.at <= word.at <= last_word)
    return Recovery(
        kind, provoked.at, provoked.fault.seconds, _since(live, ended), baseline, _since(back, ended), told
    )


def _since(at: float | None, ended: float) -> float | None:
    return None if at is None else max(0.0, at - ended)


def _photon(row: FrameRow) -> float:
    return row.exposed + row.latency


def _first_steady(rows: Sequence[FrameRow], fits: Callable[[FrameRow, FrameRow], bool]) -> float | None:
    """When the first run of STEADY rows began, each of which `fits` beside the one before."""
    run = 0
    for i in range(1, len(rows)):
        run = run + 1 if fits(rows[i], rows[i - 1]) else 0
        if run == STEADY - 1:
            return _photon(rows[i - run])
    return None


def figures(rows: Sequence[FrameRow], registrations: Sequence[Registration]) -> dict[str, Any]:
    """Latency and stages in ms, registration in degrees; None for what there is none of."""
    return {
        "latency_ms": _spread([row.latency * 1000 for row in rows]),
        "stages_ms": {
            stage: _rounded(percentile([r.stages[stage] * 1000 for r in rows if stage in r.stages], 50))
            for stage in STAGES
        },
        "registration_deg": _spread([found.warped for found in registrations]),
        "without_reprojection_deg": _spread([found.plain for found in registrations]),
    }


def recovery_figures(recovery: Recovery) -> dict[str, Any]:
    """For the report."""
    return {
        "fault": recovery.kind,
        "at": round(recovery.at, 3),
        "seconds": recovery.seconds,
        "live_within_s": _rounded(recovery.live_within),
        "baseline_ms": _rounded(_in_ms(recovery.baseline)),
        "latency_back_within_s": _rounded(recovery.latency_back_within),
        "told": list(recovery.told),
    }


def _spread(values: Sequence[float]) -> dict[str, float | None]:
    return {f"p{share}": _rounded(percentile(values, share)) for share in (50, 95)}


def _in_ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
