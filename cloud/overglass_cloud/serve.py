"""Runs the application on a socket of its own, with the loop and thread settings that latency wants."""

import socket

import uvicorn

from overglass_cloud.app import create_app
from overglass_cloud.config import Settings
from overglass_cloud.looks import Looks
from overglass_cloud.tls import Pair
from overglass_protocol import loop
from overglass_protocol.errors import ConfigError


def bind(settings: Settings) -> socket.socket:
    """The listening socket. Raises ConfigError when the address cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen()  # whoever reads the address and comes at once waits at the door
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}",
            cure="Stop what listens there, or choose another --port (0 picks a free one).",
        ) from error
    return listener


def url(listener: socket.socket, *, tls: bool = False) -> str:
    host, port = listener.getsockname()[:2]
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def serve(settings: Settings, looks: Looks, listener: socket.socket, pair: Pair | None = None) -> None:
    """Serves until interrupted, over TLS when it is given a pair."""
    loop.tune()
    config = uvicorn.Config(
        create_app(settings, looks),
        loop="auto",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=3,
        ssl_certfile=pair.certificate if pair is not None else None,
        ssl_keyfile=pair.key if pair is not None else None,
    )
    uvicorn.Server(config).run(sockets=[listener])
