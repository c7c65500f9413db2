"""Who may come, and who waits for a place: a queue that nobody stands in.

A claimant that is turned away gets a ticket and its position, and asks again. A place in the queue is held by
asking again with the ticket; whoever stays away too long has lost it. Knows nothing of HTTP.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

ASK_AGAIN = 5.0
"Seconds that a claimant is told to wait."
HELD = 3 * ASK_AGAIN
"Seconds for which a place is held after its claimant last asked."
MOST = 1000
"Tickets at once; more claimants than that are told no ticket."


@dataclass(slots=True)
class _Waiting:
    number: int
    asked: float
    returned: bool = False
    "Whether it came back, and so holds its place; one that never does is in nobody's way."


@dataclass(frozen=True, slots=True)
class Turned:
    """Away: come again."""

    position: int
    "1 is next."
    ticket: str
    "To be shown when asking again."


class Queue:
    """Of those who wait for a place."""

    def __init__(self, make_ticket: Callable[[], str]) -> None:
        """`make_ticket` gives words that cannot be guessed."""
        self._make_ticket = make_ticket
        self._waiting: OrderedDict[str, _Waiting] = OrderedDict()
        self._numbers = 0

    def ask(self, ticket: str | None, fits: Callable[[int], bool], now: float) -> Turned | None:
        """None: come in, and the ticket is used up. `fits(n)` says whether there is room for the claimant and
        for `n` before it."""
        self._forget(now)
        own = self._waiting.get(ticket) if ticket is not None else None
        if own is not None:
            own.returned, own.asked = True, now
        ahead = sum(w.returned and (own is None or w.number < own.number) for w in self._waiting.values())
        if fits(ahead):
            if ticket is not None:
                self._waiting.pop(ticket, None)
            return None
        if own is None or ticket is None:
            ticket = self._note(now)
        return Turned(ahead + 1, ticket)

    def _note(self, now: float) -> str:
        ticket = self._make_ticket()
        self._numbers += 1
        if len(self._waiting) < MOST:
            self._waiting[ticket] = _Waiting(self._numbers, now)
        return ticket

    def _forget(self, now: float) -> None:
        for ticket in [t for t, w in self._waiting.items() if now > w.asked + HELD]:
            del self._waiting[ticket]
