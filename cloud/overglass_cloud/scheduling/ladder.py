"""Who goes down a rung when too much is asked of the device, and who goes up again when there is room.

Down at once and as far as it takes; up one session and one rung at a time, after there has been room for
seconds, and later each time that this turns out a mistake: so that nothing swings. Who came last goes down
first, from the best rung there is.
"""

from dataclasses import dataclass

from overglass_cloud.scheduling.claims import Claim
from overglass_cloud.scheduling.load import Demand, Load
from overglass_cloud.scheduling.rungs import Rung

MOST = 0.95
"Load beyond which somebody has to go down."
AIM = 0.85
"Load to come below when going down."
ROOM = 0.75
"Load that there may be after going up."
LATE = 0.2
"Share of pictures overtaken by a newer one while they waited: above it estimates are not to be trusted."
BUSY = 0.6
"Load from which lateness is taken for the device's doing; below it is somebody else's."
COUNTED_FROM = 40
"Pictures, from which their share says something."
SETTLES = 0.6
"Seconds after a change, in which its effect is measured."
PATIENCE, MOST_PATIENCE = 4.0, 120.0
"Seconds that room has to last before anybody goes up: at first, and after mistakes."
MISTAKE = 10.0
"Seconds within which going down again means that going up was one."
FORGIVEN = 60.0
"Seconds on a better rung, after which earlier mistakes no longer count."
SAVES = 0.9
"Of its load, below which a rung is worth going down to."


@dataclass(frozen=True, slots=True)
class Step:
    """A claim went from one rung to another."""

    claim: Claim
    before: Rung
    after: Rung


class Ladder:
    """Of all sessions at one device."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._settled = 0.0
        self._served = self._overtaken = 0

    def count(self, served: int = 0, overtaken: int = 0) -> None:
        """Pictures painted, and those overtaken by a newer one before they were."""
        self._served += served
        self._overtaken += overtaken

    def review(self, now: float) -> list[Step]:
        """Moves claims as the load wants it; to be called a few times a second."""
        if now < self._settled:
            self._served = self._overtaken = 0
            return []
        self._load.learn(now)
        steps = self._lower(now) or self._raise(now)
        if steps:
            self._settled = now + SETTLES
            for claim in self._load.claims:
                claim.room_since = None
        return steps

    def _lower(self, now: float) -> list[Step]:
        late = self._is_late() and self._load.total(now).device > BUSY
        before = {claim: claim.rung for claim in self._load.claims}
        for scarce in range(len(Demand._fields)):
            if self._load.total(now)[scarce] > MOST or (late and scarce == 0):
                self._lower_for(scarce, now)
        steps = [Step(claim, rung, claim.rung) for claim, rung in before.items() if claim.rung != rung]
        for step in steps:
            claim = step.claim
            if claim.raised is not None and now < claim.raised + MISTAKE:
                claim.patience, claim.raised = min(MOST_PATIENCE, 2 * (claim.patience or PATIENCE)), None
        return steps

    def _lower_for(self, scarce: int, now: float) -> None:
        """Lowers at least one claim, if any can be, and as many as it takes."""
        while self._lower_one(scarce, now) and self._load.total(now)[scarce] > AIM:
            pass

    def _lower_one(self, scarce: int, now: float) -> bool:
        """Lowers the first claim that has a rung to go down to which saves of what is scarce."""
        for claim in sorted(self._load.claims, key=lambda c: (c.rung, -c.joined)):
            asked = self._load.of(claim, now)[scarce]
            for rung in self._load.rungs(claim):
                if rung > claim.rung and self._load.of(claim, now, rung)[scarce] < SAVES * asked:
                    claim.rung = rung
                    return True
        return False

    def _raise(self, now: float) -> list[Step]:
        total = self._load.total(now)
        for claim in self._load.claims:
            if claim.raised is not None and now > claim.raised + FORGIVEN:
                claim.patience, claim.raised = 0.0, None
        lowered = [claim for claim in self._load.claims if claim.rung is not Rung.FULL]
        for claim in sorted(lowered, key=lambda c: (-c.rung, c.joined)):
            above = self._above(claim, now)
            asked, more = self._load.of(claim, now), self._load.of(claim, now, above)
            if any(t - a + m > max(ROOM, t) for t, a, m in zip(total, asked, more, strict=True)):
                claim.room_since = None
                continue
            claim.room_since = now if claim.room_since is None else claim.room_since
            if now >= claim.room_since + (claim.patience or PATIENCE):
                step = Step(claim, claim.rung, above)
                claim.rung, claim.raised = above, now
                return [step]
        return []

    def _above(self, claim: Claim, now: float) -> Rung:
        """The next better rung, or a still better one that takes no more."""
        better = [rung for rung in self._load.rungs(claim) if rung < claim.rung]
        most = 1.05 * self._load.of(claim, now, better[-1]).device
        return next(rung for rung in better if self._load.of(claim, now, rung).device <= most)

    def _is_late(self) -> bool:
        counted = self._served + self._overtaken
        late = counted >= COUNTED_FROM and self._overtaken > LATE * counted
        if counted >= 5 * COUNTED_FROM:
            self._served = self._overtaken = 0
        return late
