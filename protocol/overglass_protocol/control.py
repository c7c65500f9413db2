"""What the wearer wants to see: one document, replaced whole. The last write wins."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from overglass_protocol.reference import NAME

Overlay = Literal["faces", "people", "hands", "poses", "objects"]
"What can be looked for in the picture and drawn over it."
Region = Literal["all", "people", "background"]
"What of the picture a look paints; the rest stays as the camera saw it."


class Control(BaseModel):
    """The state of a session that its user steers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(default=0, ge=0, lt=2**32, description="Counts up with every change the edge makes.")
    look: str = Field(
        default="none", min_length=1, max_length=64, description="Name of the look that paints the picture."
    )
    strength: float = Field(
        default=1.0,
        ge=0.0,
        le=1.0,
        description="How far from the camera's picture: 0 is the source, 1 the look.",
    )
    prompt: str | None = Field(
        default=None, max_length=2000, description="What to paint, for looks that take words."
    )
    seed: int = Field(default=0, ge=0, lt=2**63, description="Makes generation repeatable.")
    overlays: tuple[Overlay, ...] = Field(
        default=(),
        max_length=8,
        description="What to look for; what is found comes back in the picture's scene.",
    )
    region: Region = Field(default="all", description="What of the picture the look paints.")
    reference: str | None = Field(
        default=None,
        pattern=NAME,
        description="The picture to go by, for looks that take one: its name after POST /references.",
    )
