"""Refusals, as RFC 9457 problem documents with the cure. Knows HTTP statuses; decides nothing."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from overglass_protocol.errors import LookError, OverglassError, UnusableOfferError


class Problem(OverglassError):  # noqa: N818 - the RFC calls it a problem
    """A request is refused: `code` names the kind, `message` this case, `cure` the way out."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        cure: str,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """`more`: members of the document that belong to this kind alone."""
        super().__init__(message, cure=cure)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})
        self.more = dict(more or {})


def no_such_session(cure: str = "It has ended or was never opened: POST /live opens one.") -> Problem:
    return Problem(404, "no-such-session", "there is no session here under this address", cure=cure)


def response(problem: Problem) -> JSONResponse:
    body: dict[str, Any] = {
        "type": f"urn:overglass:problem:{problem.code}",
        "title": problem.code.replace("-", " "),
        "status": problem.status,
        "detail": problem.message,
        "cure": problem.cure,
        **problem.more,
    }
    return JSONResponse(body, problem.status, problem.headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Makes every refusal of `app` a problem document."""

    @app.exception_handler(Problem)
    async def on_problem(request: Request, problem: Problem) -> JSONResponse:
        return response(problem)

    @app.exception_handler(UnusableOfferError)
    async def on_offer(request: Request, error: UnusableOfferError) -> JSONResponse:
        if error.malformed:
            return response(Problem(400, "malformed-sdp", error.message, cure=error.cure))
        return response(Problem(422, "unusable-offer", error.message, cure=error.cure))

    @app.exception_handler(LookError)
    async def on_look(request: Request, error: LookError) -> JSONResponse:
        return response(Problem(503, "look-cannot-start", error.message, cure=error.cure))

    @app.exception_handler(RequestValidationError)
    async def on_validation(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return response(
            Problem(422, "invalid-request", f"{where}: {first['msg']}", cure="GET /openapi.json says how.")
        )

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> JSONResponse:
        cure = "GET /openapi.json lists what can be asked for."
        problem = Problem(error.status_code, f"http-{error.status_code}", str(error.detail), cure=cure)
        problem.headers.update(error.headers or {})
        return response(problem)
