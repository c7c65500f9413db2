"""What WHIP (RFC 9725) and WHEP ask of any exchange of session descriptions, whoever sends the pictures.

Bodies, preconditions and headers; knows neither sessions nor viewers.
"""

import hashlib
from collections.abc import Sequence

from fastapi import Request, Response

from overglass_cloud.config import Settings
from overglass_cloud.problems import Problem
from overglass_protocol.rtc import sdp

SDP = "application/sdp"
TRICKLE = "application/trickle-ice-sdpfrag"

Credentials = tuple[str, str]
"ICE user name fragment and password."


async def text_of(request: Request, media_type: str) -> str:
    """The body, of this type and of a size that a session description may have. Raises Problem."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != media_type:
        raise Problem(
            415,
            "wrong-content-type",
            f"the content type is {given or 'missing'}, not {media_type}",
            cure=f"Send 'Content-Type: {media_type}'.",
            headers={"Accept-Post": SDP} if media_type == SDP else {"Accept-Patch": TRICKLE},
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


def created(answer: str, location: str, credentials: Credentials | None, settings: Settings) -> Response:
    """201 with the answer, where its resource is, which ICE session it belongs to, and ICE servers."""
    response = Response(answer, 201, {"Location": location}, media_type=SDP)
    if credentials is not None:
        response.headers["ETag"] = etag(credentials)
    for link in ice_links(settings):
        response.headers.append("Link", link)
    return response


async def fragment_of(request: Request, credentials: Credentials | None) -> str:
    """A trickle fragment (RFC 8840) that belongs to the ICE session of `credentials`.

    Raises Problem: 428 without If-Match, 412 with another's, 422 for an ICE restart, which cannot be done.
    """
    fragment = await text_of(request, TRICKLE)
    condition = request.headers.get("if-match", "").strip()
    if not condition:
        raise Problem(
            428,
            "precondition-required",
            "the request does not say which ICE session it is for",
            cure="Send the ETag that came with the answer as If-Match.",
        )
    given = sdp.credentials_of(fragment)
    if condition == "*" or (given is not None and given != credentials):
        raise Problem(
            422,
            "no-ice-restart",
            "a connection cannot be restarted here",
            cure="POST again; a session goes on with its Overglass-Resume token.",
        )
    if credentials is None or condition != etag(credentials):
        raise Problem(
            412,
            "precondition-failed",
            "that ICE session is over",
            cure="Send the ETag that came with the newest answer as If-Match.",
        )
    return fragment


def etag(credentials: Credentials) -> str:
    """Names an ICE session."""
    return f'"{hashlib.sha256(" ".join(credentials).encode()).hexdigest()[:24]}"'


def nothing() -> Response:
    """2xx without content: what a resource that has no representation answers to GET and HEAD."""
    return Response(status_code=204)


def ice_links(settings: Settings) -> Sequence[str]:
    """The configured STUN and TURN servers as values of Link (RFC 9725, 4.6), credentials included."""
    password = settings.ice_password
    login = ""
    if settings.ice_username is not None and password is not None:
        login = (
            f'; username="{settings.ice_username}"; credential="{password.get_secret_value()}"'
            '; credential-type="password"'
        )
    return [
        f'<{url}>; rel="ice-server"' + (login if url.startswith("turn") else "")
        for url in settings.ice_servers
    ]
