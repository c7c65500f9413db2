"""A finger drags a control at 60 Hz: is the last value always applied, and when is it seen?"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from overglass_edge.door import Door
from overglass_protocol.control import Control
from overglass_simulators.bench.content import Content
from overglass_simulators.bench.glasses import Glasses
from overglass_simulators.bench.promise import Promise, judged
from overglass_simulators.bench.record import Shown, in_ms
from overglass_simulators.bench.rig import Advance, Result, Setup, measure, pictures_of
from overglass_simulators.service import Service

UPDATES = 120
RATE = 60.0
"Updates a second."
SEEN_WITHIN = 1.5
"Seconds between two drags: a value seen later than that counts as lost."


@dataclass(frozen=True, slots=True)
class Drag:
    """One drag's last update."""

    version: int
    set_at: float
    "Monotonic seconds."


def promises(fps: float) -> tuple[Promise, ...]:
    """Within one frame and 30 ms."""
    return Promise("final_applied", True), Promise("lag_ms", round(1000 / fps + 30, 1))


def result_of(shown: Sequence[Shown], drags: Sequence[Drag]) -> Result:
    """The measured keys; the worst of several drags."""
    lags = [lag(shown, drag) for drag in drags]
    known = [seconds for seconds in lags if seconds is not None]
    return {
        "updates": UPDATES * len(drags),
        "final_applied": len(known) == len(drags),
        "lag_ms": in_ms(max(known)) if len(known) == len(drags) else None,
        "each_ms": [in_ms(seconds) for seconds in lags],
    }


def lag(shown: Sequence[Shown], drag: Drag) -> float | None:
    """Seconds from setting the last value to the first frame shown with it; None if there was none."""
    seen = (s.trip.shown for s in shown if s.version == drag.version)
    first = next(seen, None)
    return None if first is None else first - drag.set_at


def run(setup: Setup, rounds: int) -> Result:
    """Raises OverglassError."""
    pictures = pictures_of(setup)
    takes = setup.warmup + rounds * (UPDATES / RATE + SEEN_WITHIN)
    with Service(look=setup.look, fps=setup.fps) as service:
        found = measure("control", takes, lambda bar: _wear(service, pictures, setup, rounds, bar))
    return judged(
        {"bench": "control", **found, "rounds": rounds, **setup.describe(pictures.name)}, promises(setup.fps)
    )


async def _wear(service: Service, pictures: Content, setup: Setup, rounds: int, advance: Advance) -> Result:
    control = Control(look=setup.look)
    drags = []
    async with Door(service.url) as door, Glasses(door, pictures, setup, control, advance) as glasses:
        await glasses.wear(setup.warmup)
        for _ in range(rounds):
            drags.append(await _drag(glasses))
            advance(UPDATES / RATE)
            await glasses.wear(SEEN_WITHIN)
    return result_of(glasses.record.shown, drags)


async def _drag(glasses: Glasses) -> Drag:
    drag, start = Drag(0, 0.0), time.monotonic()
    for n in range(UPDATES):
        await asyncio.sleep(max(0.0, start + n / RATE - time.monotonic()))
        wanted = glasses.agent.control.model_copy(update={"strength": n / (UPDATES - 1)})
        now = time.monotonic()
        drag = Drag(glasses.agent.set_control(wanted).version, now)
    return drag
