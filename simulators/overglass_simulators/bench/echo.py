"""How long a frame takes there and back on loopback, and what that costs both ends."""

import time
from dataclasses import dataclass

from overglass_cloud.engines import neural
from overglass_edge.door import Door
from overglass_protocol.control import Control
from overglass_simulators.bench.content import Content
from overglass_simulators.bench.glasses import Glasses
from overglass_simulators.bench.promise import Promise, judged
from overglass_simulators.bench.record import (
    Record,
    Window,
    count_figures,
    in_ms,
    latency_figures,
    reasons,
    stage_figures,
)
from overglass_simulators.bench.rig import Advance, Result, Setup, measure, pictures_of
from overglass_simulators.service import Service

NEURAL = frozenset(look.name for look in neural.LOOKS)
PROMISES = {
    ((512, 512), "H264"): (Promise("p50_ms", 8.0), Promise("p95_ms", 15.0)),
    ((512, 512), "VP8"): (Promise("p50_ms", 12.0),),
    ((1280, 720), "H264"): (Promise("p50_ms", 16.0),),
}
"By size and codec, at 30 fps, with the look `none`; nothing is promised of others but the first frame."
PAINTED = {((512, 512), "H264"): (Promise("p50_ms", 25.0),)}
"With a neural look."
FIRST_FRAME = Promise("ttff_ms", 500.0)


def promises(setup: Setup) -> tuple[Promise, ...]:
    """What is promised of this size, codec and look."""
    promised = PROMISES if setup.look == "none" else PAINTED if setup.look in NEURAL else {}
    return (*promised.get((setup.size, setup.codec), ()), FIRST_FRAME)


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor seconds used in the window."""

    edge: float
    service: float


def result_of(record: Record, window: Window, first_picture: float, cost: Cost) -> Result:
    """The measured keys. `first_picture`: seconds from the offer to the first returned picture."""
    trips = record.back(window)
    return {
        **latency_figures(trips, (50, 95, 99)),
        "ttff_ms": in_ms(first_picture),
        **count_figures(record, window),
        "cpu_core_s_per_s": round((cost.edge + cost.service) / window.seconds, 3),
        "edge_core_s_per_s": round(cost.edge / window.seconds, 3),
        "service_core_s_per_s": round(cost.service / window.seconds, 3),
        "stages": stage_figures(trips),
    }


def run(setup: Setup) -> Result:
    """Raises OverglassError when the two ends do not come together."""
    pictures = pictures_of(setup)
    with Service(look=setup.look, fps=setup.fps) as service:
        found = measure(
            "echo", setup.warmup + setup.seconds, lambda bar: _wear(service, pictures, setup, bar)
        )
    return judged({"bench": "echo", **found, **setup.describe(pictures.name)}, promises(setup))


async def _wear(service: Service, pictures: Content, setup: Setup, advance: Advance) -> Result:
    control = Control(look=setup.look)
    async with Door(service.url) as door, Glasses(door, pictures, setup, control, advance) as glasses:
        await glasses.wear(setup.warmup)
        before = Cost(time.process_time(), service.cpu_seconds())
        window = await glasses.wear(setup.seconds)
        cost = Cost(time.process_time() - before.edge, service.cpu_seconds() - before.service)
    found = result_of(glasses.record, window, glasses.first_picture, cost)
    return {**found, "reasons": reasons(glasses.dropped(), service.dropped())}
