"""The store: a file is used when it is what the manifest describes, whoever laid it there."""

import os
import shutil
from pathlib import Path

import pytest

from overglass_cloud.models.manifest import Manifest
from overglass_cloud.models.store import Store
from overglass_protocol.errors import ModelError
from tests.cloud.models.publisher import BODY, model

SHARED = Path(__file__).parents[3].parent / "shared" / "models"
HERE = [name for name in Manifest.shipped().names if (SHARED / Manifest.shipped()[name].file).exists()]


def stored(folder: Path) -> Store:
    return Store(folder, Manifest([model("nose", "https://models.example/1/nose.task")]))


def test_a_file_laid_there_by_hand_is_used(tmp_path: Path) -> None:
    (tmp_path / "nose.task").write_bytes(BODY)
    store = stored(tmp_path)
    assert store.path("nose") == tmp_path / "nose.task"
    assert store.has("nose")
    assert store.pull("nose") == tmp_path / "nose.task", "and nothing is fetched"


@pytest.mark.parametrize("folder", ["", "not/there", "file/below"])
def test_a_missing_model_is_one_line_with_the_command_to_run(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").touch()
    store = stored(tmp_path / folder)
    assert store.state("nose") == "missing"
    with pytest.raises(ModelError) as caught:
        store.path("nose")
    assert caught.value.cure == "Run: overglass models pull nose."
    assert str(tmp_path / folder) in str(caught.value)


@pytest.mark.parametrize("body", [b"", BODY[:-1], BODY + b"!", BODY[:-1] + b"!"])
def test_a_file_that_is_not_the_model_is_never_used(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "nose.task").write_bytes(body)
    store = stored(tmp_path)
    assert store.state("nose") == "damaged"
    with pytest.raises(ModelError, match=r"should be|should have") as caught:
        store.path("nose")
    assert caught.value.cure == "Run: overglass models pull nose."


def test_a_file_that_changes_after_it_was_checked_is_found_out(tmp_path: Path) -> None:
    file = tmp_path / "nose.task"
    file.write_bytes(BODY)
    store = stored(tmp_path)
    assert store.has("nose")
    file.write_bytes(BODY[::-1])
    os.utime(file, ns=(1, 1))
    assert not store.has("nose")


def test_verify_reads_a_file_again_although_nothing_seems_changed(tmp_path: Path) -> None:
    file = tmp_path / "nose.task"
    file.write_bytes(BODY)
    os.utime(file, ns=(1, 1))
    store = stored(tmp_path)
    assert store.verify("nose") == file
    with file.open("r+b") as rotten:
        rotten.write(b"!")
    os.utime(file, ns=(1, 1))
    assert store.has("nose"), "its size and date are as before"
    with pytest.raises(ModelError, match="sha256"):
        store.verify("nose")
    assert not store.has("nose")


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "nose.task").symlink_to("nose.task")
    with pytest.raises(ModelError, match="cannot be read"):
        stored(tmp_path).path("nose")


@pytest.mark.skipif(not HERE, reason="needs ../shared/models")
@pytest.mark.parametrize("name", HERE)
def test_a_published_file_has_the_pinned_checksum_and_a_read_only_folder_of_it_serves(
    name: str, tmp_path: Path
) -> None:
    manifest = Manifest.shipped()
    folder = tmp_path / "models"
    folder.mkdir()
    shutil.copy(SHARED / manifest[name].file, folder)
    folder.chmod(0o555)
    store = Store(folder, manifest)
    assert store.verify(name) == store.pull(name) == folder / manifest[name].file
    assert os.listdir(folder) == [manifest[name].file], "nothing else was written"
