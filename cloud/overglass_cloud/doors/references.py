"""The HTTP doors where a wearer lends a picture to looks.

Knows requests and responses; what makes a picture good is `picture_file`'s business.
"""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse

from overglass_cloud.problems import Problem
from overglass_cloud.references import AGAIN, References
from overglass_cloud.style.picture_file import read_picture
from overglass_cloud.tokens import Gate
from overglass_protocol.errors import PictureError
from overglass_protocol.reference import MAX_BYTES, MEDIA_TYPES, MISSING, Reference, too_large

Authorization = Annotated[str | None, Header()]
BODY_SECONDS = 60.0
"For the whole file: 20 MB at 3 Mbit/s."
_STATUS = {"picture-too-large": 413, "unknown-picture-type": 415}


def reference_doors(gate: Gate, references: References) -> APIRouter:
    """Where pictures are lent, and asked after."""
    doors = APIRouter()
    decoding = asyncio.Lock()

    @doors.post("/references", status_code=201)
    async def lend(request: Request, authorization: Authorization = None) -> JSONResponse:
        """Takes a PNG, JPEG or WebP picture; `id` is what a control document calls it by."""
        admitted = gate.admit(authorization, "session")
        named = _named_type(request)
        try:
            reference = Reference(await _body(request))
            if reference.media_type != named:
                raise _other_type(reference.media_type, named)
            async with decoding:  # each may take 200 MB for a moment
                picture = await asyncio.to_thread(read_picture, reference)
        except PictureError as error:
            raise Problem(_STATUS.get(error.code, 422), error.code, error.message, cure=error.cure) from error
        references.keep(reference.id, picture, admitted.id)
        height, width = picture.shape[:2]
        said: dict[str, Any] = {"id": reference.id, "width": width, "height": height}
        return JSONResponse(said, 201, {"Location": f"/references/{reference.id}"})

    @doors.get("/references/{id}", status_code=204, response_class=Response)
    async def ask_after(id: str, authorization: Authorization = None) -> Response:
        """Whether a picture is still here: 204 or 404."""
        gate.admit(authorization, "session")
        if id not in references:
            raise Problem(404, MISSING, "there is no picture here of that name", cure=AGAIN)
        return Response(status_code=204)

    return doors


def _named_type(request: Request) -> str:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in MEDIA_TYPES:
        raise _other_type(None, given or "missing")
    return given


async def _body(request: Request) -> bytes:
    """The whole of it. Raises PictureError as soon as it is too large, Problem when it is too slow."""
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > MAX_BYTES:
        raise too_large()
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise too_large()
    except TimeoutError as error:
        raise Problem(
            408,
            "too-slow",
            f"the picture has not arrived within {BODY_SECONDS:g} s",
            cure="Send a smaller one, or find a better network.",
        ) from error
    return bytes(body)


def _other_type(found: str | None, named: str) -> Problem:
    kinds = ", ".join(MEDIA_TYPES)
    return Problem(
        415,
        "wrong-content-type",
        f"the content type is {named}" + (f", and the picture is {found}" if found else f", none of {kinds}"),
        cure=f"Send 'Content-Type: {found or MEDIA_TYPES[0]}' with such a picture.",
        headers={"Accept-Post": kinds},
    )
