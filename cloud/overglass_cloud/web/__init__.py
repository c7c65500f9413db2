"""The page that turns any browser with a camera into glasses, and the one that watches, as files.

Serves files; knows nothing of sessions. What the page may do is said in its headers: run nothing but ours,
talk to nobody but this service.
"""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import APIRouter, Request, Response

from overglass_cloud.problems import Problem

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'self'; media-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(self), microphone=(self)",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    media_type: str
    etag: str


def pages() -> APIRouter:
    """`/`, `/watch`, and what they are made of under `/assets/`."""
    root = files(__package__)
    index, watch = _read(root / "index.html"), _read(root / "watch.html")
    assets = dict(_walk(root / "assets", ""))
    doors = APIRouter(include_in_schema=False)

    @doors.get("/")
    async def glasses(request: Request) -> Response:
        return _answer(request, index)

    @doors.get("/watch")
    async def viewer(request: Request) -> Response:
        return _answer(request, watch)

    @doors.get("/assets/{name:path}")
    async def asset(name: str, request: Request) -> Response:
        found = assets.get(name)
        if found is None:
            raise Problem(404, "no-such-file", f"the page has no file {name!r}", cure="Reload the page.")
        return _answer(request, found)

    return doors


def _answer(request: Request, file: _File) -> Response:
    headers = {**_HEADERS, "ETag": file.etag}
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    return Response(file.body, headers=headers, media_type=file.media_type)


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, _File]]:
    found = []
    for each in folder.iterdir():
        name = prefix + each.name
        found += _walk(each, name + "/") if each.is_dir() else [(name, _read(each))]
    return found


def _read(file: Traversable) -> _File:
    body = file.read_bytes()
    suffix = file.name[file.name.rindex(".") :]
    return _File(body, _TYPES[suffix], f'"{hashlib.sha256(body).hexdigest()[:32]}"')
