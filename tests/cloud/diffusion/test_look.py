"""The look `imagine`, as the service finds, starts and loses it."""

import subprocess
import sys
from pathlib import Path

import pytest

from overglass_cloud.engines.diffusion import weights
from overglass_cloud.engines.diffusion.choice import Choice
from overglass_cloud.engines.diffusion.look import LOOKS
from overglass_cloud.looks import ALONE, Looks, Workshop
from overglass_cloud.models.manifest import Manifest
from overglass_cloud.models.store import Store
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError
from tests.cloud.diffusion.test_engine import picture

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


def test_a_hub_id_lies_in_the_folder_of_models(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "somebody--turbo").symlink_to(folder)
    assert IMAGINE.start(workshop(tmp_path, "somebody/turbo")).max_batch > 1


def test_running_out_of_memory_while_loading_says_its_cure(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise MemoryError("of 2 GiB")

    monkeypatch.setattr(weights, "load", full)
    with pytest.raises(LookError, match="no room for the diffusion model"):
        IMAGINE.start(workshop(Path("nowhere"), str(folder)))
