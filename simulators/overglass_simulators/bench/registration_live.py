"""Registration through the real loop: a marked world, WebRTC, codec and service, and a link with a delay.

The look is `none`, so that marks come back as they went; where they are is then judged by `registration`.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from overglass_edge.agent import Agent
from overglass_edge.contract import AgentSettings
from overglass_edge.trip import Trip
from overglass_protocol import rtc
from overglass_protocol.control import Control
from overglass_protocol.errors import PeerError
from overglass_protocol.frame import Frame
from overglass_simulators.bench.promise import Promise, judged
from overglass_simulators.bench.registration import ROTATIONAL, write_csv
from overglass_simulators.bench.rig import Advance, Result, measure
from overglass_simulators.link import LinkSettings, Relay, RelayedDoor
from overglass_simulators.motion import Motion
from overglass_simulators.registration.rig import Rig
from overglass_simulators.registration.watched import Sight, Watch, judge
from overglass_simulators.service import Service
from overglass_simulators.world.camera import WorldCamera

ROUND_TRIPS = (0.05, 0.2, 0.4)
PROMISES = (Promise("loop_p95_deg", 1.0), Promise("loop_frames", 10, at_least=True))
FIRST_PICTURE_WITHIN = 20.0
"Seconds until the bench gives up."


@dataclass(frozen=True, slots=True)
class Plan:
    motions: Mapping[str, Motion]
    "They stay on the spot: marks stand around it."
    round_trips: Sequence[float] = ROUND_TRIPS
    seconds: float = 6.0
    settle: float = 2.5
    "Seconds after the first picture that do not count: the pings at first."
    seed: int = 1
    size: tuple[int, int] = (640, 480)
    fps: float = 30.0


class _Catcher:
    """A display that keeps what it is shown."""

    def __init__(self) -> None:
        self.caught: list[tuple[Frame, float, float]] = []
        "Frame, when it was shown, and what the clocks were believed to be apart."
        self.first = asyncio.Event()
        self.keeping = False
        self.offset: Callable[[float], float] = float
        "How far the service's clock is believed to be ahead at a time of ours."

    def show(self, frame: Frame, trip: Trip | None) -> None:
        if trip is not None:
            self.first.set()
            if self.keeping:
                self.caught.append((frame, trip.shown, self.offset(trip.shown)))

    def close(self) -> None:
        pass


def run(plan: Plan, csv_path: Path | None = None) -> Result:
    """One connection for each motion and round trip. Raises OverglassError."""
    rows: list[Result] = []
    with Service(fps=plan.fps) as service:
        for name, motion in plan.motions.items():
            for round_trip in plan.round_trips:
                watch = _watched(plan, service.url, name, motion, round_trip)
                rows += _rows(name, round_trip, watch)
    turns = [r for r in rows if r["mode"] == "warp_prediction" and r["motion"] in ROTATIONAL]
    worst = [row["p95_deg"] for row in turns if row["p95_deg"] is not None]
    result = {
        "bench": "registration",
        "loop": True,
        "loop_p95_deg": max(worst) if worst and len(worst) == len(turns) else None,
        "loop_frames": min((row["frames"] for row in rows), default=None),
        "seconds": plan.seconds,
        "seed": plan.seed,
        "size": f"{plan.size[0]}x{plan.size[1]}",
        "fps": plan.fps,
        "rows": rows,
    }
    if csv_path is not None:
        write_csv(csv_path, rows, list(rows[0]))
    return judged(result, PROMISES)


def _watched(plan: Plan, url: str, name: str, motion: Motion, round_trip: float) -> Watch:
    caught: list[Watch] = []

    async def wear(advance: Advance) -> Result:
        caught.append(await _wear(plan, url, motion, round_trip, advance))
        return {}

    measure(f"{name} {round_trip * 1000:.0f} ms", plan.settle + plan.seconds, wear)
    return caught[0]


async def _wear(plan: Plan, url: str, motion: Motion, round_trip: float, advance: Advance) -> Watch:
    camera = WorldCamera(plan.seed, size=plan.size, fps=plan.fps, motion=motion, fiducials=True)
    catcher = _Catcher()
    way = LinkSettings(delay=round_trip / 2)
    peer = rtc.PeerSettings(hosts=("127.0.0.1",), fps=plan.fps)
    async with Relay(up=way, down=way, seed=plan.seed) as relay, RelayedDoor(url, relay) as door:
        agent = Agent(camera, door, [catcher], AgentSettings("bench", peer), Control(look="none"))

        def offset(at: float) -> float:
            return agent.clock.offset(at)  # of the connection there is just then

        catcher.offset = offset
        task = asyncio.create_task(agent.run())
        try:
            await _first_picture(task, catcher)
            await _worn(task, plan.settle, advance)
            catcher.keeping = True
            await _worn(task, plan.seconds, advance)
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    return Watch(
        motion, camera.intrinsics, camera.fiducials, list(_sights(catcher, camera)), Rig(), plan.seed
    )


async def _first_picture(task: "asyncio.Task[None]", catcher: _Catcher) -> None:
    first = asyncio.create_task(catcher.first.wait())
    await asyncio.wait({task, first}, timeout=FIRST_PICTURE_WITHIN, return_when=asyncio.FIRST_COMPLETED)
    first.cancel()
    if not catcher.first.is_set():
        if task.done():
            task.result()
        raise PeerError(f"no picture came back within {FIRST_PICTURE_WITHIN:g} s")


async def _worn(task: "asyncio.Task[None]", seconds: float, advance: Advance) -> None:
    await asyncio.wait({task}, timeout=seconds)
    advance(seconds)
    if task.done():
        task.result()
        raise PeerError("the glasses ended early")


def _sights(catcher: _Catcher, camera: WorldCamera) -> Iterator[Sight]:
    """Both programs read the same clock here, so any offset that is believed is an error."""
    for frame, shown, offset in catcher.caught:
        if frame.envelope is not None:
            planes = np.asarray(frame.picture.to_ndarray(format="yuv420p"), np.uint8)
            exposed, at = frame.envelope.capture_time - camera.began, shown - camera.began
            yield Sight(planes, exposed, at, offset)


def _rows(name: str, round_trip: float, watch: Watch) -> Iterator[Result]:
    ages = [sight.shown - sight.exposed + watch.rig.photon for sight in watch.sights]
    clock = max((abs(sight.clock_error) for sight in watch.sights), default=None)
    for seen in judge(watch):
        yield {
            "motion": name,
            "rtt_ms": round(round_trip * 1000),
            "mode": seen.mode,
            **seen.figures(),
            "age_ms": round(float(np.mean(ages)) * 1000, 1) if ages else None,
            "clock_error_ms": None if clock is None else round(clock * 1000, 3),
            "frames": len(watch.sights),
            "marks": len(seen.degrees),
        }
