"""The cloud's HTTP door, from the edge's side: open a session, end it. Media does not pass here.

Translates everything httpx can raise, and every problem document, into errors of ours.
"""

from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpx

from overglass_protocol.errors import ConfigError, PeerError, RefusedError
from overglass_protocol.reference import Reference

RESUME_HEADER, QUEUE_HEADER = "Overglass-Resume", "Overglass-Queue"


@dataclass(frozen=True, slots=True)
class Opened:
    """What the cloud answered."""

    answer: str
    "SDP."
    location: str
    "Absolute URL of the session."
    resume_token: str


class Door:
    """One service's door. An async context manager; `url` is the service's base."""

    def __init__(self, url: str, token: str | None = None, timeout: float = 5.0) -> None:
        """Raises ConfigError when `url` is no http or https URL."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(
                f"{url!r} is not the address of a service", cure="Give one like http://127.0.0.1:8400."
            )
        self.url = url.rstrip("/")
        self.loopback = parts.hostname in ("localhost", "127.0.0.1", "::1")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._ticket: str | None = None
        "Our place in the queue of a service that is full, as it told us."
        self._client = httpx.AsyncClient(
            headers=headers,
            timeout=timeout,
            trust_env=not self.loopback,
            # An idle connection may have died with the network it was made over, and nobody would know.
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._client.aclose()

    async def open(
        self,
        offer: str,
        look: str,
        resume_token: str | None,
        reference: str | None = None,
        patience: float | None = None,
    ) -> Opened:
        """Opens a session, or resumes the one that the token belongs to. `reference` names a lent picture;
        `patience` is how many seconds an answer may take, where that is less than usual.

        Raises RefusedError with the service's reason and cure, PeerError when nobody answers.
        """
        headers = {"Content-Type": "application/sdp"}
        if resume_token is not None:
            headers[RESUME_HEADER] = resume_token
        if self._ticket is not None:
            headers[QUEUE_HEADER] = self._ticket
        chosen = {"look": look} | ({"reference": reference} if reference is not None else {})
        bound = {"timeout": httpx.Timeout(patience)} if patience is not None else {}
        response = await self._request(
            "POST", "/live", content=offer, headers=headers, params=chosen, **bound
        )
        self._ticket = None
        location = urljoin(self.url + "/", response.headers.get("Location", ""))
        return Opened(response.text, location, response.headers.get(RESUME_HEADER, ""))

    async def lend(self, reference: Reference) -> None:
        """Gives the service a picture for its looks, unless it has it already.

        Raises RefusedError with the service's reason and cure, PeerError when nobody answers.
        """
        try:
            await self._request("GET", f"/references/{reference.id}")
        except RefusedError as error:
            if error.status != 404:
                raise
            headers = {"Content-Type": reference.media_type}
            await self._request("POST", "/references", content=reference.data, headers=headers)

    async def end(self, location: str) -> None:
        """Ends a session; one that is gone already is fine."""
        try:
            await self._request("DELETE", location)
        except RefusedError as error:
            if error.status != 404:
                raise

    async def _request(self, method: str, where: str, **parts: Any) -> httpx.Response:
        try:
            response = await self._client.request(method, urljoin(self.url + "/", where), **parts)
        except httpx.HTTPError as error:
            raise PeerError(
                f"no service answers at {self.url} ({str(error) or type(error).__name__})",
                cure="Start one with: overglass cloud.",
            ) from error
        if response.is_success:
            return response
        self._ticket = response.headers.get(QUEUE_HEADER, self._ticket)
        raise _refusal(response)


def _refusal(response: httpx.Response) -> RefusedError:
    retry_after = response.headers.get("Retry-After", "")
    detail, cure = f"the service answered {response.status_code}", ""
    if "json" in response.headers.get("Content-Type", ""):
        try:
            body = response.json()
            detail, cure = str(body.get("detail", detail)), str(body.get("cure", ""))
        except (ValueError, AttributeError):
            pass  # a proxy's page that calls itself JSON: the status alone has to do
    return RefusedError(
        detail,
        status=response.status_code,
        cure=cure,
        retry_after=float(retry_after) if retry_after.isdigit() else None,
    )
