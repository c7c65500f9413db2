"""Which web pages may use the doors: the CORS protocol, as WHIP and WHEP clients in browsers need it.

Where tokens are asked for, any page that holds one may come. Without tokens only pages of this machine
may, and those that the settings name: otherwise any page on the web could use a service on loopback.
"""

import re
from collections.abc import Callable, Sequence

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from overglass_cloud import tokens
from overglass_cloud.doors.exchange import SDP, TRICKLE
from overglass_protocol.reference import MEDIA_TYPES

_THIS_MACHINE = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")
_METHODS = "GET, HEAD, POST, PATCH, DELETE, OPTIONS"
_SENT = "Authorization, Content-Type, If-Match, Overglass-Resume, Overglass-Queue"
_EXPOSED = "Location, ETag, Link, Retry-After, Overglass-Resume, Overglass-Queue, WWW-Authenticate"
_A_DAY = "86400"


class Origins:
    """ASGI middleware. `anywhere`: every origin may come.

    `links`: the Link headers for a door and the Authorization that came; none for those not let in.
    """

    def __init__(
        self,
        app: ASGIApp,
        anywhere: bool,
        named: Sequence[str] = (),
        links: Callable[[tokens.Scope, str | None], Sequence[str]] = lambda scope, authorization: (),
    ) -> None:
        self._app = app
        self._anywhere = anywhere
        self._named = set(named)
        self._links = links

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        request = Request(scope)
        origin = request.headers.get("origin")
        if request.method == "OPTIONS":
            return await self._answer(request, origin)(scope, receive, send)

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._mark(MutableHeaders(scope=message), origin)
            await send(message)

        return await self._app(scope, receive, send_marked)

    def _answer(self, request: Request, origin: str | None) -> Response:
        """To OPTIONS: what may be done here, for a browser's preflight and for curious clients."""
        response = Response(status_code=204, headers={"Allow": _METHODS})
        path = request.url.path.rstrip("/")
        if path == "/live" or path.endswith("/view"):
            response.headers["Accept-Post"] = SDP
            if self._lets_in(origin):
                scope: tokens.Scope = "session" if path == "/live" else "view"
                for link in self._links(scope, request.headers.get("authorization")):
                    response.headers.append("Link", link)
        elif path == "/references":
            response.headers["Accept-Post"] = ", ".join(MEDIA_TYPES)
        elif path.startswith("/live/"):
            response.headers["Accept-Patch"] = TRICKLE
        self._mark(response.headers, origin)
        if self._lets_in(origin):
            response.headers["Access-Control-Allow-Methods"] = _METHODS
            response.headers["Access-Control-Allow-Headers"] = _SENT
            response.headers["Access-Control-Max-Age"] = _A_DAY
        return response

    def _mark(self, headers: MutableHeaders, origin: str | None) -> None:
        headers.add_vary_header("Origin")
        if origin is not None and self._lets_in(origin):
            headers["Access-Control-Allow-Origin"] = "*" if self._anywhere else origin
            headers["Access-Control-Expose-Headers"] = _EXPOSED

    def _lets_in(self, origin: str | None) -> bool:
        if origin is None or self._anywhere:
            return True
        return origin in self._named or _THIS_MACHINE.fullmatch(origin) is not None
