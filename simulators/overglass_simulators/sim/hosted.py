"""Somebody's ASGI application, served on loopback in a thread of its own. Knows HTTP, not what is served."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import structlog
import uvicorn

from overglass_protocol.errors import OverglassError

log = structlog.get_logger()

STARTS_WITHIN = 30.0
"Seconds; an application that loads a model takes its time."
_ASK_EVERY = 0.02


@contextmanager
def hosted(application: Any) -> Iterator[str]:
    """Serves it, and gives its address. Raises OverglassError when it does not start."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        config = uvicorn.Config(
            application, ws="none", access_log=False, log_config=None, timeout_graceful_shutdown=3
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(
            target=_serve, args=(server, listener), name="hosted application", daemon=True
        )
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(STARTS_WITHIN)


def _serve(server: uvicorn.Server, listener: socket.socket) -> None:
    # Where the application cannot start, uvicorn has logged why; the thread's end tells that it could not.
    with suppress(SystemExit):
        try:
            server.run(sockets=[listener])
        except Exception:
            log.exception("the application failed")


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    for _ in range(round(STARTS_WITHIN / _ASK_EVERY)):
        if server.started:
            return
        thread.join(_ASK_EVERY)
        if not thread.is_alive():
            raise OverglassError("the application ended before it had started", cure="See its log above.")
    raise OverglassError(
        f"the application did not start within {STARTS_WITHIN:g} s", cure="Load what takes long before it."
    )
