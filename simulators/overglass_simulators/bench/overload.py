"""What a wearer sees when the model cannot keep up: the newest frame, or ever older ones."""

from dataclasses import replace

from overglass_edge.door import Door
from overglass_protocol.control import Control
from overglass_simulators.bench.content import Content
from overglass_simulators.bench.glasses import Glasses
from overglass_simulators.bench.promise import Promise, judged
from overglass_simulators.bench.record import (
    Record,
    Window,
    count_figures,
    latency_figures,
    reasons,
    stage_figures,
)
from overglass_simulators.bench.rig import Advance, Result, Setup, measure, pictures_of
from overglass_simulators.service import Service

PROMISES = (Promise("p50_ms", 95.0),)
"For a model of 50 ms and 30 fps."


def result_of(record: Record, window: Window) -> Result:
    """The measured keys; `dropped` counts frames captured in the window that never came back."""
    trips = record.back(window)
    counts = count_figures(record, window)
    return {
        **latency_figures(trips),
        "fps_out": round(len(trips) / window.seconds, 2),
        "dropped": counts["sent"] - counts["received"],
        **counts,
        "stages": stage_figures(trips),
    }


def run(setup: Setup, model_ms: float) -> Result:
    """With a model of so many milliseconds a frame. Raises OverglassError."""
    setup = replace(setup, look="model")
    pictures = pictures_of(setup)
    with Service(look=setup.look, model_ms=model_ms, fps=setup.fps) as service:
        found = measure(
            "overload", setup.warmup + setup.seconds, lambda bar: _wear(service, pictures, setup, bar)
        )
    return judged(
        {"bench": "overload", **found, "model_ms": model_ms, **setup.describe(pictures.name)}, PROMISES
    )


async def _wear(service: Service, pictures: Content, setup: Setup, advance: Advance) -> Result:
    control = Control(look=setup.look)
    async with Door(service.url) as door, Glasses(door, pictures, setup, control, advance) as glasses:
        await glasses.wear(setup.warmup)
        window = await glasses.wear(setup.seconds)
    return {**result_of(glasses.record, window), "reasons": reasons(glasses.dropped(), service.dropped())}
