"""How much of the device's time its sessions ask for: seconds a second, so that 1 is all there is.

What is not known yet counts nothing, so that it is tried and becomes known.
"""

from collections.abc import Mapping, Sequence

from overglass_cloud.scheduling.claims import Claim
from overglass_cloud.scheduling.costs import Costs, Size
from overglass_cloud.scheduling.rungs import Rung, Serving, serving, smaller

MOST_ADMITTED = 0.85
"Load up to which sessions are let in, each with the least: some time has to be left for steps and hiccups."


class Load:
    """Of the claims that are there. `batches` says how many pictures a look paints at once; by default 1."""

    def __init__(self, costs: Costs, batches: Mapping[str, int]) -> None:
        self.claims: list[Claim] = []
        self._costs = costs
        self._batches = batches

    def served(self, claim: Claim, rung: Rung | None = None) -> Serving:
        """What the claim gets on this rung, by default on its own."""
        rung = claim.rung if rung is None else rung
        return serving(rung, claim.look, claim.cheaper, claim.size, shrinks=claim.shrinks)

    def rungs(self, claim: Claim) -> tuple[Rung, ...]:
        """Those that there are for it, from the best down."""
        if claim.look is None:
            return (Rung.FULL,)
        return tuple(rung for rung in Rung if rung is not Rung.CHEAPER or claim.cheaper is not None)

    def learn(self, now: float) -> None:
        """Takes note of whether smaller pictures save anything."""
        for claim in self.claims:
            small = smaller(claim.size)
            claim.shrinks = small != claim.size and (
                claim.look is None or self._costs.saves(claim.look, claim.size, small, now)
            )

    def of(self, claim: Claim, now: float, rung: Rung | None = None) -> float:
        """What one claim asks for, on this rung or its own."""
        given = self.served(claim, rung)
        if given.look is None:
            return 0.0
        together = min(self.batch_of(given.look), self._alike(given.look, claim.size))
        cost = self._costs.of(given.look, given.size, together, now)
        return 0.0 if cost is None else claim.rate(now) / given.stride * cost / together

    def total(self, now: float) -> float:
        return sum(self.of(claim, now) for claim in self.claims)

    def least(self, claim: Claim, now: float) -> float:
        """What it takes to serve this claim at all: on the last rung that still paints."""
        painted = [rung for rung in self.rungs(claim) if rung is not Rung.PLAIN]
        return min(self.of(claim, now, rung) for rung in painted)

    def has_room(self, look: str | None, cheaper: str | None, rate: float, ahead: int, now: float) -> bool:
        """Whether somebody who asks for this can be served at all, and `ahead` others like that before.

        Those who are here are counted with the least that still is a painting: so far the ladder goes down to
        make room.
        """
        claim = self._expected(look, cheaper, rate, now)
        asked = self.least(claim, now)
        taken = sum(self.least(other, now) for other in self.claims)
        return asked == 0 or taken + (ahead + 1) * asked <= MOST_ADMITTED

    def _expected(self, look: str | None, cheaper: str | None, rate: float, now: float) -> Claim:
        """The claim of somebody who is still at the door: as large as the others' with that look, or as
        anybody's."""
        sizes = [c.size for c in self.claims if c.look == look] or [c.size for c in self.claims]
        claim = Claim(now, look, cheaper, usual_rate=rate)
        claim.size = _middle(sizes) if sizes else claim.size
        return claim

    def batch_of(self, look: str) -> int:
        return max(1, self._batches.get(look, 1))

    def _alike(self, look: str, size: Size) -> int:
        """How many may be painted together: who wears this look, or may have to, at this size."""
        return max(1, sum(c.size == size and look in (c.look, c.cheaper) for c in self.claims))


def _middle(sizes: Sequence[Size]) -> Size:
    return sorted(sizes, key=lambda size: size[0] * size[1])[len(sizes) // 2]
