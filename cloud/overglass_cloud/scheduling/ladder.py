"""Who goes down a rung when too much is asked of the device, and who goes up again when there is room.

Down at once and as far as it takes; up one session and one rung at a time, after there has been room for
seconds, and later each time that this turns out a mistake: so that nothing swings. Who came last goes down
first, from the best rung there is.
"""

from dataclasses import dataclass

from overglass_cloud.scheduling.claims import Claim
from overglass_cloud.scheduling.load import Load
from overglass_cloud.scheduling.rungs import Rung

MOST = 0.95
"Load beyond which somebody has to go down."
AIM = 0.85
"Load to come below when going down."
ROOM = 0.75
"Load that there may be after going up."
LATE = 0.1
"Share of pictures overtaken by a newer one while they waited: above it estimates are not to be trusted."
BUSY = 0.6
"Load from which lateness is taken for the device's doing; below it is somebody else's."
COUNTED_FROM = 20
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
            return []
        self._load.learn(now)
        steps = self._lower(now) or self._raise(now)
        if steps:
            self._settled = now + SETTLES
            self._served = self._overtaken = 0
            for claim in self._load.claims:
                claim.room_since = None
        return steps

    def _lower(self, now: float) -> list[Step]:
        load = self._load.total(now)
        late = self._is_late() and load > BUSY
        if load <= MOST and not late:
            return []
        before = {id(claim): claim.rung for claim in self._load.claims}
        moved: list[Claim] = []
        while load > AIM or (late and not moved):
            claim = self._next_down(now)
            if claim is None:
                break
            moved.append(claim)
            load = self._load.total(now)
        for claim in moved:
            if claim.raised is not None and now < claim.raised + MISTAKE:
                claim.patience, claim.raised = min(MOST_PATIENCE, 2 * (claim.patience or PATIENCE)), None
        changed = {id(claim): claim for claim in moved}.values()
        return [Step(claim, before[id(claim)], claim.rung) for claim in changed]

    def _next_down(self, now: float) -> Claim | None:
        """Lowers one claim to its next rung that saves something; None where nobody has one."""
        for claim in sorted(self._load.claims, key=lambda c: (c.rung, -c.joined)):
            below = self._below(claim, now)
            if below is not None:
                claim.rung = below
                return claim
        return None

    def _below(self, claim: Claim, now: float) -> Rung | None:
        asked = self._load.of(claim, now)
        lower = (rung for rung in self._load.rungs(claim) if rung > claim.rung)
        return next((r for r in lower if asked > 0 and self._load.of(claim, now, r) < SAVES * asked), None)

    def _raise(self, now: float) -> list[Step]:
        load = self._load.total(now)
        for claim in self._load.claims:
            if claim.raised is not None and now > claim.raised + FORGIVEN:
                claim.patience, claim.raised = 0.0, None
        lowered = [claim for claim in self._load.claims if claim.rung is not Rung.FULL]
        for claim in sorted(lowered, key=lambda c: (-c.rung, c.joined)):
            above = self._above(claim, now)
            more = self._load.of(claim, now, above) - self._load.of(claim, now)
            if load + more > ROOM:
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
        most = 1.05 * self._load.of(claim, now, better[-1])
        return next(rung for rung in better if self._load.of(claim, now, rung) <= most)

    def _is_late(self) -> bool:
        counted = self._served + self._overtaken
        late = counted >= COUNTED_FROM and self._overtaken > LATE * counted
        if counted >= 5 * COUNTED_FROM:
            self._served = self._overtaken = 0
        return late
