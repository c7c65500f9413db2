"""All sessions of this service: how many there may be, which belongs to whom, when one is forgotten.

Knows nothing of HTTP; refuses with problems all the same, since each refusal needs its cure.
"""

import asyncio
import secrets
import time
from collections import Counter

import structlog

from overglass_cloud.config import Settings
from overglass_cloud.problems import Problem, no_such_session
from overglass_cloud.scenes.capabilities import Capabilities
from overglass_cloud.scheduler import Scheduler
from overglass_cloud.scheduling.admission import ASK_AGAIN, Queue
from overglass_cloud.sessions.summary import Summary
from overglass_cloud.sessions.visit import Visit
from overglass_cloud.tokens import Pass
from overglass_protocol.control import Control
from overglass_protocol.rtc.sdp import Offer

log = structlog.get_logger()

SWEEP_EVERY = 0.5
"Seconds; a session outlives its timeout by this at most."
LOADS_WITHIN = 2.0
"Seconds that a session is kept waiting for its look; a longer load goes on beside the plain picture."
QUEUE_HEADER = "Overglass-Queue"


class Visits:
    """The sessions, by id."""

    def __init__(self, settings: Settings, scheduler: Scheduler, capabilities: Capabilities) -> None:
        self._settings = settings
        self._scheduler = scheduler
        self._capabilities = capabilities
        self._by_id: dict[str, Visit] = {}
        self._queue = Queue(lambda: secrets.token_urlsafe(12))
        self.past: Counter[str] = Counter()
        "Totals of sessions that are over: `received`, `painted`, `sent`, and `dropped REASON`."

    def __len__(self) -> int:
        return len(self._by_id)

    def summaries(self) -> list[Summary]:
        return [visit.summary() for visit in self._by_id.values()]

    async def open(
        self, offer: Offer, control: Control, admitted: Pass, ticket: str | None = None
    ) -> tuple[Visit, str]:
        """A new session and its answer. `ticket` is that of one who was told to wait.

        Raises Problem, LookError or UnusableOfferError.
        """
        if admitted.id and any(v.opened_by == admitted.id and v.ended is None for v in self._by_id.values()):
            raise Problem(
                403,
                "token-used",
                "the session that this token opened has not ended, and it opens one at a time",
                cure="End that session or resume it with its resume token, or ask for a new token.",
            )
        self._find_room(control.look, ticket)
        visit = Visit(self._settings, self._scheduler, self._capabilities, control, admitted.id)
        self._by_id[visit.id] = visit  # before the first wait, so that the limit holds
        try:
            await self._start_look(control.look)
            answer = await visit.connect(offer)
        except BaseException:
            self._by_id.pop(visit.id, None)
            await visit.close("could not be opened")
            raise
        return visit, answer

    async def resume(self, token: str, offer: Offer, admitted: Pass) -> tuple[Visit, str] | None:
        """The session that this resume token belongs to, on a new connection; None if it is not known."""
        for visit in self._by_id.values():
            if visit.resume_token == token and visit.opened_by == admitted.id and visit.ended is None:
                return visit, await visit.connect(offer)
        return None

    def find(self, id: str, admitted: Pass) -> Visit:
        """Raises Problem 404 when there is none of this id, or it is somebody else's."""
        visit = self._by_id.get(id)
        if visit is None or visit.opened_by != admitted.id:
            raise no_such_session()
        return visit

    def watched(self, id: str, admitted: Pass) -> Visit:
        """The session to be viewed. Raises Problem 404, also when the token is for another one."""
        visit = self._by_id.get(id)
        if visit is None or admitted.session not in (None, id):
            raise no_such_session("It has ended; ask the wearer for a new link.")
        return visit

    async def end(self, visit: Visit, reason: str) -> None:
        if self._by_id.pop(visit.id, None) is None:
            return  # another request ended it
        await visit.close(reason)
        summary = visit.summary()
        self.past.update(received=summary.received, painted=summary.painted, sent=summary.sent)
        self.past.update({f"dropped {why}": n for why, n in summary.dropped.items()})

    async def end_all(self) -> None:
        for visit in list(self._by_id.values()):
            await self.end(visit, "the service stops")

    async def sweep(self) -> None:
        """Forgets, for ever, sessions that ended or whose edge stayed away too long."""
        while True:
            await asyncio.sleep(SWEEP_EVERY)
            now = time.monotonic()
            for visit in list(self._by_id.values()):
                alone = visit.alone_since
                away = alone is not None and now - alone >= self._settings.resume_seconds
                if visit.ended is not None or away:
                    await self.end(visit, visit.ended or "the edge stayed away")

    async def _start_look(self, name: str) -> None:
        """Raises LookError when it cannot be, as far as that is soon known; later the session is told."""
        loading = asyncio.wrap_future(self._scheduler.start_look(name))
        await asyncio.wait({loading}, timeout=LOADS_WITHIN)
        if loading.done():
            loading.result()
        else:
            loading.add_done_callback(lambda done: done.exception())

    def _find_room(self, look: str, ticket: str | None) -> None:
        """Raises Problem, with a place in the queue, when there is none."""
        here, limit = len(self._by_id), self._settings.max_sessions

        def fits(ahead: int) -> bool:
            return here + ahead < limit and self._scheduler.has_room(look, self._settings.fps, ahead)

        turned = self._queue.ask(ticket, fits, time.monotonic())
        if turned is None:
            return
        if here + turned.position > limit:
            code, reason = "too-many-sessions", f"all {limit} sessions of this service are taken"
            otherwise = "start the service with a higher --max-sessions"
        else:
            code, reason = (
                "no-time-to-paint",
                f"the sessions here leave no time to paint {look!r} for one more",
            )
            otherwise = "ask for another look"
        raise Problem(
            503,
            code,
            f"{reason}; yours is number {turned.position} in the queue",
            cure=f"Try again in {ASK_AGAIN:g} s, with the ticket to keep the place, or {otherwise}.",
            headers={"Retry-After": f"{ASK_AGAIN:g}", QUEUE_HEADER: turned.ticket},
            more={"queue_position": turned.position, "queue_ticket": turned.ticket},
        )
