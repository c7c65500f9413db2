"""The studio's doors: files, pictures and news; and how refusals are told. Only for this machine.

Knows HTTP; what is shown it takes from `Pictures` and `Feed`, what can be done from `actions`.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from fastapi.staticfiles import StaticFiles

from overglass_cloud.problems import Problem, response
from overglass_protocol.errors import OverglassError
from overglass_simulators.sim.subject import Subject
from overglass_simulators.studio.actions import actions
from overglass_simulators.studio.choices import Choices, devices_in_words
from overglass_simulators.studio.feed import Feed
from overglass_simulators.studio.pictures import Pictures
from overglass_simulators.studio.story import Story
from overglass_simulators.web.guard import guard

PAGE = Path(__file__).parent / "page"
NEWS_EVERY = 0.1
"Seconds between two lots of news."
PICTURE_WAIT = 0.5
"Seconds that a request for pictures waits; with none by then it is asked again, or the studio may end."


def create_app(subject: Subject, choices: Choices, ending: asyncio.Event) -> FastAPI:
    """The page over these glasses; `ending` lets its open streams go."""
    app = FastAPI(title="overglass sim", docs_url=None, redoc_url=None, openapi_url=None)
    pictures, story = Pictures(subject), Story(subject)

    @app.get("/pictures", response_class=Response)
    async def newest(after: Annotated[int, Query(ge=-1)] = -1) -> Response:
        """The newest views with a number above `after`: camera, worn and plain as JPEGs one after the other.

        `Overglass-Sizes` tells where each ends; 204 if none comes in time.
        """
        shot = await pictures.newer(after, PICTURE_WAIT)
        if shot is None:
            return Response(status_code=204)
        parts = shot.camera, shot.worn, shot.plain
        about = {
            "Overglass-Number": str(shot.number),
            "Overglass-Frame": "" if shot.frame_id is None else str(shot.frame_id),
            "Overglass-Sizes": ",".join(str(len(part)) for part in parts),
        }
        return Response(b"".join(parts), headers=about, media_type="application/octet-stream")

    @app.get("/news", response_class=StreamingResponse)
    async def news() -> StreamingResponse:
        """Server-sent events: `news`, ten a second, then `end`."""
        feed = Feed(subject, story, choices, await subject.looks())
        return StreamingResponse(_told(feed, ending), media_type="text/event-stream")

    @app.get("/devices")
    async def devices() -> list[dict[str, Any]]:
        return devices_in_words(choices)

    app.include_router(actions(subject, choices))
    _tell_problems(app)
    guard(app)
    app.mount("/", StaticFiles(directory=PAGE, html=True))
    return app


async def _told(feed: Feed, ending: asyncio.Event) -> AsyncIterator[str]:
    while True:
        yield f"event: news\ndata: {json.dumps(feed.news())}\n\n"
        try:
            async with asyncio.timeout(NEWS_EVERY):
                await ending.wait()
            break
        except TimeoutError:
            continue
    yield "event: end\ndata: {}\n\n"


def _tell_problems(app: FastAPI) -> None:
    """Every refusal is a problem document with its cure (RFC 9457)."""

    @app.exception_handler(Problem)
    async def on_problem(request: Request, problem: Problem) -> Response:
        return response(problem)

    @app.exception_handler(OverglassError)
    async def on_refusal(request: Request, error: OverglassError) -> Response:
        return response(Problem(409, "cannot-be-done", error.message, cure=error.cure))

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        cure = f"Give another {where}." if where else "Send a JSON object."
        return response(Problem(422, "invalid-request", f"{where}: {first['msg']}", cure=cure))
