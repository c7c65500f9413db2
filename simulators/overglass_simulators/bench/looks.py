"""Every look's speed and quality on the pictures of one clip, and a sheet to see them by.

Each look's engine runs alone, in this process, at the strength at which the look is meant to be worn. Nothing
is measured while an engine paints but the time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import fmean, median

from overglass_cloud.looks import Look, Looks, Workshop
from overglass_cloud.models.cli import store_here
from overglass_cloud.quality import Figures, difference
from overglass_protocol.errors import OverglassError
from overglass_simulators.bench import content, sheet
from overglass_simulators.bench.promise import Promise
from overglass_simulators.bench.reel import Reel, pixels
from overglass_simulators.bench.rig import Result, bar, settle
from overglass_simulators.bench.trial import Trial, tried

USUAL = (512, 288)
"Only there is a speed promised."
FPS = {"bf16": 100.0, "fp32": 40.0}
"Promised on two quiet cores, by what an engine computes with."
FPS_720P = 24.0
QUALITY = (
    Promise("warp_ratio", 1.5),
    Promise("seam_ratio", 2.5),
    Promise("structure", 0.6, at_least=True),
    Promise("strength", 0.08, at_least=True),
    Promise("difference", 0.05, at_least=True),
)


@dataclass(frozen=True, slots=True)
class Setup:
    """What is painted, and by what."""

    clip: Path | None = None
    "None: the generated street."
    names: Sequence[str] = ()
    "Of looks; none: all but `none`."
    size: tuple[int, int] = USUAL
    "The clip is cropped in the middle and scaled to it; nothing is stretched."
    seconds: float = 3.0
    "Of the clip that are measured, from its beginning."
    sheet: Path | None = None


def promises(engine: str, precision: str | None, size: tuple[int, int]) -> tuple[Promise, ...]:
    """What a look is held to: those that a network of ours paints, and no others."""
    if engine != "neural":
        return ()
    fps = Promise("fps", FPS[precision or "fp32"], at_least=True)
    speed = (fps, Promise("fps_720p", FPS_720P, at_least=True)) if size == USUAL else ()
    return (*speed, *QUALITY)


def run(setup: Setup) -> Result:
    """Raises OverglassError when there is nothing to measure, or nowhere to put the sheet."""
    chosen = _chosen(Looks.installed(), setup.names)
    if setup.sheet is not None:
        sheet.check(setup.sheet)
    reel = Reel.of(setup.clip, setup.size, setup.seconds)
    trials, absent = _tried(chosen, reel)
    figures = _measured(trials, reel)
    rows = rows_of(trials, figures, setup.size)
    if setup.sheet is not None:
        sheet.write(setup.sheet, *_drawing(setup, reel, trials, rows))
    return {
        "bench": "looks",
        **summary(rows),
        "looks": rows,
        "absent": absent,
        "size": f"{setup.size[0]}x{setup.size[1]}",
        "pictures": len(reel.pictures),
        "content": content.name(setup.clip),
        "sheet": None if setup.sheet is None else str(setup.sheet),
    }


def rows_of(trials: Sequence[Trial], figures: Sequence[Figures], size: tuple[int, int]) -> list[Result]:
    """One for each look, judged by what looks of its engine promise; `broken` names what is not kept."""
    closest = closest_of(trials)
    rows = []
    for trial, found in zip(trials, figures, strict=True):
        near = closest.get(trial.look.name)
        measured = {**_speeds(trial), **_qualities(found)}
        known = measured if near is None else {**measured, "difference": near.apart}
        promised = promises(trial.look.engine, trial.precision, size)
        if near is None:  # with no other look, there is none to differ from
            promised = tuple(promise for promise in promised if promise.key != "difference")
        broken = [promise.key for promise in promised if not promise.is_kept(known[promise.key])]
        rows.append(
            {
                **measured,
                "difference": {"least": near and near.apart, "from": near and near.name},
                "setting": _setting(trial),
                "promise": {promise.key: promise.bound for promise in promised},
                "kept": not broken if promised else None,
                "broken": broken,
            }
        )
    return rows


def summary(rows: Sequence[Result]) -> Result:
    """How many looks, how alike the two most alike are, and whether each keeps what it promises."""
    compared = [row for row in rows if row["difference"]["from"] is not None]
    near = min(compared, key=lambda row: float(row["difference"]["least"]), default=None)
    return {
        "number": len(rows),
        "most_alike": None if near is None else [near["name"], near["difference"]["from"]],
        "least_difference": None if near is None else near["difference"]["least"],
        "kept": all(row["kept"] is not False for row in rows),
    }


@dataclass(frozen=True, slots=True)
class Nearest:
    """Of all other looks, the one that differs least."""

    name: str
    apart: float
    "As `difference` has it, mean over the moments."


def closest_of(trials: Sequence[Trial]) -> dict[str, Nearest]:
    """By name; empty for a look alone."""
    shown = {trial.look.name: [pixels(moment) for moment in trial.moments] for trial in trials}
    found: dict[str, Nearest] = {}
    for pair in combinations(shown, 2):
        apart = round(
            fmean(difference(*both) for both in zip(*(shown[name] for name in pair), strict=True)), 4
        )
        for one, other in (pair, pair[::-1]):
            if one not in found or apart < found[one].apart:
                found[one] = Nearest(other, apart)
    return found


def _chosen(looks: Looks, names: Sequence[str]) -> list[Look]:
    if names:
        return [looks[name] for name in dict.fromkeys(names)]
    return [look for look in looks if look.name != "none"]


def _tried(looks: Sequence[Look], reel: Reel) -> tuple[list[Trial], list[Result]]:
    """Raises the only reason when not one of the looks can be had here."""
    trials: list[Trial] = []
    absent: list[Result] = []
    failure: OverglassError | None = None
    workshop = Workshop(store_here())
    settle()
    for number, look in enumerate(looks, start=1):
        try:
            with bar(f"painting {look.name} ({number} of {len(looks)})", reel.length) as advance:
                trials.append(tried(look, workshop, reel, advance))
        except OverglassError as error:
            failure = error
            absent.append({"name": look.name, "engine": look.engine, "reason": str(error)})
    if failure is not None and not trials:
        raise failure
    return trials, absent


def _measured(trials: Sequence[Trial], reel: Reel) -> list[Figures]:
    with bar("measuring", len(reel.pictures) * (1 + len(trials))) as advance:
        source = reel.source(advance)
        return [source.figures(trial.painted, advance) for trial in trials]


def _speeds(trial: Trial) -> Result:
    seconds, large = median(trial.seconds), median(trial.seconds_720p)
    return {
        "name": trial.look.name,
        "engine": trial.look.engine,
        "ms_per_frame": round(seconds * 1000, 2),
        "fps": _per_second(seconds),
        "fps_720p": _per_second(large),
    }


def _setting(trial: Trial) -> Result:
    return {
        "strength": trial.look.strength,
        "precision": trial.precision,
        "pictures": len(trial.painted),
    }


def _per_second(seconds: float) -> float:
    """A picture that is handed back as it came takes next to no time, but some."""
    return round(1 / max(seconds, 1e-6), 1)


def _qualities(found: Figures) -> Result:
    return {
        "warp_ratio": round(found.warp_ratio, 3),
        "seam_ratio": round(found.seam_ratio, 3),
        "structure": round(found.structure, 3),
        "strength": round(found.strength, 3),
    }


def _drawing(
    setup: Setup, reel: Reel, trials: Sequence[Trial], rows: Sequence[Result]
) -> tuple[str, list[sheet.Strip]]:
    source = sheet.Strip("source", "", [pixels(piece[-1]) for piece in reel.moments])
    painted = [
        sheet.Strip(
            trial.look.name,
            f"{row['fps']:.0f} fps    warp {row['warp_ratio']:.2f}    structure {row['structure']:.2f}    "
            f"strength {row['strength']:.2f}",
            [pixels(moment) for moment in trial.moments],
        )
        for trial, row in zip(trials, rows, strict=True)
    ]
    return f"{content.name(setup.clip)}    {setup.size[0]} x {setup.size[1]}", [source, *painted]
