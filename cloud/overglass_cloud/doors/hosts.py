"""Which names a service on loopback answers to: pages from elsewhere must not reach it by names of theirs."""

from collections.abc import Collection

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from overglass_cloud import problems
from overglass_cloud.problems import Problem


class Hosts:
    """ASGI middleware: refuses requests for any other host than `named`."""

    def __init__(self, app: ASGIApp, named: Collection[str]) -> None:
        self._app = app
        self._named = {name.strip("[]").lower() for name in named}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _name(Request(scope)) not in self._named:
            names = ", ".join(sorted(self._named))
            problem = Problem(
                400,
                "unknown-host",
                "this service does not go by that name",
                cure=f"Ask for {names}, or let it listen beyond loopback with --host.",
            )
            return await problems.response(problem)(scope, receive, send)
        return await self._app(scope, receive, send)


def _name(request: Request) -> str:
    """The host that was asked for, without its port."""
    given = request.headers.get("host", "").lower()
    if given.startswith("["):
        return given[1:].partition("]")[0]
    return given.rpartition(":")[0] if given.count(":") == 1 else given
