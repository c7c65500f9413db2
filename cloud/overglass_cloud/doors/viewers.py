"""The HTTP doors for those who watch: WHEP, and the wearer's invitation to it.

Knows requests and responses; who may watch is the gate's matter, how it is sent that of `broadcast`.
"""

import time
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Header, Request, Response

from overglass_cloud.config import Settings
from overglass_cloud.doors.exchange import SDP, created, fragment_of, nothing, text_of
from overglass_cloud.problems import Problem
from overglass_cloud.sessions.broadcast import Viewer
from overglass_cloud.sessions.visit import Visit
from overglass_cloud.sessions.visits import Visits
from overglass_cloud.tokens import Gate, make_token
from overglass_protocol.rtc import sdp

Authorization = Annotated[str | None, Header()]
NO_PICTURE_AFTER = 3.0
"Seconds without a picture from the wearer, after which there is nothing to watch."
COME_AGAIN = "2"
"Seconds."


def view_doors(gate: Gate, visits: Visits, settings: Settings) -> APIRouter:
    """Where watching begins and ends."""
    doors = APIRouter()
    doors.get("/live/{id}/view", status_code=204, response_class=Response)(nothing)
    doors.head("/live/{id}/view", status_code=204, response_class=Response)(nothing)
    doors.get("/live/{id}/view/{viewer_id}", status_code=204, response_class=Response)(nothing)
    doors.head("/live/{id}/view/{viewer_id}", status_code=204, response_class=Response)(nothing)

    @doors.post("/live/{id}/view", status_code=201, response_class=Response)
    async def watch(id: str, request: Request, authorization: Authorization = None) -> Response:
        """Shows a session's result (WHEP): an offer to receive is answered `sendonly`."""
        visit = visits.watched(id, gate.admit(authorization, "view"))
        offer = _receiving(sdp.read_offer(await text_of(request, SDP)))
        if visit.picture_at is None or time.monotonic() - visit.picture_at > NO_PICTURE_AFTER:
            raise Problem(
                409,
                "no-picture",
                "there is no picture to watch now",
                cure="The wearer is not sending; try again in a moment.",
                headers={"Retry-After": COME_AGAIN},
            )
        viewer, answer = await visit.broadcast.admit(offer)
        return created(answer, f"/live/{id}/view/{viewer.id}", viewer.credentials, settings)

    @doors.patch("/live/{id}/view/{viewer_id}", status_code=204, response_class=Response)
    async def trickle(
        id: str, viewer_id: str, request: Request, authorization: Authorization = None
    ) -> Response:
        """Takes a viewer's later ICE candidates (RFC 8840)."""
        viewer = _viewer(visits.watched(id, gate.admit(authorization, "view")), viewer_id)
        await viewer.peer.add_candidates(await fragment_of(request, viewer.credentials))
        return Response(status_code=204)

    @doors.delete("/live/{id}/view/{viewer_id}", response_class=Response)
    async def stop(id: str, viewer_id: str, authorization: Authorization = None) -> Response:
        """Ends watching."""
        visit = visits.watched(id, gate.admit(authorization, "view"))
        await visit.broadcast.dismiss(_viewer(visit, viewer_id))
        return Response(status_code=200)

    return doors


def share_door(gate: Gate, visits: Visits, settings: Settings) -> APIRouter:
    """Where a wearer asks for a link to give away."""
    door = APIRouter()

    @door.post("/live/{id}/share")
    async def share(id: str, request: Request, authorization: Authorization = None) -> dict[str, Any]:
        """A link that lets others watch this session, and nothing else."""
        visit = visits.find(id, gate.admit(authorization, "session"))
        where, token, expires = {"id": visit.id}, None, None
        if settings.secret is not None:
            expires = time.time() + settings.share_minutes * 60
            secret = settings.secret.get_secret_value()
            token = make_token(secret, "view", settings.share_minutes, visit.id)
            where["token"] = token
        # In the fragment, so that the token reaches no server's log.
        url = f"{request.url.replace(path='/watch', query='')}#{urlencode(where)}"
        return {"url": url, "token": token, "expires": expires}

    return door


def _receiving(offer: sdp.Offer) -> sdp.Offer:
    if offer.video != "recvonly":
        raise Problem(
            422,
            "not-receiving",
            f"the offered video is {offer.video}, and this door only shows",
            cure="Offer it recvonly; to send pictures, POST /live.",
        )
    return offer


def _viewer(visit: Visit, id: str) -> Viewer:
    viewer = visit.broadcast.find(id)
    if viewer is None:
        raise Problem(
            404,
            "no-such-viewer",
            "nobody watches under this address",
            cure="It has ended or never began: POST to the session's /view begins.",
        )
    return viewer
