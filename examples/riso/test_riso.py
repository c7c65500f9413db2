"""What the look promises, and that a service finds it where it is installed."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import av
import numpy as np
import pytest

from overglass_cloud.engines import planes
from overglass_cloud.looks import ALONE, Looks, Workshop
from overglass_cloud.models.manifest import Manifest
from overglass_cloud.models.store import Store
from overglass_cloud.quality import Pixels, measure
from overglass_protocol.control import Control
from overglass_riso import LOOKS

HERE = Path(__file__).parent
WORKSHOP = Workshop(Store(Path("nowhere"), Manifest([])))


def paint(*pictures: av.VideoFrame, strength: float = 1.0) -> list[av.VideoFrame]:
    engine = LOOKS[0].start(WORKSHOP)
    state = engine.prepare(Control(look="riso", strength=strength), None, ALONE)
    return [engine.paint([picture], [state])[0] for picture in pictures]


def flat(*colour: int, size: tuple[int, int] = (128, 96)) -> av.VideoFrame:
    pixels = np.full((size[1], size[0], 3), colour, np.uint8)
    return av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")


def blocks(at: int) -> av.VideoFrame:
    """A world of blocks in colour, seen from `at`, under a camera's noise."""
    coarse = np.random.default_rng(1).integers(30, 226, (24, 32, 3), np.uint8)
    view = np.kron(coarse, np.ones((8, 8, 1)))[:96, at : at + 128]
    noisy = view + np.random.default_rng(at).normal(0, 3, view.shape)
    pixels = np.clip(noisy, 0, 255).astype(np.uint8)
    return av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")


def rgb(picture: av.VideoFrame) -> Pixels:
    return np.asarray(picture.to_ndarray(format="rgb24"), np.uint8)


def middle(picture: av.VideoFrame) -> list[int]:
    return [int(channel) for channel in rgb(picture)[48, 64]]


def test_white_is_paper_black_is_both_inks_and_each_hue_has_its_own() -> None:
    paper, both, warm, cool = (
        middle(*paint(flat(*colour)))
        for colour in ((255, 255, 255), (0, 0, 0), (230, 120, 90), (80, 130, 230))
    )
    assert min(paper) > 215
    assert paper[0] > paper[2]
    assert max(both) < 80
    assert warm[0] > warm[2] + 40
    assert cool[2] > cool[0] + 40


def test_it_is_steady_tells_what_it_shows_and_is_no_copy() -> None:
    source = [blocks(at) for at in range(0, 20, 2)]
    pairs = zip(map(rgb, source), map(rgb, paint(*source)), strict=True)
    figures = measure(pairs)
    assert figures.warp_ratio < 1.5
    assert figures.seam_ratio < 2.5
    assert figures.structure > 0.6
    assert figures.strength > 0.1


def test_strength_goes_from_the_source_to_the_print() -> None:
    source = blocks(0)
    none, half, full = (rgb(*paint(source, strength=share)).astype(int) for share in (0.0, 0.5, 1.0))
    assert np.array_equal(none, rgb(source))
    assert np.abs(half - (none + full) / 2).mean() < 3


@pytest.mark.parametrize("size", [(2, 2), (16, 700), (1280, 720)])
def test_any_size_comes_back_as_it_was_with_its_time(size: tuple[int, int]) -> None:
    picture = flat(90, 120, 160, size=size)
    picture.pts = 7
    before = [plane.copy() for plane in planes.views(picture)]
    (painted,) = paint(picture)
    assert (painted.width, painted.height, painted.pts) == (*size, 7)
    assert all(map(np.array_equal, before, planes.views(picture))), "the source was written to"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """What an installer leaves behind, made from pyproject.toml: the module's folder and its metadata."""
    project = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]
    metadata = tmp_path / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    lines = [
        f"[{group}]\n" + "\n".join(f"{name} = {target}" for name, target in points.items())
        for group, points in project["entry-points"].items()
    ]
    (metadata / "entry_points.txt").write_text("\n".join(lines))
    return tmp_path


def test_a_service_finds_it_by_its_entry_point(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "riso" not in Looks.installed()
    monkeypatch.syspath_prepend(installed)
    assert Looks.installed()["riso"].summary == LOOKS[0].summary


def test_the_command_line_lists_it(installed: Path) -> None:
    command = "from overglass_edge.command import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", command, "looks", "--json"],
        env={**os.environ, "PYTHONPATH": f"{installed}{os.pathsep}{HERE}"},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "riso" in [look["name"] for look in json.loads(done.stdout.splitlines()[-1])]
