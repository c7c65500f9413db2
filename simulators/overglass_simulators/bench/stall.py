"""What is left of a stall once it is over: does latency come back to what it was, and how soon."""

import time
from collections.abc import Sequence
from typing import Literal, get_args

from overglass_edge.door import Door
from overglass_edge.trip import Trip
from overglass_protocol.control import Control
from overglass_protocol.errors import ConfigError, PeerError
from overglass_simulators.bench.content import Content
from overglass_simulators.bench.glasses import Glasses
from overglass_simulators.bench.promise import Promise, judged
from overglass_simulators.bench.record import Record, Shown, Window, in_ms, latency_figures
from overglass_simulators.bench.rig import Advance, Result, Setup, measure, pictures_of
from overglass_simulators.service import Service, pause

PROMISES = (Promise("recovered_within_ms", 150.0),)
"For a stall of 0.8 s."
What = Literal["process", "engine"]
"The whole service stands still, or only its engine does."
LOOKS: dict[What, str] = {"process": "none", "engine": "model"}
BASELINE_SECONDS = 4.0
AFTER_SECONDS = 2.5
"Between two stalls: a recovery that takes longer counts as none."
STEADY = 10
"Frames that have to be in time, too, after the first that is."


def checked(what: str) -> What:
    """Raises ConfigError."""
    for known in get_args(What):
        if what == known:
            return known  # type: ignore[no-any-return]
    raise ConfigError(f"{what!r} cannot be stalled", cure="Choose --what process or --what engine.")


def result_of(record: Record, quiet: Window, stalls: Sequence[Window]) -> Result:
    """The measured keys; the worst of several stalls, None if latency did not come back from one."""
    trips = record.back(quiet)
    baseline = latency_figures(trips, (50,))["p50_ms"]
    if baseline is None:
        raise PeerError("no frame came back before the first stall", cure="Run it again with less load.")
    limit = (baseline * 1.1 + 5.0) / 1000
    ends = [*(stall.start for stall in stalls[1:]), float("inf")]
    afters = [
        [s.trip for s in record.shown if stall.end <= s.trip.shown < until]
        for stall, until in zip(stalls, ends, strict=True)
    ]
    recovered = [recovery(after, stall.end, limit) for after, stall in zip(afters, stalls, strict=True)]
    typical = [
        recovery(after, stall.end, limit, share=0.5) for after, stall in zip(afters, stalls, strict=True)
    ]
    return {
        "baseline_p50_ms": baseline,
        "recovered_within_ms": _worst(recovered),
        "typically_within_ms": _worst(typical),
        "each_ms": [in_ms(seconds) for seconds in recovered],
        "each_typically_ms": [in_ms(seconds) for seconds in typical],
        "stalled_s": [round(stall.seconds, 3) for stall in stalls],
        "lost": [_lost(record, stall) for stall in stalls],
    }


def recovery(after: Sequence[Trip], end: float, limit: float, share: float = 1.0) -> float | None:
    """Seconds from `end` to the first frame whose latency is within `limit`, as is that of the STEADY
    frames after it, or of at least this share of them; None if there is no such.

    With a share below 1 a hiccup of a machine that others use, too, is not taken for the stall's mark.
    """
    for first in range(len(after) - STEADY):
        in_time = [trip.latency <= limit for trip in after[first : first + STEADY + 1]]
        if in_time[0] and sum(in_time[1:]) >= share * STEADY:
            return after[first].shown - end
    return None


def engine_stall(shown: Sequence[Shown], version: int, seconds: float) -> Window:
    """When the engine slept: for so long until it painted the first frame of that version, by the cloud's
    own times. Raises PeerError when there is none."""
    first = next((s.trip for s in shown if s.version is not None and s.version >= version), None)
    if first is None or "paint" not in first.stages:
        raise PeerError("the engine's stall left no trace", cure="Run it again with less load.")
    order = list(first.stages)
    painted = first.capture_time + sum(first.stages[name] for name in order[: order.index("paint") + 1])
    return Window(painted - seconds, painted)


def run(setup: Setup, what: What, seconds: float, repeat: int) -> Result:
    """Stalls for so many seconds, `repeat` times. Raises OverglassError."""
    pictures = pictures_of(setup)
    takes = setup.warmup + BASELINE_SECONDS + repeat * (seconds + AFTER_SECONDS)
    with Service(look=setup.look, fps=setup.fps) as service:
        found = measure(
            "stall", takes, lambda bar: _Stalls(service, what, seconds).wear(pictures, setup, repeat, bar)
        )
    about = {"what": what, "stall": seconds, "repeat": repeat}
    return judged({"bench": "stall", **found, **about, **setup.describe(pictures.name)}, PROMISES)


class _Stalls:
    """Makes them."""

    def __init__(self, service: Service, what: What, seconds: float) -> None:
        self._service, self._what, self._seconds = service, what, seconds

    async def wear(self, pictures: Content, setup: Setup, repeat: int, advance: Advance) -> Result:
        stalls: list[Window] = []
        control = Control(look=setup.look)
        async with (
            Door(self._service.url) as door,
            Glasses(door, pictures, setup, control, advance) as glasses,
        ):
            await glasses.wear(setup.warmup)
            quiet = await glasses.wear(BASELINE_SECONDS)
            for _ in range(repeat):
                stalls.append(await self._stall(glasses))
        return result_of(glasses.record, quiet, stalls)

    async def _stall(self, glasses: Glasses) -> Window:
        if self._what == "process":
            stall = await self._halt(glasses)
            await glasses.wear(AFTER_SECONDS)
            return stall
        asked = glasses.agent.control.model_copy(update={"prompt": pause(self._seconds)})
        version = glasses.agent.set_control(asked).version
        await glasses.wear(self._seconds + AFTER_SECONDS)
        return engine_stall(glasses.record.shown, version, self._seconds)

    async def _halt(self, glasses: Glasses) -> Window:
        start = time.monotonic()
        self._service.stop()
        try:
            await glasses.wear(self._seconds)
        finally:
            self._service.cont()
        return Window(start, time.monotonic())


def _worst(recovered: Sequence[float | None]) -> float | None:
    known = [seconds for seconds in recovered if seconds is not None]
    return in_ms(max(known)) if len(known) == len(recovered) else None


def _lost(record: Record, stall: Window) -> int:
    """Frames captured during the stall that never came back."""
    return record.sent(stall) - len(record.back(stall))
