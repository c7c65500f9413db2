"""Which of this machine's addresses a connection offers.

aiortc has no way to say so, and its ICE skips loopback, on which a service on a desk must be
reachable without any network. The choice is made while the connection object is being built.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import aioice
import aiortc.rtcicetransport
from aioice.candidate import Candidate

_hosts: ContextVar[tuple[str, ...] | None] = ContextVar("hosts", default=None)


class HostConnection(aioice.Connection):
    """An ICE connection that offers the addresses chosen when it was made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._hosts = _hosts.get()

    async def get_component_candidates(
        self, component: int, addresses: list[str], timeout: int = 5
    ) -> list[Candidate]:
        chosen = list(self._hosts) if self._hosts is not None else addresses
        return await super().get_component_candidates(component, chosen, timeout)


@contextmanager
def offering(hosts: tuple[str, ...] | None) -> Iterator[None]:
    """Connections made inside offer these addresses; None: every address but loopback."""
    token = _hosts.set(hosts)
    try:
        yield
    finally:
        _hosts.reset(token)


def install() -> None:
    """Makes aiortc build its connections of this class."""
    module: Any = aiortc.rtcicetransport
    module.Connection = HostConnection
