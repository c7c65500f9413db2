"""`overglass models`: what a person and a script see of the store."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from overglass_cloud.models import cli
from overglass_cloud.models.manifest import Manifest
from overglass_cloud.models.store import Store
from overglass_protocol.errors import ModelError
from tests.cloud.models.publisher import BODY, Publisher, Turn
from tests.edge.test_command import overglass

TWO = ("nose", "ear")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store of two models, of which one is here."""
    with Publisher() as gone:
        manifest = gone.manifest(*TWO)
    (tmp_path / "nose.task").write_bytes(BODY)
    return use(Store(tmp_path, manifest, sleep=lambda seconds: None), monkeypatch)


def use(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(cli, "store_here", lambda: store)
    return store


def ran(*arguments: str) -> Result:
    return CliRunner().invoke(cli.models, arguments)


def test_list_shows_what_is_here_what_for_how_large_and_under_which_licence(store: Store) -> None:
    shown = ran("list").stdout
    for part in ("nose", "ear", "noses", "1.0 MB", "CC0-1.0", "yes", "no"):
        assert part in shown
    rows = json.loads(ran("list", "--json").stdout.splitlines()[-1])
    assert [(row["name"], row["state"], row["size"]) for row in rows] == [
        ("nose", "here", len(BODY)),
        ("ear", "missing", len(BODY)),
    ]
    assert rows[0]["path"] == str(store.folder / "nose.task")
    assert rows[0]["sha256"] == store.manifest["nose"].sha256


def test_list_shows_damage(store: Store) -> None:
    (store.folder / "ear.task").write_bytes(b"noise")
    assert "damaged" in ran("list").stdout


def test_pull_without_names_fetches_all_that_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nose.task").write_bytes(BODY)
    with Publisher() as publisher:
        use(Store(tmp_path, publisher.manifest(*TWO)), monkeypatch)
        shown = ran("pull")
        assert shown.exit_code == 0
        assert shown.stdout == f"ear: {tmp_path / 'ear.task'}\n"
        assert len(publisher.asked) == 1
        assert "All models are in" in ran("pull").stdout
        assert len(publisher.asked) == 1


def test_pull_fetches_what_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Publisher() as publisher:
        use(Store(tmp_path, publisher.manifest(*TWO)), monkeypatch)
        assert ran("pull", "nose", "nose").exit_code == 0
        assert len(publisher.asked) == 1
    assert (tmp_path / "nose.task").exists()
    assert not (tmp_path / "ear.task").exists()


def test_a_pull_that_fails_has_a_status_and_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Publisher(Turn(status=404)) as publisher:
        use(Store(tmp_path, publisher.manifest(*TWO)), monkeypatch)
        failed = ran("pull", "nose")
    assert failed.exit_code == 1
    assert isinstance(failed.exception, ModelError)


def test_a_pull_of_several_that_fails_says_what_was_not_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Publisher(Turn(status=404)) as publisher:
        use(Store(tmp_path, publisher.manifest(*TWO)), monkeypatch)
        failed = ran("pull")
    assert "Not tried any more: ear; 'overglass models pull'" in str(failed.exception)


def test_an_unknown_name_is_refused_before_anything_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Publisher() as publisher:
        use(Store(tmp_path, publisher.manifest(*TWO)), monkeypatch)
        failed = ran("pull", "nose", "chin")
        assert isinstance(failed.exception, ModelError)
        assert "nose, ear" in str(failed.exception)
        assert publisher.asked == []


def test_verify_checks_what_is_here(store: Store) -> None:
    assert ran("verify").stdout == "nose: as published\n"
    (row,) = json.loads(ran("verify", "--json").stdout.splitlines()[-1])
    assert (row["name"], row["ok"], row["fault"]) == ("nose", True, None)


def test_verify_fails_on_damage_and_on_a_named_model_that_is_missing(store: Store) -> None:
    missing = ran("verify", "ear", "nose", "--json")
    assert missing.exit_code == 1
    assert [row["ok"] for row in json.loads(missing.stdout.splitlines()[-1])] == [False, True]
    (store.folder / "ear.task").write_bytes(b"noise")
    damaged = ran("verify")
    assert damaged.exit_code == 1
    assert "nose: as published" in damaged.stdout
    assert "should have" in str(damaged.exception)


def test_verify_of_an_empty_folder_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(Store(tmp_path, Manifest.shipped()), monkeypatch)
    assert "overglass models pull" in ran("verify").stdout


def test_the_folder_is_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERGLASS_HOST", "0.0.0.0")  # a service's setting, and no business of a pull's
    monkeypatch.setenv("OVERGLASS_MODELS", str(tmp_path))
    assert cli.store_here().folder == tmp_path
    monkeypatch.setenv("OVERGLASS_MODELS", "~/models")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cli.store_here().folder == tmp_path / "models"


def test_by_default_the_folder_is_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OVERGLASS_MODELS", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert tmp_path in cli.store_here().folder.parents


@pytest.mark.parametrize("command", ["pull", "verify"])
def test_the_whole_command_says_in_one_line_which_models_there_are(command: str) -> None:
    shown = overglass("models", command, "chin")
    assert shown.returncode == 1
    (line,) = shown.stderr.strip().splitlines()
    assert line.startswith("overglass: there is no model called 'chin'.")
    assert "face_landmarker" in line
