"""The demonstration's command: its files, its refusals, and two real runs of a second or two."""

import asyncio
import json
import re
import sys
import threading
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import av
import pytest

from overglass_edge import command
from overglass_protocol.errors import OverglassError
from overglass_simulators.child import Child
from overglass_simulators.demo.results import CLIP, PLOT, REPORT, Results
from overglass_simulators.demo.service import AwaitedService, known_look
from overglass_simulators.service import Service
from tests.simulators.demo_parts import WITHIN, clip, size_of


def test_results_replace_earlier_ones_and_leave_no_scratch(tmp_path: Path) -> None:
    for name in (REPORT, CLIP, PLOT, "notes.txt"):
        (tmp_path / name).write_text("old")
    with Results(tmp_path) as results:
        results.draft(PLOT).write_text("new")
        assert (tmp_path / PLOT).read_text() == "old"
        files = results.publish({"schema": 1})
    assert files == {"latency": str(tmp_path / PLOT), "report": str(tmp_path / REPORT)}
    assert sorted(path.name for path in tmp_path.iterdir()) == [PLOT, "notes.txt", REPORT]
    assert (tmp_path / PLOT).read_text() == "new"


def test_a_folder_made_for_results_goes_away_without_them(tmp_path: Path) -> None:
    with Results(tmp_path / "new" / "out"):
        pass
    assert not (tmp_path / "new" / "out").exists()


async def test_a_service_that_cannot_start_says_why_in_one_line() -> None:
    with pytest.raises(OverglassError) as caught:
        async with asyncio.timeout(WITHIN), AwaitedService(Service(plain=True, look="model")):
            pass
    assert str(caught.value).startswith("the service could not start: there is no look called 'model'.")
    assert str(caught.value).endswith("Run it alone to see more: overglass --debug cloud.")


class Starting(Service):
    """Tells when its process runs and is not ready yet."""

    def __init__(self) -> None:
        super().__init__(plain=True)
        self.runs = threading.Event()

    def _wait_until_ready(self, child: Child) -> None:
        self.runs.set()
        super()._wait_until_ready(child)


async def test_a_start_that_is_given_up_leaves_no_process_behind() -> None:
    service = Starting()
    starting = asyncio.create_task(AwaitedService(service).__aenter__())
    async with asyncio.timeout(WITHIN):
        assert await asyncio.to_thread(service.runs.wait, WITHIN)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
    assert not service.alive


async def test_a_service_that_dies_is_an_error_with_its_last_words() -> None:
    service = Service(plain=True)
    async with asyncio.timeout(WITHIN), AwaitedService(service) as awaited:
        assert "model" not in [look["name"] for look in await awaited.looks()]
        service.kill()
        with pytest.raises(OverglassError, match="ended by itself"):
            await awaited.death()


def test_a_look_that_goes_by_a_picture_is_refused_without_one() -> None:
    looks = [{"name": "none", "takes_reference": False}, {"name": "any-picture", "takes_reference": True}]
    with pytest.raises(OverglassError, match="--reference PICTURE"):
        known_look("any-picture", looks)
    assert known_look("any-picture", looks, lent=True) == "any-picture"
    assert known_look("none", looks) == "none"


def test_an_unknown_look_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(OverglassError, match=r"'x'\. Choose one of: none, ink\."):
        known_look("x", [{"name": "none"}, {"name": "ink"}])


@pytest.fixture
def overglass(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Runs the command as the console script does; returns the exit status."""
    point = EntryPoint("demo", "overglass_simulators.demo.cli:demo", "overglass.commands")
    monkeypatch.setattr(command, "entry_points", lambda group: [point])

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["overglass", "demo", *arguments])
        with pytest.raises(SystemExit) as caught:
            command.main()
        return int(caught.value.code or 0)

    interval = sys.getswitchinterval()
    yield run
    sys.setswitchinterval(interval)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--clip", "{tmp}/none.mp4"), "there is no file"),
        (("--clip", "{tmp}/text.mp4"), "is not a video"),
        (("--clip", "{tmp}/clip.mp4", "--look", "nonesuch"), "there is no look called 'nonesuch'. Choose"),
        (("--camera", "63"), "camera 63"),
        (("--clip", "{tmp}/clip.mp4", "--out", "{tmp}/text.mp4"), "cannot write to"),
        (("--clip", "{tmp}/clip.mp4", "--overlays", "ghosts"), "there is no overlay 'ghosts'"),
        (("--clip", "{tmp}/clip.mp4", "--size", "31x31"), "not a picture size"),
    ],
)
def test_what_cannot_be_shown_is_one_line_with_the_cure(
    tmp_path: Path, overglass: Any, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], line: str
) -> None:
    clip(tmp_path / "clip.mp4")
    (tmp_path / "text.mp4").write_text("not a video")
    given = [argument.format(tmp=tmp_path) for argument in arguments]
    assert overglass("--headless", "--out", str(tmp_path / "out"), *given) == 1
    captured = capsys.readouterr()
    lines = [each for each in captured.err.splitlines() if each.startswith("overglass: ")]
    assert len(lines) == 1
    assert line in lines[0]
    assert lines[0].endswith(".")
    assert "Traceback" not in captured.err
    assert captured.out == ""
    assert not (tmp_path / "out").exists()


def test_a_headless_run_writes_what_it_measured(
    tmp_path: Path, overglass: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what could not be done, with the cure: here there are no models."""
    monkeypatch.setenv("OVERGLASS_MODELS", str(tmp_path / "none"))
    out = tmp_path / "out"
    given = ("--clip", str(clip(tmp_path / "clip.mp4", 60)), "--look", "none", "--out", str(out), "--json")
    looked_for = ("--overlays", "faces, people,faces", "--region", "background")
    assert overglass("--headless", *given, *looked_for) == 0
    captured = capsys.readouterr()
    assert "overglass models pull face_landmarker" in captured.err.replace("\n", " ")
    printed = json.loads(captured.out.splitlines()[-1])
    files = printed.pop("files")
    assert files == {
        "side_by_side": str(out / CLIP),
        "latency": str(out / PLOT),
        "report": str(out / REPORT),
    }
    assert sorted(path.name for path in out.iterdir()) == sorted((CLIP, PLOT, REPORT))
    assert json.loads((out / REPORT).read_text()) == printed
    assert (printed["overlays"], printed["region"]) == (["faces", "people"], "background")
    assert printed["frames"]["captured"] > 0
    assert 0 < printed["latency_ms"]["frames"] == printed["frames"]["returned"]
    assert {"cores", "cpu", "load"} <= set(printed["machine"])
    with av.open(str(out / CLIP)) as container:
        assert sum(1 for _ in container.decode(video=0)) == printed["side_by_side"]["frames"]
    assert size_of(out / PLOT) == (1920, 1140)


def test_the_page_is_shown_until_the_time_is_up(
    tmp_path: Path, overglass: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(clip(tmp_path / "clip.mp4"))
    assert (
        overglass("--clip", path, "--look", "none", "--seconds", "1", "--no-browser", "--port", "0", "--json")
        == 0
    )
    captured = capsys.readouterr()
    assert re.search(r"http://127\.0\.0\.1:\d+/", captured.err)
    assert json.loads(captured.out)["frames"]["captured"] > 0
