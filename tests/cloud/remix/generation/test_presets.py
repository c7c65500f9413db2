import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from overglass_cloud.clips.still import Still
from overglass_cloud.looks import Looks, Workshop
from overglass_cloud.models.manifest import Manifest
from overglass_cloud.models.store import Store
from overglass_cloud.remix.generation.catalogue import MODELS
from overglass_cloud.remix.presets.contract import Atelier, Preset, Scope, Segment
from overglass_cloud.remix.presets.generate import PRESETS
from overglass_cloud.remix.timeline import Source, Timeline
from overglass_protocol.errors import RemixError

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
"From a scheduler of diffusers, which hands numpy a tensor."

BY_NAME = {preset.name: preset for preset in PRESETS}
VIDEO = [f"generate-{model.name}" for model in MODELS if model.task == "video"]
IMAGE = [f"generate-{model.name}" for model in MODELS if model.task == "image"]
FEW = {"prompt": "a red fox", "steps": 2, "pixels": 4096}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    for module in ("torch", "diffusers", "ftfy"):
        pytest.importorskip(module)
    from tests.cloud.remix.generation import tiny

    folder = tmp_path_factory.mktemp("models")
    for model in MODELS:
        tiny.save(model.name, folder / model.name)
    return Workshop(Store(folder, Manifest.shipped()))


def stills(first: int, last: int, width: int = 46, height: int = 34) -> Iterator[Still]:
    for index in range(first, last):
        rgb = np.full((height, width, 3), (40 + 3 * index, 90, 160), np.uint8)
        rgb[8:20, 10:30] = (220, 180, 60)
        picture = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format="yuv420p")
        yield Still(index, Fraction(index, 24), picture)


def painted(preset: Preset, shelf: Workshop, segment: Segment, seed: int = 0, **more: Any) -> list[Still]:
    files = more.pop("files", {})
    parameters = preset.parameters.model_validate({**FEW, **more})
    assert preset.start is not None
    painter = preset.start(parameters, Atelier(shelf, Looks([]), files, seed=seed))
    made = list(painter.paint(segment, stills(segment.start - segment.blend, segment.end)))
    painter.close()
    return made


def bytes_of(made: list[Still]) -> list[bytes]:
    return [still.picture.to_ndarray().tobytes() for still in made]


@pytest.mark.parametrize("name", [*VIDEO, *IMAGE])
def test_an_odd_size_and_a_short_clip_keep_count_order_and_size(name: str, shelf: Workshop) -> None:
    made = painted(BY_NAME[name], shelf, Segment(0, 0, 6))
    assert [still.index for still in made] == list(range(6))
    assert {(still.picture.width, still.picture.height) for still in made} == {(46, 34)}
    assert bytes_of(made) != bytes_of(list(stills(0, 6)))


@pytest.mark.parametrize("name", [*VIDEO, *IMAGE])
def test_the_same_seed_gives_the_same_bytes_and_another_others(name: str, shelf: Workshop) -> None:
    preset, segment = BY_NAME[name], Segment(0, 0, 3)
    once = bytes_of(painted(preset, shelf, segment, seed=5))
    assert once == bytes_of(painted(preset, shelf, segment, seed=5))
    assert once != bytes_of(painted(preset, shelf, segment, seed=6))


@pytest.mark.parametrize("name", ["generate-wan-video", "generate-ltx-video", "generate-animatediff"])
def test_strength_says_how_far_from_the_clip(name: str, shelf: Workshop) -> None:
    preset, segment = BY_NAME[name], Segment(0, 0, 3)
    weak, strong = (painted(preset, shelf, segment, strength=share, steps=4) for share in (0.3, 1.0))
    assert bytes_of(weak) != bytes_of(strong)


def test_more_pictures_than_a_window_are_painted_in_windows_and_joined(shelf: Workshop) -> None:
    made = painted(BY_NAME["generate-animatediff"], shelf, Segment(0, 4, 40, before=4, blend=4))
    assert [still.index for still in made] == list(range(40))


def test_where_the_mask_is_black_the_clip_is_kept(shelf: Workshop, tmp_path: Path) -> None:
    mask = np.zeros((34, 46), np.uint8)
    mask[:, 24:] = 255
    cv2.imwrite(str(tmp_path / "mask.png"), mask)
    files = {"mask.png": tmp_path / "mask.png"}
    made = painted(BY_NAME["generate-vace"], shelf, Segment(0, 0, 5), files=files, mask="mask.png")
    for still, source in zip(made, stills(0, 5), strict=True):
        apart = np.abs(still.picture.to_ndarray()[:34].astype(int) - source.picture.to_ndarray()[:34])
        assert apart[:, :22].max() <= 3
        assert apart[:, 26:].mean() > 5


def test_a_missing_model_says_the_command_and_nothing_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    workshop = Workshop(Store(tmp_path, Manifest.shipped()))
    for preset, model in zip(PRESETS, MODELS, strict=True):
        cure = preset.missing(workshop)
        assert cure is not None
        assert f"hf download {model.hub}" in cure
        assert preset.start is not None
        with pytest.raises(RemixError, match="cannot run here"):
            preset.start(preset.parameters(), Atelier(workshop, Looks([]), {}))


def test_a_picture_set_moving_has_a_timeline_of_its_own(shelf: Workshop) -> None:
    preset = BY_NAME["generate-wan-image"]
    source = Source(np.arange(30, dtype=np.int64), Fraction(1, 30), 46, 34)
    parameters = preset.parameters.model_validate({"frames": 21, "fps": 12})
    assert preset.retime is not None
    moved = preset.retime(parameters, Timeline.of(source), Scope([source], [], {}, Looks([]), shelf))
    assert (len(moved), moved.time(20), set(moved.frame.tolist())) == (21, Fraction(20, 12), {0})
    assert not moved.untouched


def test_more_pictures_than_a_model_makes_are_refused_with_the_cure() -> None:
    preset = BY_NAME["generate-wan-image"]
    with pytest.raises(RemixError) as refused:
        preset.check(preset.parameters.model_validate({"frames": 82}), Looks([]))
    assert "frames=81" in refused.value.cure


def test_each_states_what_it_does_to_truth_and_by_which_model() -> None:
    for preset, model in zip(PRESETS, MODELS, strict=True):
        parameters = preset.parameters()
        assert preset.marking(parameters) == ("generated" if model.task == "image" else "modified")
        assert preset.model(parameters) == model.hub


def test_the_presets_are_listed_without_torch() -> None:
    code = (
        "import sys, overglass_cloud.remix.presets.generate; print({'torch','diffusers'} & set(sys.modules))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert said.stdout.strip() == "set()"
