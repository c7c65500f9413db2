"""The look `imagine`: whatever the wearer says. Read when looks are listed, so nothing heavy at the top."""

from overglass_cloud.engines.diffusion.choice import Choice
from overglass_cloud.looks import Engine, Look, Workshop

LICENCE = "Stability AI Community License for SD-Turbo's weights, MIT for TAESD's"
MAX_BATCH = 8


def start(workshop: Workshop) -> Engine:
    """Loads the pipeline the service chose. Raises LookError with the cure."""
    from overglass_cloud.engines.diffusion.start import engine_of

    engine = engine_of(workshop.diffusion, workshop.models, workshop.progress, MAX_BATCH)
    engine.waits = workshop.exact is not None
    return engine


LOOKS = [
    Look(
        "imagine",
        "Whatever you say: a prompt becomes the world you see.",
        "diffusion",
        start,
        licence=LICENCE,
        needs=("sd_turbo", "gpu"),
        takes_prompt=True,
        parameters={"steps": Choice().steps, "noise": Choice().noise},
    )
]
