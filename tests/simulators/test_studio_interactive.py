"""The studio as the command serves it: from within the loop that simulates, until it is over."""

import contextlib
import urllib.request
import webbrowser
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from overglass_protocol.errors import ConfigError
from overglass_simulators.studio.interactive import run_studio
from overglass_simulators.web.serving import bind
from tests.simulators.studio_devices import CHOICES
from tests.simulators.studio_parts import MadeUpGlasses, living


def test_the_browser_is_shown_the_page_and_the_glasses_are_taken_off_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    happened: list[str] = []

    @contextlib.asynccontextmanager
    async def glasses() -> AsyncIterator[MadeUpGlasses]:
        async with living(tmp_path) as worn:
            yield worn
        happened.append("taken off")

    def browse(url: str) -> bool:
        with urllib.request.urlopen(url) as page:
            happened.append(page.read().decode().partition("<title>")[2].partition("</title>")[0])
        return True

    monkeypatch.setattr(webbrowser, "open", browse)
    run_studio(glasses, CHOICES, 0, browser=True, seconds=0.1)
    assert happened == ["Overglass studio", "taken off"]
    assert "The studio is on http://127.0.0.1:" in capsys.readouterr().err


def test_a_port_that_was_asked_for_must_be_free(tmp_path: Path) -> None:
    with bind(0, 0) as taken, pytest.raises(ConfigError, match="cannot be shown on port"):
        run_studio(lambda: living(tmp_path), CHOICES, taken.getsockname()[1], browser=False)
