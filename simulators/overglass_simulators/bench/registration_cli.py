"""The command `overglass bench registration`: chooses the parts, and what of a large table people want to see."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from overglass_protocol.errors import ConfigError

if TYPE_CHECKING:
    from overglass_simulators.motion import Motion

MOTIONS = ("constant", "sin30", "sin20", "sin10", "walk", "recorded")


def registration(
    loop: Annotated[
        bool, typer.Option("--loop/--fast", help="Through the real loop, or all cases in virtual time.")
    ] = False,
    motion: Annotated[
        list[str] | None, typer.Option(help="How the head moves, several times for several; by default all.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=2.0, max=60.0, help="Of each case that count.")] = 8.0,
    clip: Annotated[
        Path | None, typer.Option(help="Video with a gyroscope in its metadata, for 'recorded'.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Where to write all rows.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where to draw it, as PNG.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of noise, jitter and the world.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> None:
    """How far overlays are from where they belong while the head moves, by motion, link and mode."""
    from overglass_simulators.bench import registration as this
    from overglass_simulators.bench import registration_live as live
    from overglass_simulators.bench.report import tell
    from overglass_simulators.bench.rig import on_machine

    if loop and out is not None:
        raise ConfigError("the real loop has too few cases to draw", cure="Draw with --fast --out PLOT.")
    motions = chosen(motion or (), clip, walking=not loop)
    if loop:
        plan = live.Plan(motions, seconds=seconds, seed=seed)
        result, promises = on_machine(lambda: live.run(plan, csv)), live.PROMISES
    else:
        table = this.Plan(motions, seconds=seconds, seed=seed)
        result, promises = on_machine(lambda: this.run(table, csv, out)), this.PROMISES
    if "recorded" not in motions and not motion:
        typer.echo("Without --clip the motion 'recorded' is left out.", err=True)
    tell(result if as_json or loop else shortened(result), promises, as_json=as_json)


def chosen(names: "list[str] | tuple[str, ...]", clip: Path | None, *, walking: bool) -> "dict[str, Motion]":
    """The motions of those names, or all there are: without a clip none is recorded.

    Raises ConfigError, and SourceError for a clip that does not say how it was held.
    """
    from overglass_simulators.motion.choice import named

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


def shortened(result: dict[str, Any]) -> dict[str, Any]:
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
