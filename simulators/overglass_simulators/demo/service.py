"""The service of a demonstration, for an event loop: nothing here may block it.

Which process that is, and how it is always ended, is `overglass_simulators.service`'s business.
"""

import asyncio
import contextlib
from typing import Any, NoReturn, Self

import httpx

from overglass_protocol.errors import LookError, OverglassError
from overglass_simulators.service import Service

LOOK_EVERY = 0.1
"Seconds between looks at whether it still runs."
_CURE = "Run it alone to see more: overglass --debug cloud."


class AwaitedService:
    """An async context manager: entering waits until the service is ready.

    Raises OverglassError, with its last words, when it cannot start.
    """

    def __init__(self, service: Service | None = None) -> None:
        """`service` is entered and left here; by default it is that of `overglass cloud`."""
        self._service = service or Service(plain=True)

    @property
    def url(self) -> str:
        return self._service.url

    @property
    def pid(self) -> int:
        return self._service.pid

    async def __aenter__(self) -> Self:
        starting = asyncio.create_task(asyncio.to_thread(self._service.__enter__))
        try:
            await asyncio.shield(starting)
        except OverglassError as error:
            raise OverglassError(f"the service could not start: {error}", cure=_CURE) from error
        except BaseException:
            # Its thread cannot be given up, but it ends when the process does.
            with contextlib.suppress(OverglassError):
                await asyncio.to_thread(self._service.kill)
            await asyncio.wait({starting})
            await asyncio.to_thread(self._service.end)
            raise
        return self

    async def __aexit__(self, *exc: object) -> None:
        await asyncio.to_thread(self._service.end)

    async def looks(self) -> list[dict[str, Any]]:
        """What it can paint, as `GET /looks` tells it."""
        async with httpx.AsyncClient(base_url=self.url, timeout=5.0, trust_env=False) as client:
            found: list[dict[str, Any]] = (await client.get("/looks")).json()
        return found

    async def death(self) -> NoReturn:
        """Waits until it ends without being asked to; raises OverglassError then."""
        # A thread that waits for it would poll more often, in a run that is being measured.
        while self._service.alive:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_EVERY)
        raise self._service.failure("ended by itself")


def known_look(name: str, looks: list[dict[str, Any]], *, lent: bool = False) -> str:
    """`name`, if the service offers it; `lent`: a picture is there for it to go by. Raises LookError."""
    found = {look["name"]: look for look in looks}
    if name not in found:
        raise LookError(f"there is no look called {name!r}", cure=f"Choose one of: {', '.join(found)}.")
    if found[name].get("takes_reference") and not lent:
        raise LookError(
            f"the look {name!r} goes by a picture, and it was given none",
            cure="Start the demo with --reference PICTURE.",
        )
    return name
