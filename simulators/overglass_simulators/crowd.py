"""A crowd of wearers at one modelled device: the real scheduling in virtual time, the same for a seed.

A device paints a batch of n pictures in so much and n times so much. Everything else that a service does is
taken to cost nothing. Knows no threads, no clock and no pictures.
"""

import heapq
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from overglass_cloud.scheduling.admission import ASK_AGAIN, Queue
from overglass_cloud.scheduling.claims import Claim, Task
from overglass_cloud.scheduling.costs import Size
from overglass_cloud.scheduling.ladder import Step
from overglass_cloud.scheduling.turns import Batch, Turns

LOOK, CHEAPER = "look", "cheaper"
MIX: tuple[tuple[float, Size], ...] = (
    (30.0, (512, 512)),
    (24.0, (512, 896)),
    (15.0, (512, 512)),
    (30.0, (640, 480)),
    (7.0, (360, 640)),
)
"Rates and sizes that glasses send, in turn."
JITTER = 0.15
"Of an interval: how far a picture comes from its time, evenly spread."
NOISE = 0.06
"Of a cost, likewise."
MOVED = 0.003
"Seconds to move a painting along."
COME_WITHIN = 2.0
"Seconds in which all come, one after the other."


@dataclass(frozen=True, slots=True)
class Device:
    """What it takes to paint n pictures of 512x512: `base` + n * `each` seconds; more or less by pixels."""

    base: float = 0.004
    each: float = 0.006
    max_batch: int = 8
    cheaper: float = 0.4
    "Of that, for the look that may stand in."
    hands: int = 4
    "Paintings that can be moved along at the same time, beside the device."

    def cost(self, look: str, size: Size, pictures: int) -> float:
        share = size[0] * size[1] / 512**2
        return (self.base + pictures * self.each * share) * (self.cheaper if look == CHEAPER else 1.0)


@dataclass(eq=False, slots=True)
class Wearer:
    """One of them, and what happened to its pictures while that was counted."""

    number: int
    rate: float
    size: Size
    claim: Claim | None = None
    "None while it is outside."
    ticket: str | None = None
    sent: int = 0
    back: int = 0
    waits: list[float] = field(default_factory=list)
    "Of each picture that was taken in hand, in intervals of this wearer."
    longest_gap: float = 0.0
    "Seconds between two pictures that came back."
    _last_back: float | None = None

    def came_back(self, now: float) -> None:
        self.back += 1
        if self._last_back is not None:
            self.longest_gap = max(self.longest_gap, now - self._last_back)
        self._last_back = now


class Crowd:
    """So many wearers who want in. `steered`: with ladder and queue; without, all come in and get what is
    left."""

    def __init__(self, wearers: int, device: Device, seed: int, *, steered: bool = True) -> None:
        self.wearers = [Wearer(n, *MIX[n % len(MIX)]) for n in range(wearers)]
        self.device = device
        self.steps: list[tuple[float, Step]] = []
        "Of the ladder, and when."
        self.busy = 0.0
        "Seconds that the device painted, while that was counted."
        self.batches: Counter[int] = Counter()
        self._luck = random.Random(seed)
        self._steered = steered
        self._turns = Turns(device.hands)
        self._turns.batches.update({LOOK: device.max_batch, CHEAPER: device.max_batch})
        self._queue = Queue(lambda: f"{self._luck.random()}")
        self._by_claim: dict[Claim, Wearer] = {}
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = 0
        self._now = 0.0
        self._counting_from = 0.0
        self._painting, self._idle_hands = False, device.hands

    @property
    def inside(self) -> list[Wearer]:
        return [wearer for wearer in self.wearers if wearer.claim is not None]

    def run(self, seconds: float, warmup: float) -> None:
        """Counts what happens in so many seconds after the warmup."""
        self._counting_from = warmup
        for wearer in self.wearers:
            self._at(COME_WITHIN * wearer.number / len(self.wearers), self._asking(wearer))
        while self._events and self._events[0][0] < warmup + seconds:
            self._now, _, happen = heapq.heappop(self._events)
            happen()
            self._take()

    def _at(self, time: float, happen: Callable[[], None]) -> None:
        self._numbers += 1
        heapq.heappush(self._events, (time, self._numbers, happen))

    def _asking(self, wearer: Wearer) -> Callable[[], None]:
        def ask() -> None:
            load = self._turns.load

            def fits(ahead: int) -> bool:
                return not self._steered or load.has_room(LOOK, CHEAPER, wearer.rate, ahead, self._now)

            turned = self._queue.ask(wearer.ticket, fits, self._now)
            if turned is None:
                return self._let_in(wearer)
            wearer.ticket = turned.ticket
            return self._at(self._now + ASK_AGAIN, ask)

        return ask

    def _let_in(self, wearer: Wearer) -> None:
        claim = wearer.claim = self._turns.join(self._now)
        claim.look, claim.cheaper = LOOK, CHEAPER
        self._by_claim[claim] = wearer
        first, count = self._now, 0

        def arrive() -> None:
            nonlocal count
            count += 1
            wearer.sent += self._counts
            self._turns.arrived(claim, wearer.size, self._now)
            jitter = self._luck.uniform(-JITTER, JITTER)
            self._at(max(self._now, first + (count + jitter) / wearer.rate), arrive)

        arrive()

    @property
    def _counts(self) -> bool:
        return self._now >= self._counting_from

    def _take(self) -> None:
        """Whoever is idle takes what is next."""
        since = {claim: claim.waiting for claim in self._by_claim if claim.waiting is not None}
        if not self._painting and (batch := self._turns.next_batch(self._now)) is not None:
            self._paint(batch, since)
        while self._idle_hands and (taken := self._turns.next_aside(self._now)) is not None:
            self._hand(*taken, since)

    def _paint(self, batch: Batch, since: dict[Claim, float]) -> None:
        self._waited(batch.claims, since)
        cost = self.device.cost(batch.look, batch.size, len(batch.claims))
        cost *= 1 + self._luck.uniform(-NOISE, NOISE)

        def painted() -> None:
            self._painting = False
            self._turns.painted(batch, cost, self._now)
            if self._counts:
                self.busy += cost
                self.batches[len(batch.claims)] += 1
            self._given(batch.claims)

        self._painting = True
        self._at(self._now + cost, painted)

    def _hand(self, claim: Claim, task: Task, since: dict[Claim, float]) -> None:
        """A picture that needs no device is passed on, or gets the last painting."""
        self._waited((claim,), since)
        seconds = MOVED if task is Task.REUSE else 0.0

        def given() -> None:
            self._idle_hands += 1
            self._turns.given(claim, self._now, seconds or None)
            self._given((claim,))

        self._idle_hands -= 1
        self._at(self._now + seconds, given)

    def _waited(self, claims: Sequence[Claim], since: dict[Claim, float]) -> None:
        if self._counts:
            for claim in claims:
                wearer = self._by_claim[claim]
                wearer.waits.append((self._now - since[claim]) * wearer.rate)

    def _given(self, claims: Sequence[Claim]) -> None:
        for claim in claims:
            if self._counts:
                self._by_claim[claim].came_back(self._now)
        if self._steered:
            self.steps.extend((self._now, step) for step in self._turns.review(self._now))
