"""`overglass looks train`, on the real teacher and for a short time."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PIL import Image

from overglass_cloud.neural.look_file import LookFile
from overglass_cloud.training import pictures
from overglass_cloud.training.studio import Order, make
from overglass_protocol.errors import LookError, ModelError
from tests import shared
from tests.cloud.training.lessons_parts import picture


def order(folder: Path, **changes: object) -> Order:
    Image.fromarray(picture(4)).save(folder / "style.png")
    usual = {
        "picture": folder / "style.png",
        "name": "blobs",
        "clips": (),
        "seconds": 3.0,
        "strength": 0.9,
        "summary": "Blobs.",
        "seed": 0,
        "sheet": folder / "sheet.png",
        "replace": False,
        "fresh": False,
    }
    return Order(**(usual | changes))  # type: ignore[arg-type]


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = shared.model("magenta_style_transfer_int8.tflite").parent
    monkeypatch.setenv("OVERGLASS_MODELS", str(folder))
    monkeypatch.setenv("OVERGLASS_DATA", str(tmp_path / "data"))
    return folder


def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pictures to learn from, so that the teacher is soon through."""
    monkeypatch.setattr(pictures, "CARRIED", pictures.CARRIED[:2])


def test_a_picture_becomes_a_look(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few(monkeypatch)
    made = make(order(tmp_path))
    file = LookFile.open(Path(made["file"]))
    assert file.card.name == "blobs"
    assert file.card.trained["steps"]
    assert set(file.card.figures) == {"warp_ratio", "seam_ratio", "structure", "strength"}
    assert (tmp_path / "sheet.png").exists()
    assert list((tmp_path / "data").rglob("*.course")) == []
    with pytest.raises(LookError, match="already"):
        make(order(tmp_path))


def test_without_the_teachers_files_it_says_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERGLASS_MODELS", str(tmp_path / "none"))
    monkeypatch.setenv("OVERGLASS_DATA", str(tmp_path / "data"))
    with pytest.raises(ModelError, match="magenta_style_predict") as caught:
        make(order(tmp_path))
    assert "overglass models pull" in str(caught.value.cure)


def test_a_broken_clip_is_told_before_anything_is_written(models: Path, tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"no clip")
    with pytest.raises(LookError, match=r"clip\.mp4"):
        make(order(tmp_path, clips=(tmp_path / "clip.mp4",)))
    assert not (tmp_path / "sheet.png").exists()


def test_ctrl_c_keeps_what_was_learned(models: Path, tmp_path: Path) -> None:
    Image.fromarray(picture(4)).save(tmp_path / "style.png")
    script = (
        "import sys; from overglass_cloud.training import pace, pictures;"
        "pace.SETTLE_SECONDS = 2.0; pictures.CARRIED = pictures.CARRIED[:2];"
        "from overglass_edge.command import main; main()"
    )
    words = ["looks", "train", "style.png", "--name", "blobs", "--minutes", "1", "--json"]
    child = subprocess.Popen(
        [sys.executable, "-c", script, *words],
        cwd=tmp_path,
        env=dict(os.environ, COLUMNS="200"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(120.0, child.kill)
    watchdog.start()
    assert child.stderr is not None
    seen = ""
    for line in child.stderr:  # the first column of the network's own tells that it learns
        seen += line
        if "preview:" in line:
            break
    child.send_signal(signal.SIGINT)
    out, rest = child.communicate()
    watchdog.cancel()
    assert child.returncode == 0, seen + rest
    assert json.loads(out.splitlines()[-1])["name"] == "blobs"
    assert (tmp_path / "data" / "looks" / "blobs.look.safetensors").exists()
