"""Restyles a clip with a look that is worn live, in full precision and at the clip's own size."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from overglass_cloud.clips.still import Still
from overglass_cloud.looks import ALONE, Engine, Looks
from overglass_cloud.remix.presets.contract import Atelier, Marking, Needs, Painter, Preset, Segment
from overglass_protocol.control import Control
from overglass_protocol.errors import RemixError

WARMING = 12
"""Pictures before a segment that an engine sees first. What it remembers of earlier ones forgets a quarter of
any small change with each, and after so many nothing of a level is left."""


class Restyle(BaseModel):
    """Parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    look: str = Field(default="midnight", description="Which look paints it.")
    strength: float = Field(default=1.0, ge=0, le=1, description="How far from the clip: 0 is the clip.")
    prompt: str | None = Field(default=None, max_length=2000, description="For looks that take words.")


class Restyler:
    """Paints with one engine."""

    def __init__(self, engine: Engine, control: Control) -> None:
        self._engine = engine
        self._control = control

    def paint(self, segment: Segment, stills: Iterator[Still]) -> Iterator[Still]:
        state = self._engine.prepare(self._control, None, ALONE)
        for still in stills:
            if still.index >= segment.end:
                return
            (picture,) = self._engine.paint([still.picture], [state])
            if still.index >= segment.start:
                yield still.painted(picture)

    def close(self) -> None:
        """An engine holds nothing that has to be given back."""


def _start(parameters: Restyle, atelier: Atelier) -> Painter:
    look = atelier.looks[parameters.look]
    return Restyler(look.start(atelier.workshop), _control(parameters, atelier.seed))


def _check(parameters: Restyle, looks: Looks) -> None:
    look = looks[parameters.look]
    look.check(_control(parameters))
    if look.sees or look.takes_reference:
        raise RemixError(
            f"the look {look.name!r} goes by what is found in the picture or by one that is lent, "
            "which remixes do not do yet",
            code="look-not-here",
            cure="Choose another look: 'overglass looks' says which there are.",
        )


def _control(parameters: Restyle, seed: int = 0) -> Control:
    return Control(look=parameters.look, strength=parameters.strength, prompt=parameters.prompt, seed=seed)


def _marking(parameters: BaseModel) -> Marking:
    assert isinstance(parameters, Restyle)
    return "none" if parameters.look == "none" or parameters.strength == 0 else "modified"


def _model(parameters: Any) -> str | None:
    return None if _marking(parameters) == "none" else f"overglass look {parameters.look}"


PRESETS = [
    Preset(
        name="restyle",
        title="Restyle",
        summary="The whole clip painted by a look, as it is worn live.",
        kind="restyle",
        parameters=Restyle,
        engine="looks",
        licence="Apache-2.0",
        marking=_marking,
        check=_check,
        wants=lambda parameters: Needs(before=WARMING),
        start=_start,
        model=_model,
        example={"look": "midnight"},
    )
]
