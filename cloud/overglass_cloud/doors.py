"""The HTTP doors: sessions open, change and end here; media never passes through.

Knows requests and responses; what a session is, it leaves to `visits`.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from overglass_cloud.capabilities import Capabilities
from overglass_cloud.metrics import Metrics
from overglass_cloud.problems import Problem
from overglass_cloud.scheduler import Scheduler
from overglass_cloud.tokens import Gate
from overglass_cloud.visits import Visits
from overglass_protocol.control import Control
from overglass_protocol.rtc import sdp

SDP = "application/sdp"
TRICKLE = "application/trickle-ice-sdpfrag"
RESUME_HEADER = "Overglass-Resume"

Authorization = Annotated[str | None, Header()]


def session_doors(gate: Gate, visits: Visits, scheduler: Scheduler, default_look: str) -> APIRouter:
    """Where sessions open, change and end."""
    doors = APIRouter()

    @doors.post("/live", status_code=201, response_class=Response)
    async def open_session(
        request: Request,
        look: Annotated[str | None, Query(max_length=64)] = None,
        authorization: Authorization = None,
        overglass_resume: Annotated[str | None, Header(max_length=200)] = None,
    ) -> Response:
        """Opens a session (WHIP, RFC 9725; `sendrecv` offers get the result back on the same connection)."""
        admitted = gate.admit(authorization, "session")
        offer = sdp.read_offer(await _text(request, SDP))
        control = Control(look=_known_look(scheduler, look or default_look))
        resumed = await visits.resume(overglass_resume, offer, admitted) if overglass_resume else None
        visit, answer = resumed or await visits.open(offer, control, admitted)
        headers = {
            "Location": f"/live/{visit.id}",
            RESUME_HEADER: visit.resume_token,
            "Access-Control-Expose-Headers": f"Location, Link, {RESUME_HEADER}",
        }
        return Response(answer, 201, headers, media_type=SDP)

    @doors.patch("/live/{id}", status_code=204, response_class=Response)
    async def trickle(id: str, request: Request, authorization: Authorization = None) -> Response:
        """Takes later ICE candidates (RFC 8840)."""
        visit = visits.find(id, gate.admit(authorization, "session"))
        await visit.add_candidates(await _text(request, TRICKLE))
        return Response(status_code=204)

    @doors.delete("/live/{id}", response_class=Response)
    async def end_session(id: str, authorization: Authorization = None) -> Response:
        """Ends a session."""
        await visits.end(visits.find(id, gate.admit(authorization, "session")), "deleted")
        return Response(status_code=200)

    return doors


def status_doors(
    visits: Visits, scheduler: Scheduler, capabilities: Capabilities, metrics: Metrics
) -> APIRouter:
    """Where anybody may look: what can be painted and found, and how the service is."""
    doors = APIRouter()

    @doors.get("/looks")
    async def list_looks() -> list[dict[str, Any]]:
        """What can be generated here."""
        return [look.describe() for look in scheduler.looks]

    @doors.get("/overlays")
    def list_overlays() -> list[dict[str, Any]]:
        """What can be looked for here, and what to do where a model is missing."""
        return capabilities.describe()

    @doors.get("/healthz")
    async def alive() -> dict[str, str]:
        """Whether the process answers."""
        return {"status": "alive"}

    @doors.get("/readyz")
    async def ready() -> JSONResponse:
        """Whether sessions can be served: the engine's thread runs."""
        if not scheduler.alive:
            raise Problem(503, "engine-stopped", "the engine has stopped", cure="Restart the service.")
        return JSONResponse({"status": "ready", "sessions": len(visits)})

    @doors.get("/metrics", response_class=PlainTextResponse)
    async def show_metrics() -> Response:
        """Prometheus metrics."""
        return Response(metrics.render(), media_type=metrics.content_type)

    return doors


def _known_look(scheduler: Scheduler, name: str) -> str:
    if name not in scheduler.looks:
        raise Problem(
            422,
            "unknown-look",
            f"there is no look called {name!r} here",
            cure=f"Choose one of: {', '.join(scheduler.looks.names)}.",
        )
    return name


async def _text(request: Request, media_type: str) -> str:
    """The body, of this type and of a size that a session description may have."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != media_type:
        raise Problem(
            415,
            "wrong-content-type",
            f"the content type is {given or 'missing'}, not {media_type}",
            cure=f"Send 'Content-Type: {media_type}'.",
            headers={"Accept-Post": SDP},
        )
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > sdp.MAX_SIZE:
            raise Problem(
                413,
                "body-too-large",
                f"the body is longer than {sdp.MAX_SIZE} bytes",
                cure="A session description is a few KB; send only that.",
            )
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise Problem(400, "malformed-sdp", "the body is not text", cure="Send UTF-8.") from error
