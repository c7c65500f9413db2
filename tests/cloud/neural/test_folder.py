"""Looks that were made or brought here, as commands and as what a service wears."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from overglass_cloud.looks import Looks
from overglass_cloud.neural.cli import looks as command
from overglass_cloud.neural.folder import LookFolder, renamed
from overglass_protocol.errors import LookError
from tests.cloud.neural.weights import card, look_file, weights


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LookFolder:
    monkeypatch.setenv("OVERGLASS_DATA", str(tmp_path / "data"))
    return LookFolder(tmp_path / "data" / "looks", frozenset({"midnight"}))


def run(*words: str | Path) -> str:
    result = CliRunner().invoke(command, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_look_is_handed_on_as_one_file_and_brought_in_again(folder: LookFolder, tmp_path: Path) -> None:
    folder.add(card("dusk"), weights())
    run("export", "dusk", "--to", tmp_path)
    run("remove", "dusk")
    assert list(folder) == []
    assert "overglass demo --look dusk" in run("import", tmp_path / "dusk.look.safetensors")
    again = folder.require("dusk")
    assert again.card == card("dusk")
    assert all((again.weights()[name] == tensor).all() for name, tensor in weights().items())


def test_the_list_has_what_was_brought_in(folder: LookFolder, tmp_path: Path) -> None:
    run("import", look_file(tmp_path).path, "--name", "dawn")
    listed = {look["name"]: look for look in json.loads(run("--json"))}
    assert listed["dawn"]["engine"] == "neural"
    assert "midnight" in listed


def test_what_is_made_while_a_service_runs_can_be_worn(folder: LookFolder) -> None:
    service = Looks.installed(own=folder.looks)
    assert "dusk" not in service
    folder.add(card("dusk"), weights())
    assert "dusk" in service.names
    assert service["dusk"].summary == "Violet and calm."


def test_a_damaged_file_is_left_out_and_the_others_stay(folder: LookFolder) -> None:
    folder.add(card("dusk"), weights())
    folder.file("broken").write_bytes(b"no look")
    assert [look.name for look in folder.looks()] == ["dusk"]
    with pytest.raises(LookError, match="is no look"):
        folder.require("broken")


def test_a_name_is_taken_once(folder: LookFolder, tmp_path: Path) -> None:
    folder.add(card("dusk"), weights())
    with pytest.raises(LookError, match="already"):
        folder.bring(look_file(tmp_path).path)
    folder.bring(look_file(tmp_path, seed=1).path, replace=True)
    with pytest.raises(LookError, match="comes with Overglass"):
        folder.check_free("midnight", replace=True)


@pytest.mark.parametrize("name", ["", "../escape", "With Capitals", "a/b", "x" * 41, "-dash"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(LookError, match="cannot be the name"):
        renamed(card("dusk"), name)


def test_what_is_not_there_is_told(folder: LookFolder) -> None:
    with pytest.raises(LookError, match="there is no look called 'dusk'"):
        folder.require("dusk")


def test_a_folder_that_cannot_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LookError, match="cannot be written") as caught:
        LookFolder(tmp_path / "file" / "looks").check_writable()
    assert "OVERGLASS_DATA" in str(caught.value.cure)


def test_listing_looks_loads_neither_torch_nor_diffusers() -> None:
    script = (
        "import sys; from overglass_cloud.looks import Looks; assert 'midnight' in Looks.installed().names;"
        "print([name for name in ('torch', 'diffusers', 'transformers', 'mediapipe') if name in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert said.stdout.strip() == "[]"
