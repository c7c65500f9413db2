"""The real service as a child process: started, waited for, watched, and always ended by its own id.

Imported it is `Service`; run as a module it is that process, which is `overglass cloud` and nothing
more, but that it ends when we are gone. Knows nothing of cameras and pictures.
"""

import asyncio
import contextlib
import json
import os
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, Self

import httpx
import structlog

from overglass_edge import command as overglass
from overglass_protocol.errors import LookError, OverglassError
from overglass_simulators.child import end_with_stdin

log = structlog.get_logger()

START_SECONDS = 30.0
"Within this it must have said its address and be ready; a cold disk takes a few seconds."
READY_POLL = 0.05
"Seconds between two knocks at a door that is not open yet."
END_SECONDS = 6.0
"It may finish its goodbyes; then it is killed."
LAST_WORDS = 12
"Lines of its standard error that are kept."
ERROR = "overglass: "
"What the one line begins with in which a command says why it failed."
KEPT_SETTINGS = ("OVERGLASS_MODELS",)
"""The only OVERGLASS_* variables it inherits. The others set up a service for others: their host,
secret or limits would keep the demonstration's own glasses out."""


class Service:
    """One service on loopback. An async context manager: entering waits until it is ready.

    Raises OverglassError, with the service's last words shown, when it cannot start.
    """

    def __init__(self, command: tuple[str, ...] | None = None) -> None:
        """`command` stands in for the service's own, in tests."""
        self.url = ""
        self.last_words: deque[str] = deque(maxlen=LAST_WORDS)
        self._command = command or (sys.executable, "-m", __name__)
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        return self._started.pid

    async def __aenter__(self) -> Self:
        starting = asyncio.ensure_future(_start(self._command))
        try:
            self._process = await asyncio.shield(starting)
            self._listening = asyncio.create_task(self._listen())
            await self._become_ready()
        except BaseException:
            # A start that is half done cannot be given up, only finished and undone.
            self._process = self._process or await starting
            await self._end()
            raise
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._end()

    async def looks(self) -> list[dict[str, Any]]:
        """What it can paint, as `GET /looks` tells it."""
        async with self._client() as client:
            found: list[dict[str, Any]] = (await client.get("/looks")).json()
        return found

    async def death(self) -> NoReturn:
        """Waits until it ends without being asked to; raises OverglassError then."""
        status = await self._started.wait()
        how = f"was killed (signal {-status})" if status < 0 else f"ended by itself (status {status})"
        raise await self._obituary(f"the service {how}")

    async def _become_ready(self) -> None:
        try:
            async with asyncio.timeout(START_SECONDS):
                self.url = await self._address()
                await self._open_door()
        except TimeoutError:
            raise await self._obituary(f"the service was not ready within {START_SECONDS:g} s") from None

    async def _address(self) -> str:
        assert self._started.stdout is not None
        line = await self._started.stdout.readline()
        try:
            return str(json.loads(line)["url"])
        except (ValueError, KeyError, TypeError):
            raise await self._obituary("the service could not start") from None

    async def _open_door(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        async with self._client() as client:
            while time.monotonic() < deadline:
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get("/readyz")).is_success:
                        return
                if self._started.returncode is not None:
                    await self.death()
                await asyncio.sleep(READY_POLL)
        raise TimeoutError

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, timeout=5.0, trust_env=False)

    async def _listen(self) -> None:
        assert self._started.stderr is not None
        async for line in self._started.stderr:
            self.last_words.append(line.decode(errors="replace").rstrip())
            log.debug("service", says=self.last_words[-1])

    async def _obituary(self, what: str) -> OverglassError:
        """The error that tells why, after showing what the service said last."""
        if self._listening is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._listening), 0.5)
        words = [line for line in self.last_words if line.strip()]
        error = words.pop() if words and words[-1].startswith(ERROR) else ""
        for line in words:
            print(f"service: {line}", file=sys.stderr)
        reason = f": {error.removeprefix(ERROR).rstrip('.')}" if error else ""
        return OverglassError(f"{what}{reason}", cure="Run it alone to see more: overglass --debug cloud.")

    async def _end(self) -> None:
        process = self._started
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                await asyncio.wait_for(process.wait(), END_SECONDS)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if self._listening is not None:
            # Its standard error has ended with it, unless a grandchild holds it open.
            await asyncio.wait({self._listening}, timeout=1.0)
            self._listening.cancel()

    @property
    def _started(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise RuntimeError("the service is not started: enter it first")
        return self._process


def known_look(name: str, looks: list[dict[str, Any]]) -> str:
    """`name`, if the service offers it. Raises LookError."""
    names = [look["name"] for look in looks]
    if name not in names:
        raise LookError(f"there is no look called {name!r}", cure=f"Choose one of: {', '.join(names)}.")
    return name


async def _start(command: Sequence[str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_environment(os.environ),
        # A session of its own keeps the terminal's Ctrl-C from it: we end it, after the glasses.
        start_new_session=True,
    )


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in ours.items()
        if not name.startswith("OVERGLASS_") or name in KEPT_SETTINGS
    }


if __name__ == "__main__":
    end_with_stdin()  # nobody is left behind when the starter is killed
    sys.argv[1:] = ["cloud", "--port", "0", "--json"]
    overglass.main()
