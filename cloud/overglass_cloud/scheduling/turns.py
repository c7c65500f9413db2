"""Whose picture is taken in hand next: earliest deadline first, together with others like it.

A picture's deadline is one interval of its session after it came. Others of the same look and size join it
as long as the batch is expected to be done within that interval, or if it cannot be, anyway: then only
throughput helps. Nothing waits for a batch to fill.
"""

from dataclasses import dataclass

from overglass_cloud.scheduling.claims import Claim, Task
from overglass_cloud.scheduling.costs import Costs, Size
from overglass_cloud.scheduling.ladder import Ladder, Step
from overglass_cloud.scheduling.load import MOVING, Load

REVIEW_EVERY = 0.2
"Seconds between two looks at the load."


@dataclass(frozen=True, slots=True)
class Batch:
    """Claims whose pictures are painted together."""

    look: str
    size: Size
    claims: tuple[Claim, ...]


class Turns:
    """The claims of all sessions at one device."""

    def __init__(self, hands: int = 1) -> None:
        """`hands`: how many paintings can be moved along at the same time, beside the device."""
        self.costs = Costs()
        self.batches: dict[str, int] = {}
        "How many pictures a look likes to paint at once."
        self.load = Load(self.costs, self.batches, hands)
        self._ladder = Ladder(self.load)
        self._review_at = 0.0

    def join(self, now: float) -> Claim:
        claim = Claim(now)
        self.load.claims.append(claim)
        return claim

    def leave(self, claim: Claim) -> None:
        if claim in self.load.claims:
            self.load.claims.remove(claim)

    def arrived(self, claim: Claim, size: Size, now: float) -> bool:
        """A picture came. False when it takes the place of one that still waited."""
        claim.size = size
        first = claim.arrive(now)
        if not first and not claim.under_way and self.task(claim) is Task.PAINT:
            self._ladder.count(overtaken=1)  # while its own painting is under way nobody else's is in its way
        return first

    def task(self, claim: Claim) -> Task:
        """What its next picture is due for."""
        given = self.load.served(claim)
        if given.look is None:
            return Task.PASS
        if claim.painting and claim.since_painted + 1 < given.stride:
            return Task.REUSE
        return Task.PAINT

    def next_batch(self, now: float) -> Batch | None:
        """Takes those that are painted next, together; None if there is nothing to paint."""
        due = sorted(self._due(now, Task.PAINT), key=lambda claim: claim.deadline(now))
        if not due:
            return None
        first = self.load.served(due[0])
        alike = [c for c in due if (s := self.load.served(c)).look == first.look and s.size == first.size]
        assert first.look is not None
        batch = alike[: self._fitting(first.look, first.size, len(alike), due[0].deadline(now), now)]
        for claim in batch:
            self._take(claim)
        self._ladder.count(served=len(batch))
        return Batch(first.look, first.size, tuple(batch))

    def next_aside(self, now: float) -> tuple[Claim, Task] | None:
        """Takes one that needs no device, and says whether it is to be passed on or moved along."""
        due = [*self._due(now, Task.PASS), *self._due(now, Task.REUSE)]
        claim = min(due, key=lambda claim: claim.deadline(now), default=None)
        if claim is None:
            return None
        self._take(claim)
        return claim, self.task(claim)

    def painted(self, batch: Batch, seconds: float | None, now: float) -> None:
        """A batch is done, in so many seconds; None where that says nothing of others."""
        if seconds is not None:
            self.costs.took(batch.look, batch.size, len(batch.claims), seconds, now)
        for claim in batch.claims:
            claim.painting, claim.since_painted = True, 0
            self._given(claim, now)

    def given(self, claim: Claim, now: float, moving: float | None = None) -> None:
        """A picture was passed on, or the last painting moved along to it, in so many seconds."""
        if moving is not None:
            self.costs.took(MOVING, claim.size, 1, moving, now)
        claim.since_painted += 1
        self._given(claim, now)

    def put_back(self, claim: Claim, now: float) -> None:
        """Its last painting is of no use for the picture that was taken: that one has to be painted."""
        claim.painting = False
        self._given(claim, now)
        claim.waiting = now

    def review(self, now: float) -> list[Step]:
        """What changed on the ladder."""
        if now < self._review_at:
            return []
        self._review_at = now + REVIEW_EVERY
        return self._ladder.review(now)

    def _given(self, claim: Claim, now: float) -> None:
        claim.under_way = False
        if claim.waiting is not None:
            claim.waiting = now

    def _take(self, claim: Claim) -> None:
        claim.waiting, claim.under_way = None, True

    def _due(self, now: float, task: Task) -> list[Claim]:
        return [
            claim
            for claim in self.load.claims
            if claim.waiting is not None
            and not claim.under_way
            and now >= claim.held_until
            and self.task(claim) is task
        ]

    def _fitting(self, look: str, size: Size, waiting: int, deadline: float, now: float) -> int:
        most = min(self.load.batch_of(look), waiting)
        alone = self.costs.of(look, size, 1, now)
        if alone is None or now + alone > deadline:
            return most
        fits = (n for n in range(most, 1, -1) if now + (self.costs.of(look, size, n, now) or 0.0) <= deadline)
        return next(fits, 1)
