"""A publisher of one file over HTTP on this machine, that misbehaves as told, request by request."""

import hashlib
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from overglass_cloud.models.manifest import Manifest, Model

BODY = bytes(range(256)) * 4096
"One MiB, each place of which can be told from its neighbours."


@dataclass(frozen=True)
class Turn:
    """How one request is answered."""

    status: int = 200
    body: bytes = BODY
    etag: str | None = '"first"'
    cut_after: int | None = None
    "Bytes of the body after which the connection is closed."
    ranges: bool = True
    length: bool = True
    headers: dict[str, str] = field(default_factory=dict)
    gate: threading.Event | None = None
    "The body waits for this."


class Publisher:
    """Answers on a free port of loopback while its `with` lasts; after the last turn all goes well."""

    def __init__(self, *turns: Turn) -> None:
        self.turns = list(turns)
        self.asked: list[dict[str, str]] = []
        "Headers of each request, their names in small letters."
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()

    @property
    def ranges(self) -> list[str | None]:
        """What part each request asked for."""
        return [headers.get("range") for headers in self.asked]

    def manifest(self, *names: str) -> Manifest:
        """A manifest of models that are all this publisher's one file."""
        return Manifest(self.model(name) for name in names or ("nose",))

    def model(self, name: str = "nose") -> Model:
        return model(name, f"http://127.0.0.1:{self._server.server_port}/{name}")


def model(name: str, url: str, body: bytes = BODY) -> Model:
    """What a manifest says of this body."""
    return Model(
        name=name,
        file=f"{name}.task",
        purpose="noses",
        url=url,
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        licence="CC0-1.0",
        licence_source="this test",
        checksum_of="the body of this test",
    )


def _handler_of(publisher: Publisher) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            publisher.asked.append(headers)
            turn = publisher.turns.pop(0) if publisher.turns else Turn()
            start = _start(headers, turn)
            self._head(turn, start)
            if turn.gate is not None:
                turn.gate.wait(10)
            self.close_connection = True
            rest = turn.body[start:] if turn.status == 200 else b""
            self.wfile.write(rest if turn.cut_after is None else rest[: turn.cut_after])

        def _head(self, turn: Turn, start: int) -> None:
            self.send_response(206 if start and turn.status == 200 else turn.status)
            if turn.etag is not None:
                self.send_header("ETag", turn.etag)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(turn.body) - 1}/{len(turn.body)}")
            if turn.length:
                self.send_header("Content-Length", str(len(turn.body) - start if turn.status == 200 else 0))
            for name, value in turn.headers.items():
                self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    return Handler


def _start(headers: dict[str, str], turn: Turn) -> int:
    """Where the answer begins: RFC 9110, 13.1.5 and 14.2."""
    if "range" not in headers or not turn.ranges or headers.get("if-range") not in (None, turn.etag):
        return 0
    return int(headers["range"].removeprefix("bytes=").removesuffix("-"))
