"""What a job was asked for, as a document among its artefacts: the recipe, and where its inputs lie.

Knows no database. The same commission gives the same clip, whoever makes it.
"""

import hashlib
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field

from overglass_cloud.remix.recipe import Recipe

NAME = "commission.json"


class Input(BaseModel):
    """A clip that the job is made from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="As the person called it; for people only.")
    file: str = Field(description="Its name among the artefacts, or the path of a file on this machine.")
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Commission(BaseModel):
    """Everything that the result depends on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipe: Recipe
    inputs: Sequence[Input] = Field(min_length=1, max_length=64)
    files: Mapping[str, Input] = Field(
        default_factory=dict, description="What parameters name: captions, pictures, a session's timeline."
    )

    @property
    def record(self) -> int:
        """The 32-bit number that the watermark carries: equal for equal commissions, never 0."""
        whole = hashlib.sha256(self.recipe.text.encode())
        for each in (*self.inputs, *(self.files[name] for name in sorted(self.files))):
            whole.update(bytes.fromhex(each.sha256))
        return int.from_bytes(whole.digest()[:4], "big") or 1
