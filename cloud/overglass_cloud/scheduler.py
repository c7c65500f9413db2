"""The threads around the turns: one owns the device, others do what needs none.

Each session has a seat with room for one frame; the newest wins. Who is next, with whom and how well, is
decided by `scheduling`; here it is done. Knows engines and frames; knows no connections.
"""

import itertools
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Self

import av
import structlog

from overglass_cloud.documents import Documents
from overglass_cloud.engines.reuse import moved
from overglass_cloud.looks import Looks, Sitter, Workshop
from overglass_cloud.painting import Done, Job, Painter
from overglass_cloud.scheduling.claims import Claim, Task
from overglass_cloud.scheduling.ladder import Step
from overglass_cloud.scheduling.rungs import in_words
from overglass_cloud.scheduling.turns import Batch, Turns
from overglass_cloud.seat import PLAIN, Painted, Seat, Standing
from overglass_cloud.worker import Worker
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError
from overglass_protocol.frame import Frame

__all__ = ["Painted", "Scheduler", "Seat"]

log = structlog.get_logger()

CORES_A_HAND = 4
"Of that many cores one moves paintings along: encoding and decoding need most of them."


class Scheduler:
    """Runs engines in a thread of its own. A context manager: leaving it ends the threads."""

    def __init__(self, looks: Looks, workshop: Workshop) -> None:
        self.looks = looks
        self.busy_seconds = 0.0
        "Time spent painting."
        hands = max(1, (os.cpu_count() or 1) // CORES_A_HAND)
        self._turns = Turns(hands)
        self._seats: dict[Claim, Seat] = {}
        self._lock = threading.Lock()
        self._documents = Documents(looks, workshop, self._turns, self._seats, self._lock, self._ring)
        self._painter = Painter(self._documents.engines, self._documents.refuse)
        self._device = Worker("engine", self._serve_device)
        self._hands = [Worker(f"hand {n}", self._serve_aside) for n in range(hands)]
        self._next_hand = itertools.cycle(self._hands)

    def __enter__(self) -> Self:
        for worker in (self._device, *self._hands):
            worker.start()
        return self

    def __exit__(self, *exc: object) -> None:
        for worker in (self._device, *self._hands):
            worker.close()

    def start_look(self, name: str) -> "Future[None]":
        """Loads a look's engine. The future raises LookError when it cannot."""
        return self._documents.engines.want(name)

    def seat(
        self,
        control: Control,
        deliver: Callable[[Painted], None],
        failed: Callable[[Control, LookError], None],
        sitter: Sitter,
    ) -> Seat:
        """A place for one session. Both callbacks run in threads of the scheduler and must not wait; those of
        `deliver` one after the other."""
        with self._lock:
            claim = self._turns.join(time.monotonic())
            seat = self._seats[claim] = Seat(self, control, deliver, failed, sitter, claim)
        return seat

    def has_room(self, look: str, rate: float, ahead: int) -> bool:
        """Whether one more session with this look and so many pictures a second can be served at all, beside
        those that are here and `ahead` others like it."""
        cheaper = self.looks.cheaper_than(look)
        with self._lock:
            return self._turns.load.has_room(
                None if look == PLAIN else look, cheaper, rate, ahead, time.monotonic()
            )

    @property
    def alive(self) -> bool:
        return all(worker.alive for worker in (self._device, *self._hands))

    def submit(self, seat: Seat, frame: Frame) -> None:
        """See `Seat.submit`."""
        now = time.monotonic()
        with self._lock:
            if seat._claim not in self._seats:
                return
            self._documents.consider(seat, now)
            if not self._turns.arrived(seat._claim, (frame.picture.width, frame.picture.height), now):
                seat.dropped["engine busy"] += 1
            seat._pending = frame
            self._ring(seat)

    def leave(self, seat: Seat) -> None:
        """See `Seat.leave`."""
        with self._lock:
            seat._pending = None
            self._turns.leave(seat._claim)
            self._seats.pop(seat._claim, None)

    def standing(self, seat: Seat) -> Standing:
        """See `Seat.standing`."""
        with self._lock:
            claim = seat._claim
            given = self._turns.load.served(claim)
            detail = in_words(claim.rung, claim.look, given, claim.size) if claim.look is not None else ""
            needs = self.looks[claim.look].needs if claim.look is not None else ()
            return Standing(claim.rung.wire, detail, "gpu" if "gpu" in needs else "cpu")

    def _serve_device(self) -> bool:
        """Paints what is next."""
        started = time.monotonic()
        with self._lock:
            batch = self._turns.next_batch(started)
            jobs = [self._job(claim, batch.look) for claim in batch.claims] if batch is not None else []
        if batch is None:
            return False
        painted = []
        for done in self._painter.paint(jobs, batch.size):
            painted.append(done)
            self._hand_back(done.job.seat, done.job.frame, done.picture, done.control, started)
        now = time.monotonic()
        self.busy_seconds += now - started
        with self._lock:
            self._turns.painted(batch, _seconds(batch, painted), now)
            self._go_on(batch.claims, now)
        return True

    def _serve_aside(self) -> bool:
        """Passes a picture on, or moves the last painting along to it."""
        started = time.monotonic()
        with self._lock:
            taken = self._turns.next_aside(started)
            if taken is None:
                return False
            claim, task = taken
            job = self._job(claim, PLAIN)
        picture, control = self._without_device(job, task)
        if picture is not None:
            self._hand_back(job.seat, job.frame, picture, control, started)
        now = time.monotonic()
        with self._lock:
            if picture is not None:
                self._turns.given(claim, now, now - started if task is Task.REUSE else None)
            else:
                self._put_back(job, now)
            self._go_on((claim,), now)
        return True

    def _job(self, claim: Claim, look: str) -> Job:
        """The frame that waits, to be painted with this look; with the lock held."""
        seat = self._seats[claim]
        frame, seat._pending = seat._pending, None
        assert frame is not None
        return Job(seat, frame, seat._document_for(look))

    def _without_device(self, job: Job, task: Task) -> tuple[av.VideoFrame | None, Control]:
        last = job.seat._last
        if task is Task.PASS or last is None:
            return job.frame.picture if task is Task.PASS else None, job.control
        painting, control = last
        try:
            return moved(painting, job.frame.picture), control
        except Exception:
            log.exception("a painting could not be moved along")
            return None, control

    def _put_back(self, job: Job, now: float) -> None:
        """The frame has to be painted, unless a newer one came; with the lock held."""
        seat = job.seat
        if seat._claim not in self._seats:
            return
        if seat._pending is None:
            seat._pending = job.frame
        else:
            seat.dropped["engine busy"] += 1
        self._turns.put_back(seat._claim, now)

    def _hand_back(
        self, seat: Seat, frame: Frame, picture: av.VideoFrame, control: Control, started: float
    ) -> None:
        seat.painted += 1
        painted = Painted(replace(frame, picture=picture), started, time.monotonic(), control)
        try:
            seat._deliver(painted)
        except Exception:
            log.exception("a painted frame could not be delivered")

    def _go_on(self, claims: Sequence[Claim], now: float) -> None:
        """Wakes whom the next pictures of these claims are for; with the lock held."""
        for step in self._turns.review(now):
            self._tell(step)
        for claim in claims:
            if claim in self._seats:
                self._ring(self._seats[claim])

    def _ring(self, seat: Seat) -> None:
        if seat._pending is None or seat._claim.under_way:
            return
        due = self._turns.task(seat._claim)
        (self._device if due is Task.PAINT else next(self._next_hand)).ring()

    def _tell(self, step: Step) -> None:
        claim = step.claim
        load = self._turns.load.total(time.monotonic())
        log.info(
            "a session steps",
            look=claim.look,
            before=step.before.wire,
            after=step.after.wire,
            load=round(load.device, 2),
        )
        if claim in self._seats:
            self._ring(self._seats[claim])  # its next picture may be another thread's now


def _seconds(batch: Batch, painted: Sequence[Done]) -> float | None:
    """What painting took; None where it was not the whole batch that was painted, with its look."""
    whole = [done.seconds for done in painted if done.control.look == batch.look]
    return whole[0] if len(whole) == len(batch.claims) else None
