"""What looking for faces adds to the picture's latency, and how old what is drawn over it is.

Off and on take turns in one session, so that a machine that gets slower does it to both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from overglass_cloud.capabilities import Capabilities
from overglass_cloud.models.cli import store_here
from overglass_edge.door import Door
from overglass_protocol.control import Control, Overlay
from overglass_simulators.bench.content import Content
from overglass_simulators.bench.glasses import Glasses
from overglass_simulators.bench.promise import Promise, judged
from overglass_simulators.bench.record import (
    Record,
    Shown,
    Window,
    in_ms,
    latency_figures,
    percentile_ms,
    reasons,
    stage_figures,
)
from overglass_simulators.bench.rig import Advance, Result, Setup, measure, pictures_of
from overglass_simulators.service import Service

PROMISES = (Promise("added_ms", 3.0),)
FACES: tuple[Overlay, ...] = ("faces",)
TURN = 2.5
"Seconds that off and on last each, several times over."
SETTLE = 0.5
"Seconds after each change that do not count: a detector starts, a rate control follows."

ON_THE_WAY = 0.1
"Seconds before a change: pictures captured then may come back after it."


@dataclass(frozen=True, slots=True)
class Detection:
    """What the service's detectors did, from its metrics."""

    pictures: float
    seconds: float


def result_of(record: Record, off: Sequence[Window], on: Sequence[Window], spent: Detection) -> Result:
    """The measured keys."""
    without, within = _shown(record, off), _shown(record, on)
    before, after = latency_figures(s.trip for s in without), latency_figures(s.trip for s in within)
    scenes = [s.scene_age for s in within if s.scene_age is not None]
    return {
        "p50_ms_off": before["p50_ms"],
        "p50_ms_on": after["p50_ms"],
        "added_ms": _difference(before["p50_ms"], after["p50_ms"]),
        "p95_ms_off": before["p95_ms"],
        "p95_ms_on": after["p95_ms"],
        "frames_off": len(without),
        "frames_on": len(within),
        "scene_share": _share(len(scenes), len(within)),
        "found_share": _share(sum(s.found > 0 for s in within), len(within)),
        "own_scene_share": _share(sum(age == 0 for age in scenes), len(within)),
        "scene_age_p50_ms": percentile_ms(scenes, 50),
        "scene_age_p95_ms": percentile_ms(scenes, 95),
        "detector_ms": in_ms(spent.seconds / spent.pictures) if spent.pictures else None,
        "stages_off": stage_figures([s.trip for s in without]),
        "stages_on": stage_figures([s.trip for s in within]),
    }


def run(setup: Setup) -> Result:
    """Raises OverglassError, with the command that gets it when the model is not here."""
    Capabilities(store_here()).require("faces")
    pictures = pictures_of(setup)
    with Service(look=setup.look, fps=setup.fps) as service:
        found = measure(
            "overlays", setup.warmup + setup.seconds, lambda bar: _wear(service, pictures, setup, bar)
        )
    return judged({"bench": "overlays", **found, **setup.describe(pictures.name)}, PROMISES)


async def _wear(service: Service, pictures: Content, setup: Setup, advance: Advance) -> Result:
    off, on = list[Window](), list[Window]()
    control = Control(look=setup.look, overlays=FACES)
    async with Door(service.url) as door, Glasses(door, pictures, setup, control, advance) as glasses:
        await glasses.wear(setup.warmup)
        for _ in range(max(1, round(setup.seconds / (2 * TURN)))):
            off.append(await _turn(glasses, (), min(TURN, setup.seconds / 2)))
            on.append(await _turn(glasses, FACES, min(TURN, setup.seconds / 2)))
        spent = Detection(service.total("detections"), service.total("detection_seconds"))
    found = result_of(glasses.record, off, on, spent)
    return {**found, "reasons": reasons(glasses.dropped(), service.dropped())}


async def _turn(glasses: Glasses, overlays: tuple[Overlay, ...], seconds: float) -> Window:
    glasses.agent.set_control(glasses.agent.control.model_copy(update={"overlays": overlays}))
    await glasses.wear(min(SETTLE, seconds / 2))
    window = await glasses.wear(seconds - min(SETTLE, seconds / 2))
    return Window(window.start, window.end - ON_THE_WAY)


def _shown(record: Record, windows: Iterable[Window]) -> list[Shown]:
    windows = list(windows)
    return [s for s in record.shown if any(s.trip.capture_time in window for window in windows)]


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _difference(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else round(after - before, 2)
