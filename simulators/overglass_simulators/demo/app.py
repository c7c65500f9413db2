"""The page's doors: files, pictures, news and control. Only for this machine.

Knows HTTP; what is shown and told it takes from `Pictures` and `Feed`.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, Field

from overglass_protocol.errors import LookError
from overglass_simulators.demo.feed import Feed, Subject, refusal
from overglass_simulators.demo.pictures import Pictures
from overglass_simulators.web.guard import from_this_page, guard

PAGE = Path(__file__).parent / "page"
NEWS_EVERY = 0.125
"Seconds between two lots of news."
PICTURE_WAIT = 0.5
"Seconds that a request for a picture waits; with none by then it is asked again, or the demo may end."


class Wanted(BaseModel):
    """What the page asks to see."""

    look: str = Field(min_length=1, max_length=64)
    strength: float = Field(ge=0, le=1)


def create_app(subject: Subject, pictures: Pictures, ending: asyncio.Event) -> FastAPI:
    """The page over these parts; `ending` lets its open streams go."""
    app = FastAPI(title="overglass demo", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/picture", response_class=Response)
    async def picture(after: Annotated[int, Query(ge=0)] = 0) -> Response:
        """The newest pair with a number above `after`; 204 if none comes in time."""
        shot = await pictures.newer(after, PICTURE_WAIT)
        if shot is None:
            return Response(status_code=204)
        about = {
            "Overglass-Number": str(shot.number),
            "Overglass-Frame": str(shot.trip.frame_id),
            "Overglass-Latency-Ms": f"{shot.trip.latency * 1000:.2f}",
        }
        return Response(shot.jpeg, headers=about, media_type="image/jpeg")

    @app.get("/news", response_class=StreamingResponse)
    async def news() -> StreamingResponse:
        """Server-sent events: `whole` once, then `news` with what is new."""
        return StreamingResponse(_news(Feed(subject), ending), media_type="text/event-stream")

    @app.post("/control")
    async def control(wanted: Wanted, request: Request) -> Response:
        """Asks for a look; tells the version that will show it."""
        if not from_this_page(request):
            return JSONResponse({"detail": "only the demo's own page may do that", "cure": ""}, 403)
        try:
            document = subject.set_control(wanted.look, wanted.strength)
        except LookError as error:
            return JSONResponse(refusal(error), 422)
        return JSONResponse({"version": document.version})

    guard(app)
    app.mount("/", StaticFiles(directory=PAGE, html=True))
    return app


async def _news(feed: Feed, ending: asyncio.Event) -> AsyncIterator[str]:
    yield f"event: whole\ndata: {json.dumps(feed.whole())}\n\n"
    while not ending.is_set():
        try:
            async with asyncio.timeout(NEWS_EVERY):
                await ending.wait()
        except TimeoutError:
            yield f"event: news\ndata: {json.dumps(feed.news())}\n\n"
    yield "event: end\ndata: {}\n\n"
