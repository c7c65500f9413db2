"""The shape of a job's work: items that workers perform, wave after wave. Knows no database and no executor.

An item is idempotent: it reads what earlier waves left among the job's artefacts and leaves its own there,
each file whole or not at all. So it may be performed again after a kill, anywhere, with the same result.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Told = Callable[[int], None]
"How many of the item's units are done."


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of a job that one worker performs without asking anybody. Goes to JSON and back."""

    stage: str
    "What is to be done: its performer's name."
    index: int
    "Which of the stage's items."
    units: int = 1
    "How much work it is, in pictures: what progress and time left are measured in."
    gpu: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker is handed. Everything else it reads from the job's artefacts."""

    job: str
    artefacts: str
    "URL of the job's own folder, as fsspec reads it."
    item: Item
    attempt: int = 1
    device: str = "cpu"
    threads: int = 1
    settings: Mapping[str, Any] = field(default_factory=dict)
    "Of the machine, such as where model files lie."


class Itinerary(Protocol):
    """Which items a job is made of. Both are importable by name, and pickled by it."""

    def first(self) -> Sequence[Item]:
        """The first wave."""
        ...

    def after(self, wave: int, done: Sequence[tuple[Item, Mapping[str, Any]]]) -> Sequence[Item]:
        """The next wave, given the items of this one with what each returned; empty when the job is done."""
        ...

    def perform(self, order: Order, told: Told) -> Mapping[str, Any]:
        """Does one item in a worker. What it returns goes to JSON. Raises OverglassError for what trying
        again would not cure; anything else counts as an attempt."""
        ...
