"""STUN and TURN servers that the service is configured with help the page's connection too."""

import pytest
from playwright.async_api import Route

from overglass_cloud.tokens import Scope, make_token
from tests.end_to_end.browser import chromium, opened, service, until

SECRET = "a secret that is long enough for its job"
STUN = '<stun:127.0.0.1:9>; rel="ice-server"'
SERVERS = """
async ([path, token]) => {
  const { Door } = await import("/assets/door.js");
  return Object.assign(new Door(), { token }).iceServers(path);
}
"""


@pytest.mark.parametrize(("path", "scope"), [("/live", "session"), ("/live/x/view", "view")])
async def test_the_page_learns_the_ice_servers_with_its_token_only(path: str, scope: Scope) -> None:
    servers = ("stun:stun.example.net", "turn:turn.example.net?transport=udp")
    with service(secret=SECRET, ice_servers=servers, ice_username="ada", ice_password="p;a,s<s>=") as url:
        async with chromium() as browser:
            page = await opened(browser, url)
            token = make_token(SECRET, scope, 5)
            told = await page.evaluate(SERVERS, [path, token])
            untold = await page.evaluate(SERVERS, [path, None])
    assert told == [
        {"urls": servers[0]},
        {"urls": servers[1], "username": "ada", "credential": "p;a,s<s>="},
    ]
    assert untold == []


async def test_the_page_connects_with_the_ice_servers_it_was_told() -> None:
    async def tell(route: Route) -> None:
        if route.request.method == "OPTIONS":
            await route.fulfill(status=204, headers={"Link": f'</help>; rel="help", {STUN}'})
        else:
            await route.continue_()

    with service() as url:
        async with chromium() as browser:
            page = await opened(browser, url)
            await page.context.route("**/live", tell)
            await page.context.route("**/live/*/view", tell)
            await page.click("#start")
            await until(page, "overglass.phase === 'live' && overglass.frames.length > 5")
            mine = await page.evaluate("overglass.peer.getConfiguration().iceServers")
            await page.click("#share")
            await until(page, "document.getElementById('share-url').value.includes('#')")
            link = await page.input_value("#share-url")
            watch = await page.context.new_page()
            await watch.goto(link)
            await until(watch, "overglass.phase === 'live' && overglass.frames.length > 5")
            theirs = await watch.evaluate("overglass.peer.getConfiguration().iceServers")
    for servers in (mine, theirs):
        assert [server["urls"] for server in servers] == [["stun:127.0.0.1:9"]]
