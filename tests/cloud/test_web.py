"""The page's files as the service hands them out; what they do is tested in a real browser, end to end."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from overglass_cloud import problems
from overglass_cloud.web import pages

TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    problems.install(app)
    app.include_router(pages())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        yield client


async def everything(browser: httpx.AsyncClient) -> dict[str, httpx.Response]:
    """Both pages and all that they name, by path."""
    found: dict[str, httpx.Response] = {}
    pending = ["/", "/watch"]
    while pending:
        path = pending.pop()
        if path in found:
            continue
        answer = found[path] = await browser.get(path)
        folder = path.rpartition("/")[0]
        for named in re.findall(r'(?:src|href)="([^"#]+)', answer.text):
            pending.append(f"/{named}")
        for named in re.findall(r'(?:from|new URL\() ?"(\.[^"]+)"', answer.text):
            parts = [*folder.split("/")[1:], *named.split("/")]
            while ".." in parts:
                at = parts.index("..")
                del parts[at - 1 : at + 1]
            pending.append("/" + "/".join(part for part in parts if part != "."))
    return found


async def test_a_page_has_all_it_names_and_nothing_from_elsewhere(browser: httpx.AsyncClient) -> None:
    found = await everything(browser)
    expected = {"/assets/page.js", "/assets/transform.js", "/assets/wire/captures.js", "/assets/watch.css"}
    assert expected <= set(found)
    for path, answer in found.items():
        assert answer.status_code == 200, path
        assert not re.search(r"https?://(?!www\.w3\.org)", answer.text), path
        kind = TYPES[path.rpartition(".")[2] if "." in path else "html"]
        assert answer.headers["Content-Type"].startswith(kind), path


async def test_a_page_may_run_only_our_files_and_open_only_its_own_camera(browser: httpx.AsyncClient) -> None:
    for path, answer in (await everything(browser)).items():
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self';"), path
        assert "unsafe" not in policy
        assert answer.headers["Permissions-Policy"] == "camera=(self), microphone=(self)"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        if answer.headers["Content-Type"].startswith("text/html"):
            assert not re.search(r"<style|<script(?! type=\"module\" src)| style=| on[a-z]+=", answer.text), (
                path
            )


async def test_a_file_is_asked_for_again_and_sent_only_when_it_has_changed(
    browser: httpx.AsyncClient,
) -> None:
    first = await browser.get("/assets/page.js")
    assert first.headers["Cache-Control"] == "no-cache"
    again = await browser.get("/assets/page.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    changed = await browser.get("/assets/page.js", headers={"If-None-Match": '"another"'})
    assert changed.status_code == 200


@pytest.mark.parametrize("name", ["nothing.js", "../__init__.py", "%2e%2e/__init__.py", "wire/", ""])
async def test_there_is_nothing_else_to_be_had(name: str, browser: httpx.AsyncClient) -> None:
    assert (await browser.get(f"/assets/{name}")).status_code == 404
