"""How much its sessions ask of the device, and of the hands beside it that move paintings along.

In seconds a second, so that 1 is all there is. What is not known yet counts nothing, so that it is tried and
becomes known.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import NamedTuple

from overglass_cloud.scheduling.claims import Claim
from overglass_cloud.scheduling.costs import Costs, Size
from overglass_cloud.scheduling.rungs import Rung, Serving, serving, smaller

MOST_ADMITTED = 0.8
"Load up to which sessions are let in, each with the least: some time has to be left for steps and hiccups."
MOST_APART = 12
"Pictures from one painting to the next: of one made longer ago too little is still to be seen."
BATCH = 0.4
"Of an interval, that a batch may take to be counted on: a larger one is late when it has waited for another."
STANDS_IN = 0.5
"Of what a look takes, for the one that stands in for it, until that was measured."
MOVING = ""
"As a look among the costs: moving a painting along."


class Demand(NamedTuple):
    """Shares of what there is."""

    device: float
    hands: float


class Load:
    """Of the claims that are there. `batches` says how many pictures a look paints at once; by default 1."""

    def __init__(self, costs: Costs, batches: Mapping[str, int], hands: int = 1) -> None:
        """`hands`: how many paintings can be moved along at the same time."""
        self.claims: list[Claim] = []
        self._costs = costs
        self._batches = batches
        self._hands = hands
        self._alike: Counter[tuple[str | None, Size]] = Counter()
        "Who wears a look, or may have to, at a size."

    def served(self, claim: Claim, rung: Rung | None = None) -> Serving:
        """What the claim gets on this rung, by default on its own."""
        rung = claim.rung if rung is None else rung
        return serving(
            rung, claim.look, claim.cheaper, claim.size, shrinks=claim.shrinks, stride=claim.stride
        )

    def rungs(self, claim: Claim) -> tuple[Rung, ...]:
        """Those that there are for it, from the best down."""
        if claim.look is None:
            return (Rung.FULL,)
        return tuple(rung for rung in Rung if rung is not Rung.CHEAPER or claim.cheaper is not None)

    def learn(self, now: float) -> None:
        """Takes note of who could be painted together, whether smaller pictures save anything, and how far
        apart paintings have to be. To be called before a judgement."""
        self._alike = Counter((look, c.size) for c in self.claims for look in {c.look, c.cheaper})
        for claim in self.claims:
            self._learn(claim, now)

    def of(self, claim: Claim, now: float, rung: Rung | None = None) -> Demand:
        """What one claim asks for, on this rung or its own."""
        given, rate = self.served(claim, rung), claim.rate(now)
        if given.look is None or not rate:
            return Demand(0.0, 0.0)
        moving = (self._costs.of(MOVING, claim.size, 1, now) or 0.0) / self._hands
        painting = self._each(given.look, given.size, claim, now)
        if painting is None and claim.look is not None:
            painting = STANDS_IN * (self._each(claim.look, given.size, claim, now) or 0.0)
        painting = painting or 0.0
        return Demand(rate / given.stride * painting, rate * (1 - 1 / given.stride) * moving)

    def total(self, now: float) -> Demand:
        return _sum(self.of(claim, now) for claim in self.claims)

    def least(self, claim: Claim, now: float) -> Demand:
        """What it takes to serve this claim at all: on the last rung that still paints."""
        painted = [rung for rung in self.rungs(claim) if rung is not Rung.PLAIN]
        return min(self.of(claim, now, rung) for rung in painted)

    def has_room(self, look: str | None, cheaper: str | None, rate: float, ahead: int, now: float) -> bool:
        """Whether somebody who asks for this can be served at all, and `ahead` others like that before.

        Those who are here are counted with the least that still is a painting: so far the ladder goes down to
        make room. Where nobody asks for anything there always is: refusing would leave the device idle.
        """
        self.learn(now)
        asked = self.least(self._expected(look, cheaper, rate, now), now)
        taken = _sum(self.least(claim, now) for claim in self.claims)
        return all(
            more == 0 or (here == 0 and ahead == 0) or here + (ahead + 1) * more <= MOST_ADMITTED
            for here, more in zip(taken, asked, strict=True)
        )

    def batch_of(self, look: str) -> int:
        return max(1, self._batches.get(look, 1))

    def _each(self, look: str, size: Size, claim: Claim, now: float) -> float | None:
        """Seconds a picture, in batches as large as they can be counted on; None if nothing is known."""
        best = self._costs.of(look, size, 1, now)
        for together in range(2, min(self.batch_of(look), self._alike[look, claim.size]) + 1):
            cost = self._costs.of(look, size, together, now)
            if best is not None and cost is not None and cost * claim.rate(now) <= BATCH:
                best = min(best, cost / together)
        return best

    def _expected(self, look: str | None, cheaper: str | None, rate: float, now: float) -> Claim:
        """The claim of somebody who is still at the door: as large as the others' with that look, or as
        anybody's."""
        sizes = [c.size for c in self.claims if c.look == look] or [c.size for c in self.claims]
        claim = Claim(now, look, cheaper, usual_rate=rate)
        claim.size = _middle(sizes) if sizes else claim.size
        self._learn(claim, now)
        return claim

    def _learn(self, claim: Claim, now: float) -> None:
        small = smaller(claim.size)
        claim.shrinks = small != claim.size and (
            claim.look is None or self._costs.saves(claim.look, claim.size, small, now)
        )
        cost = (
            self._costs.of(claim.look, small if claim.shrinks else claim.size, 1, now) if claim.look else None
        )
        asked = claim.rate(now) * (cost or 0.0)
        claim.stride = min(MOST_APART, max(2, ceil(asked / MOST_ADMITTED)))


def _sum(demands: Iterable[Demand]) -> Demand:
    device = hands = 0.0
    for demand in demands:
        device, hands = device + demand.device, hands + demand.hands
    return Demand(device, hands)


def _middle(sizes: Sequence[Size]) -> Size:
    return sorted(sizes, key=lambda size: size[0] * size[1])[len(sizes) // 2]
