"""A recipe: everything that turns clips into another one, as a document that can be kept and used again.

It names presets and their parameters, never files: the same recipe makes another clip from another input.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Codec = Literal["h264", "hevc", "av1"]


class Step(BaseModel):
    """One preset with its parameters. Which parameters there are is the preset's to say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: str = Field(min_length=1, max_length=64)
    parameters: Mapping[str, Any] = Field(default_factory=dict)


class Delivery(BaseModel):
    """How the result is encoded and marked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    codec: Codec = "h264"
    crf: int = Field(default=18, ge=0, le=51, description="x264's scale; other codecs' is set to match.")
    effort: Literal["fast", "balanced", "best"] = Field(
        default="balanced", description="How long the encoder may look for a smaller file."
    )
    label: bool = Field(default=True, description="AI MODIFIED or AI GENERATED, top right, where it is so.")
    watermark: bool = Field(default=True, description="The imperceptible mark that leads back to the record.")


class Recipe(BaseModel):
    """Steps in order, then the delivery."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    steps: tuple[Step, ...] = Field(max_length=16)
    seed: int = Field(default=0, ge=0, lt=2**63, description="Makes generation repeatable.")
    delivery: Delivery = Field(default_factory=Delivery)

    @property
    def text(self) -> str:
        """One line, the same for equal recipes: what is hashed and kept."""
        return self.model_dump_json()
