"""What every executor offers the foreman. Knows no job: only orders, and what came of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from overglass_cloud.remix.work import Order


@dataclass(frozen=True, slots=True)
class UnitsTold:
    """A running order's progress."""

    handle: int
    units: int


@dataclass(frozen=True, slots=True)
class Performed:
    handle: int
    result: Mapping[str, Any]
    seconds: float


@dataclass(frozen=True, slots=True)
class Broken:
    """The order was not performed."""

    handle: int
    reason: str
    cure: str = ""
    final: bool = False
    "Trying again would not cure it."


Outcome = UnitsTold | Performed | Broken


class Executor(Protocol):
    """Performs orders on workers. One thread uses it at a time."""

    @property
    def room(self) -> int:
        """How many more orders it would start at once."""
        ...

    def submit(self, itinerary: str, order: Order) -> int:
        """Starts the order and gives its handle. `itinerary`: package.module:NAME."""
        ...

    def outcomes(self, timeout: float) -> Sequence[Outcome]:
        """What happened since the last call; waits for something at most `timeout` seconds."""
        ...

    def cancel(self, handle: int) -> None:
        """Stops it wherever it is. Nothing more is heard of it."""
        ...

    def close(self) -> None:
        """Ends all workers."""
        ...
