"""Which document each seat goes by: the one wanted, once its look is loaded; until then, or where it cannot
be, the one before, or the plain picture.

All of it under the scheduler's lock, which it is given. Paints nothing.
"""

import threading
import time
from collections.abc import Callable, Mapping

from overglass_cloud.loading import Engines
from overglass_cloud.looks import Engine, Looks, Workshop
from overglass_cloud.scheduling.claims import Claim
from overglass_cloud.scheduling.turns import Turns
from overglass_cloud.seat import PLAIN, Seat
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError

GRACE = 0.25
"Seconds that a session's first frame waits for its look to load; most need a thousandth."


class Documents:
    """Of the seats that there are. `ring` is called for a seat that may have become due."""

    def __init__(
        self,
        looks: Looks,
        workshop: Workshop,
        turns: Turns,
        seats: Mapping[Claim, Seat],
        lock: threading.Lock,
        ring: Callable[[Seat], None],
    ) -> None:
        self.engines = Engines(looks, workshop, self._on_loaded, self._on_not_loaded)
        self._looks = looks
        self._turns = turns
        self._seats = seats
        self._lock = lock
        self._ring = ring

    def consider(self, seat: Seat, now: float) -> None:
        """Decides which document to go by; with the lock held."""
        wanted = seat.control
        if wanted is seat._considered:
            return
        if wanted in (seat._refused, seat._document):
            seat._considered = wanted
        elif wanted.look == PLAIN or wanted.look in self.engines:
            seat._adopt(wanted, self._cheaper_than(wanted.look))
            seat._considered = wanted
        else:
            self.engines.want(wanted.look)
            if seat._document is None:
                self._hold(seat, now)

    def refuse(self, seat: Seat, control: Control, error: LookError) -> None:
        """In the device's thread, without the lock: goes on with the document before, or with the plain
        picture, and tells the session."""
        with self._lock:
            if seat._document is not None and control.look != seat._document.look:
                seat._claim.cheaper = None  # it only stood in, and nobody asked for it
                return
            seat._refused = control
            if seat._document == control and seat._ready is not None:
                seat._adopt(seat._ready, self._cheaper_than(seat._ready.look))
        seat._failed(control, error)

    def _hold(self, seat: Seat, now: float) -> None:
        claim = seat._claim
        if not claim.held_until:
            claim.held_until = now + GRACE
        elif now >= claim.held_until:
            seat._go_plain()

    def _cheaper_than(self, look: str) -> str | None:
        """The look that may stand in for this one, once it is loaded."""
        cheaper = self._looks.cheaper_than(look)
        if cheaper is not None and cheaper not in self.engines:
            self.engines.want(cheaper)
            return None
        return cheaper

    def _on_loaded(self, look: str, engine: Engine) -> None:
        """In the thread that loaded it."""
        now = time.monotonic()
        with self._lock:
            self._turns.batches[look] = engine.max_batch
            for seat in self._seats.values():
                if seat.control.look == look:
                    self.consider(seat, now)
                if seat._document is not None and self._looks.cheaper_than(seat._document.look) == look:
                    seat._claim.cheaper = look
                self._ring(seat)

    def _on_not_loaded(self, look: str, error: LookError) -> None:
        """In the thread that tried."""
        with self._lock:
            refused = [
                (seat, seat.control)
                for seat in self._seats.values()
                if seat.control.look == look and seat.control != seat._refused
            ]
            for seat, control in refused:
                seat._refused = seat._considered = control
                if seat._document is None:
                    seat._go_plain()
                self._ring(seat)
        for seat, control in refused:
            seat._failed(control, error)
