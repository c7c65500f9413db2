"""Presets that generate with weights a person brings: a clip made anew from words, or a picture set moving.

Listing them imports no torch and no OpenCV; starting one does.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from overglass_cloud.looks import Looks
from overglass_cloud.remix.generation import weights
from overglass_cloud.remix.generation.catalogue import MODELS, Model
from overglass_cloud.remix.presets.contract import Atelier, Needs, Painter, Preset, Scope
from overglass_cloud.remix.timeline import Timeline
from overglass_protocol.errors import RemixError

OVERLAP = 8
"Pictures that neighbouring windows both paint, at most a quarter of a window."


class Generate(BaseModel):
    """Parameters that all of them have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: str = Field(default="", max_length=2000, description="What should be seen, in words.")
    negative: str = Field(default="", max_length=2000, description="What should not be seen.")
    steps: int | None = Field(
        default=None, ge=1, le=200, description="More are slower; the model's own if none."
    )
    guidance: float | None = Field(default=None, ge=1, le=20, description="How literally words are taken.")
    pixels: int | None = Field(
        default=None,
        ge=4096,
        description="Larger pictures are painted scaled down to this many pixels, in their own proportions, "
        "and scaled up again; the model's own if none.",
    )


class Repaint(Generate):
    """Parameters of video to video."""

    strength: float = Field(default=0.7, gt=0, le=1, description="How far from the clip. Not for vace.")
    mask: str | None = Field(
        default=None, description="For vace: a picture of the job's files; black keeps, white generates."
    )


class Animate(Generate):
    """Parameters of image to video."""

    frames: int = Field(default=49, ge=2, le=1000, description="Pictures of the clip that is made.")
    fps: int = Field(default=16, ge=1, le=60, description="Pictures in a second.")


def _preset(model: Model) -> Preset:
    moving = model.task == "image"
    title = f"{'Animate' if moving else 'Repaint'} ({model.name})"
    what = "The first picture set moving" if moving else "The whole clip generated anew"
    return Preset(
        name=f"generate-{model.name}",
        title=title,
        summary=f"{what} by {model.hub}, which needs {model.memory} GB of GPU memory.",
        kind="generate",
        parameters=Animate if moving else Repaint,
        engine=model.pipeline,
        licence=model.licence.name,
        marking=lambda parameters: "generated" if moving else "modified",
        needs=(model.hub, *(part.hub for part in model.parts), "gpu"),
        missing=lambda workshop: weights.missing(model, workshop.models),
        files=("mask",) if model.mask else (),
        check=_check_of(model),
        retime=_moved if moving else None,
        wants=lambda parameters: Needs(blend=overlap(model), shape=model.shape),
        start=_start_of(model),
        model=lambda parameters: model.hub,
        example={"prompt": "a watercolour painting, soft light"},
    )


def overlap(model: Model) -> int:
    """Pictures that neighbouring windows both paint; none where there is only one window."""
    return 0 if model.task == "image" else min(OVERLAP, model.shape.most // 4)


def _check_of(model: Model) -> Callable[[Any, Looks], None]:
    def check(parameters: Any, looks: Looks) -> None:
        if isinstance(parameters, Animate) and parameters.frames > model.shape.most:
            raise RemixError(
                f"{model.name} makes at most {model.shape.most} pictures",
                code="too-many-frames",
                cure=f"Ask for frames={model.shape.most} or fewer.",
            )
        if isinstance(parameters, Repaint) and parameters.mask is not None and not model.mask:
            raise RemixError(
                f"{model.name} takes no mask",
                code="no-mask",
                cure="Use generate-vace, or leave the mask out.",
            )

    return check


def _moved(parameters: Any, timeline: Timeline, scope: Scope) -> Timeline:
    """The first picture, as often as pictures are made. No spans: nothing sounds."""
    if not len(timeline):
        raise RemixError("there is no picture to begin with", code="no-picture", cure="Choose a longer clip.")
    count = parameters.frames
    return Timeline(
        Fraction(1, parameters.fps),
        np.full(count, timeline.source[0], np.int32),
        np.full(count, timeline.frame[0], np.int64),
        np.arange(count, dtype=np.int64),
        (),
    )


def _start_of(model: Model) -> Callable[[Any, Atelier], Painter]:
    def start(parameters: Any, atelier: Atelier) -> Painter:
        from overglass_cloud.remix.generation.painting import Generator, Wish  # noqa: PLC0415 - loads torch

        wish = Wish(
            parameters.prompt,
            parameters.negative,
            steps=parameters.steps or model.steps,
            guidance=parameters.guidance or model.guidance,
            pixels=min(parameters.pixels or model.pixels, 4 * model.pixels),
            window=model.shape.most,
            overlap=overlap(model),
            seed=atelier.seed,
        )
        if isinstance(parameters, Animate):
            wish = replace(wish, rate=parameters.fps)
        if isinstance(parameters, Repaint):
            wish = replace(wish, strength=parameters.strength, mask=_mask(parameters.mask, atelier))
        pipeline = weights.loaded(model, atelier.workshop.models, atelier.device, atelier.threads)
        return Generator(pipeline, model, wish)

    return start


def _mask(name: str | None, atelier: Atelier) -> Any:
    if name is None:
        return None
    import cv2  # noqa: PLC0415 - listing the presets must not load it

    file = atelier.files.get(name)
    mask = None if file is None else cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
    if mask is None:
        raise RemixError(
            f"the mask {name!r} is no picture of the job", code="no-mask", cure="Send it along as PNG."
        )
    return mask


PRESETS = [_preset(model) for model in MODELS]
