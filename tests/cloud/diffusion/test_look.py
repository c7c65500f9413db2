"""The look `imagine`, as the service finds, starts and loses it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from overglass_cloud.engines.diffusion import weights
from overglass_cloud.engines.diffusion.choice import Choice
from overglass_cloud.engines.diffusion.look import LOOKS
from overglass_cloud.engines.diffusion.source import folder_of
from overglass_cloud.looks import ALONE, Looks, Workshop
from overglass_cloud.models.manifest import Manifest
from overglass_cloud.models.store import Store
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError
from tests.cloud.diffusion.test_engine import picture
from tests.cloud.models.publisher import model

(IMAGINE,) = LOOKS


def workshop(models: Path, source: str) -> Workshop:
    return Workshop(Store(models, Manifest([])), diffusion=Choice(source, pixels=48 * 64))


def test_it_is_among_the_installed_looks_with_its_licence_and_needs() -> None:
    found = Looks.installed()["imagine"].describe()
    assert found["takes_prompt"]
    assert found["needs"] == ["sd_turbo", "gpu"]
    assert "Stability AI Community License" in found["licence"]


def test_listing_looks_loads_no_torch_and_no_diffusers() -> None:
    code = (
        "import sys; from overglass_cloud.looks import Looks; assert 'imagine' in Looks.installed();"
        "print([name for name in ('torch', 'diffusers', 'transformers') if name in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=True
    )
    assert said.stdout.strip() == "[]"


def test_it_paints_with_a_pipeline_in_a_folder(folder: Path) -> None:
    engine = IMAGINE.start(workshop(Path("nowhere"), str(folder)))
    state = engine.prepare(Control(look="imagine", prompt="abc"), None, ALONE)
    (result,) = engine.paint([picture()], [state])
    assert (result.width, result.height) == (64, 48)


def test_what_is_being_loaded_is_told(folder: Path) -> None:
    told: list[tuple[str, int, int]] = []
    there = Workshop(
        Store(Path("nowhere"), Manifest([])),
        diffusion=Choice(str(folder)),
        progress=lambda what, done, total: told.append((what, done, total)),
    )
    IMAGINE.start(there)
    assert {what for what, _, _ in told} == {"diffusion"}
    assert told[-1][1] == told[-1][2]


def test_without_weights_it_cannot_start_and_says_the_command(tmp_path: Path) -> None:
    with pytest.raises(LookError, match="there is no diffusion pipeline in") as caught:
        IMAGINE.start(workshop(tmp_path, "sd_turbo"))
    assert "overglass models pull sd_turbo" in caught.value.cure


def test_a_hub_id_that_was_never_downloaded_names_the_command_that_does(tmp_path: Path) -> None:
    with pytest.raises(LookError, match="somebody/turbo is not on this machine") as caught:
        IMAGINE.start(workshop(tmp_path, "somebody/turbo"))
    assert "hf download somebody/turbo" in caught.value.cure


def test_a_hub_id_is_found_in_the_hubs_own_cache(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    cached = tmp_path / "models--somebody--turbo"
    (cached / "refs").mkdir(parents=True)
    (cached / "refs" / "main").write_text("abc")
    (cached / "snapshots").mkdir()
    (cached / "snapshots" / "abc").symlink_to(folder)
    assert folder_of("somebody/turbo", Store(Path("nowhere"), Manifest([]))).samefile(folder)


def bundle_of(folder: Path) -> Manifest:
    """The pipeline's files, pinned as they are."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.parent.name != "words")
    return Manifest(
        model(f"part_{number}", "https://models.example/1", file.read_bytes()).model_copy(
            update={"part_of": "tiny", "file": f"tiny/{file.relative_to(folder)}"}
        )
        for number, file in enumerate(files)
    )


def test_a_bundle_of_the_store_is_checked_file_by_file(folder: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(folder, tmp_path / "tiny"))
    store = Store(tmp_path, bundle_of(folder))
    assert folder_of("tiny", store) == copied
    weights_file = copied / "unet" / "diffusion_pytorch_model.safetensors"
    changed = bytearray(weights_file.read_bytes())
    changed[-1] ^= 1
    weights_file.write_bytes(changed)
    with pytest.raises(LookError, match="sha256") as caught:
        folder_of("tiny", store)
    assert "overglass models pull tiny" in caught.value.cure


def test_half_a_bundle_names_what_lacks_and_the_command(folder: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(folder, tmp_path / "tiny"))
    (copied / "tokenizer" / "tokenizer.json").unlink()
    with pytest.raises(LookError, match="is not in") as caught:
        folder_of("tiny", Store(tmp_path, bundle_of(folder)))
    assert "overglass models pull tiny" in caught.value.cure


def test_running_out_of_memory_while_loading_says_its_cure(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise MemoryError("of 2 GiB")

    monkeypatch.setattr(weights, "load", full)
    with pytest.raises(LookError, match="no room for the diffusion model"):
        IMAGINE.start(workshop(Path("nowhere"), str(folder)))
