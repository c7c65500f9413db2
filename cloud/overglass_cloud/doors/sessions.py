"""The HTTP doors: sessions open, change and end here; media never passes through.

Knows requests and responses; what a session is, it leaves to `visits`.
"""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from overglass_cloud.config import Settings
from overglass_cloud.doors.exchange import SDP, created, fragment_of, nothing, text_of
from overglass_cloud.problems import Problem
from overglass_cloud.scheduler import Scheduler
from overglass_cloud.sessions.visits import Visits
from overglass_cloud.tokens import Gate
from overglass_protocol.control import Control
from overglass_protocol.reference import NAME
from overglass_protocol.rtc import sdp

RESUME_HEADER = "Overglass-Resume"
"The token that gives a session back to whom it belonged."

Authorization = Annotated[str | None, Header()]


def session_doors(gate: Gate, visits: Visits, scheduler: Scheduler, settings: Settings) -> APIRouter:
    """Where sessions open, change and end."""
    doors = APIRouter()
    for path in ("/live", "/live/{id}"):
        doors.get(path, status_code=204, response_class=Response)(nothing)
        doors.head(path, status_code=204, response_class=Response)(nothing)

    @doors.post("/live", status_code=201, response_class=Response)
    async def open_session(
        request: Request,
        look: Annotated[str | None, Query(max_length=64)] = None,
        reference: Annotated[str | None, Query(pattern=NAME)] = None,
        authorization: Authorization = None,
        overglass_resume: Annotated[str | None, Header(max_length=200)] = None,
        overglass_queue: Annotated[str | None, Header(max_length=200)] = None,
    ) -> Response:
        """Opens a session (WHIP, RFC 9725; `sendrecv` offers get the result back on the same connection).

        Whoever is turned away since the service is full keeps a place by showing the ticket that came with
        the refusal, as `Overglass-Queue`.
        """
        admitted = gate.admit(authorization, "session")
        offer = _sending(sdp.read_offer(await text_of(request, SDP)))
        control = Control(look=_known_look(scheduler, look or settings.look), reference=reference)
        resumed = await visits.resume(overglass_resume, offer, admitted) if overglass_resume else None
        visit, answer = resumed or await visits.open(offer, control, admitted, overglass_queue)
        response = created(answer, f"/live/{visit.id}", visit.credentials, settings)
        response.headers[RESUME_HEADER] = visit.resume_token
        return response

    @doors.patch("/live/{id}", status_code=204, response_class=Response)
    async def trickle(id: str, request: Request, authorization: Authorization = None) -> Response:
        """Takes later ICE candidates (RFC 8840)."""
        visit = visits.find(id, gate.admit(authorization, "session"))
        await visit.add_candidates(await fragment_of(request, visit.credentials))
        return Response(status_code=204)

    @doors.delete("/live/{id}", response_class=Response)
    async def end_session(id: str, authorization: Authorization = None) -> Response:
        """Ends a session."""
        await visits.end(visits.find(id, gate.admit(authorization, "session")), "deleted")
        return Response(status_code=200)

    return doors


def _sending(offer: sdp.Offer) -> sdp.Offer:
    if offer.video == "recvonly":
        raise Problem(
            422,
            "not-sending",
            "the offered video is recvonly, and a session needs pictures",
            cure="Offer it sendonly or sendrecv; to watch a session, POST /live/{id}/view.",
        )
    return offer


def _known_look(scheduler: Scheduler, name: str) -> str:
    if name not in scheduler.looks:
        raise Problem(
            422,
            "unknown-look",
            f"there is no look called {name!r} here",
            cure=f"Choose one of: {', '.join(scheduler.looks.names)}.",
        )
    return name
