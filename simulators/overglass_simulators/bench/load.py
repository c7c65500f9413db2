"""The process that puts load on a service: many light sessions, or one that misbehaves.

Started by the fleet bench with its plan as an argument; says how it goes as JSON objects. It has a
process of its own so that its work can be kept apart from the service's.
"""

import asyncio
import json
import os
import random
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from overglass_edge.command import configure_log
from overglass_edge.door import Door
from overglass_protocol import loop
from overglass_protocol.errors import OverglassError
from overglass_simulators.bench import rig, units
from overglass_simulators.bench.light import Wearer
from overglass_simulators.bench.record import Window
from overglass_simulators.bench.rogue import Rogue
from overglass_simulators.child import COMPLAINT, end_with_stdin, say

LAST_FRAMES = 0.5
"Seconds to wait for frames under way at the end."


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do."""

    url: str
    units: str
    "File of access units."
    sessions: int = 1
    fps: float = 30.0
    seconds: float = 10.0
    warmup: float = 2.0
    cores: tuple[int, ...] = ()
    "To run on; none means all."
    garbage: bool = False
    "Send nonsense, in one session, until ended from outside."


async def wear(plan: Plan) -> None:
    """Connects all sessions, measures, and says what each one saw."""
    content = units.load(Path(plan.units))
    async with Door(plan.url, timeout=15.0) as door, AsyncExitStack() as stack:
        wearers = [
            await stack.enter_async_context(Wearer(door, content, plan.fps)) for _ in range(plan.sessions)
        ]
        start = time.monotonic()
        # Heads do not nod in step: the sessions' frames are spread over the interval.
        sending = [
            asyncio.create_task(wearer.send_regularly(start + n / plan.sessions / plan.fps))
            for n, wearer in enumerate(wearers)
        ]
        await asyncio.sleep(plan.warmup)
        say(event="measuring")
        window, cost = await _count_seconds(plan.seconds)
        say(event="measured", seconds=window.seconds, generator=cost)
        for task in sending:
            task.cancel()
        await asyncio.sleep(LAST_FRAMES)
        say(event="result", sessions=[seen(wearer, window) for wearer in wearers])


async def misbehave(plan: Plan) -> None:
    """Sends nonsense for ever, in a new session whenever the service has had enough of the last."""
    content, luck = units.load(Path(plan.units)), random.Random(1)
    async with Door(plan.url, timeout=15.0) as door:
        while True:
            try:
                async with Rogue(door, content, plan.fps, luck) as rogue:
                    say(event="measuring")
                    await rogue.misbehave()
            except OverglassError:
                await asyncio.sleep(0.5)  # turned away: it tries again, as its kind does


def seen(wearer: Wearer, window: Window) -> dict[str, Any]:
    """What one session sent and got back of the pictures handed over in the window."""
    return {
        "sent": sum(at in window for at in wearer.sent),
        "latencies": [round(back.latency, 6) for back in wearer.back if back.capture_time in window],
        "lost": wearer.lost,
    }


async def _count_seconds(seconds: float) -> tuple[Window, float]:
    """The time that passed, and the processor seconds it took here."""
    start, used = time.monotonic(), time.process_time()
    for n in range(int(seconds)):
        await asyncio.sleep(max(0.0, start + n + 1 - time.monotonic()))
        say(event="second")
    await asyncio.sleep(max(0.0, start + seconds - time.monotonic()))
    return Window(start, time.monotonic()), time.process_time() - used


def arguments_of(plan: Plan) -> Sequence[str]:
    """The command line that `main` reads."""
    return [json.dumps(asdict(plan))]


def main(arguments: Sequence[str]) -> None:
    given = json.loads(arguments[0])
    plan = Plan(**{**given, "cores": tuple(given["cores"])})
    if plan.cores:
        os.sched_setaffinity(0, plan.cores)
    end_with_stdin()
    configure_log(40)
    rig.settle()
    loop.run(misbehave(plan) if plan.garbage else wear(plan))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except OverglassError as error:
        sys.exit(f"{COMPLAINT}{error}")
