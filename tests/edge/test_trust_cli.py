"""`overglass trust` and `overglass verify`, as they are called."""

import json
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import typer
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from overglass_edge.trust import cli
from overglass_protocol.errors import TrustError
from overglass_protocol.provenance.keys import Keys
from tests.protocol.provenance.clips import captured, film, flipped, remixed

Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OVERGLASS_TRUST_FOLDER", str(tmp_path / "trust"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(cli, "entry_points", lambda group: [])
    return tmp_path


def run(*arguments: str | Path) -> Result:
    app = typer.Typer()
    app.add_typer(cli.trust, name="trust")
    app.command("verify")(cli.verify)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def watermark(path: Path) -> str:
    return f"record 7 in {path.name}"


def nothing(path: Path) -> None:
    return None


def broken(path: Path) -> None:
    raise RuntimeError("no model")


def test_keys_are_made_and_shown(folder: Path) -> None:
    missing = run("trust", "show")
    assert isinstance(missing.exception, TrustError)
    assert "overglass trust init" in str(missing.exception)
    made, shown = run("trust", "init"), run("trust", "show")
    assert "authority.pem" in made.stdout
    assert shown.stdout.startswith("Overglass development signer, valid until ")
    assert run("trust", "init").stdout == made.stdout
    assert run("trust", "init", "--renew").exit_code == 0
    assert len(list(folder.iterdir())) == 2


def test_a_whole_chain_is_told_in_plain_words(folder: Path) -> None:
    keys = Keys.here(folder / "trust")
    remix = remixed(folder / "remix.mp4", captured(folder / "capture.mp4", keys), keys)
    told = run("verify", remix)
    assert told.exit_code == 0
    assert "unchanged since it was signed, by somebody who is trusted here" in told.stdout.splitlines()[0]
    assert "captured with a camera" in told.stdout
    assert "captured and generated pictures together" in told.stdout


def test_a_tampered_clip_comes_first_and_fails(folder: Path) -> None:
    keys = Keys.here(folder / "trust")
    capture = captured(folder / "capture.mp4", keys)
    bad = flipped(capture, capture.read_bytes().index(b"mdat") + 40, folder / "bad.mp4")
    told = run("verify", remixed(folder / "remix.mp4", bad, keys))
    assert told.exit_code == 3
    assert "a clip that it was made of: changed after it was signed" in told.stdout.splitlines()[0]
    assert "Pictures, sound or structure were changed" in told.stdout.splitlines()[1]


def test_programs_get_json(folder: Path) -> None:
    keys = Keys.here(folder / "trust")
    document = json.loads(run("verify", captured(folder / "capture.mp4", keys), "--json").stdout)
    assert document["state"] == "trusted"
    assert document["links"][0]["steps"][0]["source"] == "digitalCapture"


def test_a_clip_without_a_record_is_no_fault(folder: Path) -> None:
    told = run("verify", film(folder / "clip.mp4"))
    assert told.exit_code == 0
    assert "has no record of its origin" in told.stdout
    assert not (folder / "trust").exists()


def test_other_anchors_can_be_trusted(folder: Path) -> None:
    other = Keys.here(folder / "other")
    clip = captured(folder / "clip.mp4", other)
    assert json.loads(run("verify", clip, "--json").stdout)["state"] == "untrusted"
    told = run("verify", clip, "--json", "--anchors", folder / "other" / "authority.pem")
    assert json.loads(told.stdout)["state"] == "trusted"


def test_markup_of_strangers_stays_text(folder: Path) -> None:
    clip = film(folder / "[red]x[!].mp4")
    assert "[red]x[!].mp4" in run("verify", clip).stdout


def test_what_detectors_find_is_told_and_their_faults_are_not_fatal(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = [
        EntryPoint(name, f"{__name__}:{name}", cli.DETECTORS) for name in ("broken", "nothing", "watermark")
    ]
    functions = {"broken": broken, "nothing": nothing, "watermark": watermark}
    monkeypatch.setattr(cli, "entry_points", lambda group: points)
    monkeypatch.setattr(EntryPoint, "load", lambda point: functions[point.name])
    with capture_logs() as logs:
        told = run("verify", film(folder / "clip.mp4"), "--json")
    assert json.loads(told.stdout)["findings"] == [{"detector": "watermark", "words": "record 7 in clip.mp4"}]
    assert [entry["detector"] for entry in logs] == ["broken"]
