"""What `overglass bench registration` is asked for: which cases, and what of a large table people see."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from overglass_protocol.errors import ConfigError
from overglass_simulators.bench import registration, registration_live
from overglass_simulators.bench.promise import Promise
from overglass_simulators.bench.rig import Result
from overglass_simulators.motion import Motion
from overglass_simulators.motion.choice import named

log = structlog.get_logger()

MOTIONS = ("constant", "sin30", "sin20", "sin10", "walk", "recorded")


@dataclass(frozen=True, slots=True)
class Choice:
    """As on the command line."""

    loop: bool
    motions: Sequence[str]
    "None named: all there are."
    seconds: float
    clip: Path | None
    csv: Path | None
    out: Path | None
    seed: int

    @property
    def promises(self) -> Sequence[Promise]:
        return registration_live.PROMISES if self.loop else registration.PROMISES


def run(choice: Choice, *, whole: bool) -> Result:
    """Raises OverglassError. Not `whole`: for people, with two small tables in place of all rows."""
    if choice.loop and choice.out is not None:
        raise ConfigError("the real loop has too few cases to draw", cure="Draw with --fast --out PLOT.")
    motions = chosen(choice.motions, choice.clip, walking=not choice.loop)
    if not choice.motions and "recorded" not in motions:
        log.warning("without --clip the motion 'recorded' is left out")
    if choice.loop:
        live = registration_live.Plan(motions, seconds=choice.seconds, seed=choice.seed)
        return registration_live.run(live, choice.csv)
    plan = registration.Plan(motions, seconds=choice.seconds, seed=choice.seed)
    result = registration.run(plan, choice.csv, choice.out)
    return result if whole else shortened(result)


def chosen(names: Sequence[str], clip: Path | None, *, walking: bool) -> dict[str, Motion]:
    """The motions of those names, or all there are: without a clip none is recorded.

    Raises ConfigError, and SourceError for a clip that does not say how it was held.
    """
    if not names:
        left_out = {"recorded"} if clip is None else set()
        left_out |= set() if walking else {"walk"}
        names = [name for name in MOTIONS if name not in left_out]
    for name in names:
        if name not in MOTIONS:
            raise ConfigError(
                f"the bench knows no motion {name!r}", cure=f"Choose one of {', '.join(MOTIONS)}."
            )
    if not walking and "walk" in names:
        raise ConfigError(
            "the marks of the real loop stand around a head that stays", cure="Leave --motion walk out."
        )
    if clip is None and "recorded" in names:
        raise ConfigError(
            "a recorded motion needs a recording", cure="Give a video with a gyroscope by --clip."
        )
    return {name: named(name, clip) for name in names}


def shortened(result: Result) -> Result:
    """The result for people: 95th percentiles in degrees at the worst jitter, in place of all rows."""
    rows = result["rows"]
    far: dict[tuple[str, int], dict[str, Any]] = {}
    for row in rows:
        if row["depth"] == "inf":
            line = far.setdefault((row["motion"], row["rtt_ms"]), _heading(row))
            line[row["mode"]] = max(line.get(row["mode"], 0.0), row["p95_deg"])
    near: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        if row["motion"] == "walk" and row["rtt_ms"] in (50, 200, 400):
            line = near.setdefault((row["depth"], row["mode"]), {"depth": row["depth"], "mode": row["mode"]})
            key = f"{row['rtt_ms']}_ms"
            line[key] = max(line.get(key, 0.0), row["p95_deg"])
    tables = {"p95 degrees far away, at the worst jitter": list(far.values())}
    if near:
        tables["p95 degrees for who walks, metres away"] = list(near.values())
    return {**{key: value for key, value in result.items() if key != "rows"}, **tables}


def _heading(row: dict[str, Any]) -> dict[str, Any]:
    return {"motion": row["motion"], "rtt_ms": row["rtt_ms"]}
