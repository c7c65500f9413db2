"""Takes jobs from the store and drives each through its waves on an executor. Knows no media.

All that counts is in the store before it is acted on, so a foreman may be killed anywhere: the next one
finds which items are done and performs the others.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, assert_never
from uuid import uuid4

from overglass_cloud.jobs.executors.contract import Broken, Executor, Outcome, Performed, UnitsTold
from overglass_cloud.jobs.job import Job, Planned, State
from overglass_cloud.jobs.named import itinerary
from overglass_cloud.jobs.store import LostError, Store
from overglass_cloud.remix.work import Item, Order
from overglass_protocol.errors import OverglassError

logger = logging.getLogger(__name__)

STEP = 0.25
"Seconds within which a cancelled job's workers stop."


class FailedError(OverglassError):
    """The job ends here."""


class Foreman:
    """One job after another, in one thread."""

    def __init__(
        self,
        store: Store,
        executor: Executor,
        *,
        attempts: int = 3,
        settings: Mapping[str, Any] | None = None,
        ended: Callable[[Job], None] = lambda job: None,
    ) -> None:
        """`ended` hears of each job that ended while this foreman had it; not of a deleted one."""
        self._store, self._executor = store, executor
        self._attempts, self._settings, self._ended = attempts, dict(settings or {}), ended
        self._name = uuid4().hex

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. A job that is then underway goes back, for the next foreman to go on with."""
        while not stop.is_set():
            if not self.next(stop):
                stop.wait(STEP)

    def next(self, stop: threading.Event | None = None) -> bool:
        """Drives the next job to its end, if there is one."""
        job = self._store.claim(self._name)
        if job is None:
            return False
        try:
            self._drive(job, stop or threading.Event())
        except LostError:
            logger.info("job %s was cancelled or taken over", job.id)
        except OverglassError as error:
            self._fail(job, error.message, error.cure)
        except Exception as error:
            logger.exception("job %s", job.id)
            self._fail(job, f"{type(error).__name__}: {error}", "")
        now = self._store.get(job.id)
        if now is not None and now.state.ended:
            self._ended(now)
        return True

    def _fail(self, job: Job, reason: str, cure: str) -> None:
        try:
            self._store.end(job.id, self._name, State.FAILED, reason, cure)
        except LostError:
            logger.info("job %s was cancelled while it failed", job.id)

    def _drive(self, job: Job, stop: threading.Event) -> None:
        route, wave = itinerary(job.itinerary), 0
        items: Sequence[Item] = () if self._store.wave(job.id, 0) else route.first()
        while True:
            planned = self._store.wave(job.id, wave)
            if not planned:
                if not items:
                    return self._store.end(job.id, self._name, State.DONE)
                self._store.plan(job.id, self._name, wave, items)
                planned = self._store.wave(job.id, wave)
            if not self._perform(job, wave, planned, stop):
                return self._store.release(job.id, self._name)
            planned = self._store.wave(job.id, wave)
            items = route.after(wave, [(each.item, each.result) for each in planned])
            wave += 1

    def _perform(self, job: Job, wave: int, planned: Sequence[Planned], stop: threading.Event) -> bool:
        """True once all of the wave is done; False when told to stop before."""
        waiting = [(each.item, each.attempts) for each in planned if not each.done]
        running: dict[int, tuple[Item, int]] = {}
        renewed = time.monotonic()
        try:
            while waiting or running:
                if stop.is_set():
                    return False
                while waiting and self._executor.room:
                    item, crashes = waiting.pop(0)
                    order = Order(job.id, job.artefacts, item, crashes + 1, settings=self._settings)
                    running[self._executor.submit(job.itinerary, order)] = (item, crashes)
                for outcome in self._executor.outcomes(STEP):
                    waiting += self._heed(job, wave, running, outcome)
                if time.monotonic() - renewed >= STEP:
                    self._store.renew(job.id, self._name)
                    renewed = time.monotonic()
        finally:
            for handle in running:
                self._executor.cancel(handle)
        return True

    def _heed(
        self, job: Job, wave: int, running: dict[int, tuple[Item, int]], outcome: Outcome
    ) -> list[tuple[Item, int]]:
        """Writes down what happened; gives the item that is to be tried again, if one is."""
        if outcome.handle not in running:
            return []
        item, crashes = running[outcome.handle]
        here = (job.id, self._name, wave, item)
        match outcome:
            case UnitsTold():
                self._store.told(*here, outcome.units)
                return []
            case Performed():
                del running[outcome.handle]
                self._store.finished(*here, outcome.result, outcome.seconds)
                return []
            case Broken():
                del running[outcome.handle]
                self._store.crashed(*here, outcome.reason)
                if outcome.final:
                    raise FailedError(outcome.reason, cure=outcome.cure)
                if crashes + 1 >= self._attempts:
                    what = f"{item.stage} {item.index} failed {crashes + 1} times; last: {outcome.reason}"
                    raise FailedError(what)
                return [(item, crashes + 1)]
            case _:
                assert_never(outcome)
