"""A number that says where it comes from, or that nobody knows it and what is assumed instead.

Knows no device.
"""

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, StringConstraints, Tag
from typing_extensions import TypeAliasType

N = TypeVar("N")

Line = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^\S[^\r\n]*$")]
"Something said in one line."

SOURCED, ASSUMED = "(sourced)", "(assumed)"
"What the two forms are called where pydantic says which it tried; the parentheses tell them from fields."


class Strict(BaseModel):
    """What takes nothing for something else, and nothing besides what it knows."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Sourced(Strict, Generic[N]):
    """Something that is public."""

    value: N
    source: Line
    "The public document that says so, and where in it."

    @property
    def number(self) -> N:
        return self.value

    @property
    def origin(self) -> str:
        return self.source


class Assumed(Strict, Generic[N]):
    """Something that no public document says."""

    value: Literal["unknown"]
    assumed: N
    "What the simulator uses."
    why: Line
    "Why it uses that."

    @property
    def number(self) -> N:
        return self.assumed

    @property
    def origin(self) -> str:
        return self.why


def _form(data: Any) -> str:
    value = data.get("value") if isinstance(data, dict) else getattr(data, "value", None)
    return ASSUMED if value == "unknown" else SOURCED


Quantity = TypeAliasType(
    "Quantity",
    Annotated[
        Annotated[Sourced[N], Tag(SOURCED)] | Annotated[Assumed[N], Tag(ASSUMED)], Discriminator(_form)
    ],
    type_params=(N,),
)
"""`{"value": 24, "source": "..."}`, or `{"value": "unknown", "assumed": 24, "why": "..."}`."""
