"""What the rest sees of a job. Knows no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from overglass_cloud.remix.work import Item


class State(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return self in (State.DONE, State.FAILED, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the waves that are planned so far have come."""

    done: int
    "Units, the running items' included."
    units: int
    seconds_left: float | None
    "From the finished items' times; None before the first is."


@dataclass(frozen=True, slots=True)
class Job:
    """One job as it stands. Times are seconds since 1970."""

    id: str
    owner: str
    title: str
    itinerary: str
    "Where the itinerary is imported from: package.module:NAME."
    artefacts: str
    state: State
    payload: Mapping[str, Any]
    created: float
    started: float | None
    ended: float | None
    reason: str
    "Why it failed."
    cure: str


@dataclass(frozen=True, slots=True)
class Planned:
    """An item of a job with what came of it so far."""

    item: Item
    done: bool
    attempts: int
    "How often it crashed."
    reason: str
    result: Mapping[str, Any]
