"""What is promised, and whether a result keeps it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Promise:
    """A bound on one key of a result; for a key that is true or false, what it has to be."""

    key: str
    bound: float | bool
    at_least: bool = False
    "Otherwise at most."

    def is_kept(self, measured: Any) -> bool:
        """What could not be measured keeps no promise."""
        if measured is None:
            return False
        if isinstance(self.bound, bool):
            return measured is self.bound
        return bool(measured >= self.bound if self.at_least else measured <= self.bound)

    def __str__(self) -> str:
        if isinstance(self.bound, bool):
            return "yes" if self.bound else "no"
        return f"{'at least' if self.at_least else 'at most'} {self.bound:g}"


def judged(result: dict[str, Any], promises: Iterable[Promise]) -> dict[str, Any]:
    """The result with `promise`, the numbers promised by key, and `kept`."""
    promises = list(promises)
    return {
        **result,
        "promise": {promise.key: promise.bound for promise in promises},
        "kept": all(promise.is_kept(result.get(promise.key)) for promise in promises),
    }
