"""The command line as a person meets it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.edge.clips import make_clip


def overglass(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "overglass_edge", *arguments],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def test_help_names_every_command() -> None:
    shown = overglass("--help")
    assert shown.returncode == 0
    for command in ("edge", "cloud", "demo", "bench", "looks", "models", "overlays", "token"):
        assert command in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("edge", "--source", "missing.mp4"), "missing.mp4"),
        (("edge", "--cloud", "nowhere", "--source", "x.mp4"), "http://127.0.0.1:8400"),
        (("edge", "--size", "17"), "512x512"),
        (("edge", "--size", "511x512"), "odd"),
        (("edge", "--codec", "av1"), "h264"),
        (("edge", "--overlays", "faces,ghosts"), "people"),
        (("edge", "--region", "sky"), "background"),
        (("edge", "--source", __file__, "--reference", "missing.png"), "missing.png cannot be read"),
        (("edge", "--source", __file__, "--reference", __file__), "PNG, JPEG or WebP"),
        (("demo", "--reference", "/"), "directory"),
        (("edge", "--source", "rtmp://127.0.0.1/KEY"), "rtmp://127.0.0.1:1935/live/KEY"),
        (("edge", "--source", "rtmp://0.0.0.0/live/KEY"), "too short"),
        (("edge", "--display", "hologram"), "mp4"),
        (("cloud", "--host", "0.0.0.0"), "OVERGLASS_SECRET"),
        (("cloud", "--look", "sepia"), "Choose one of"),
        (("cloud", "--port", "99999"), "port"),
        (("cloud", "--tls-cert", "c.pem"), "--tls-key"),
        (("cloud", "--tls-cert", "c.pem", "--tls-key", "k.pem"), "c.pem cannot be read"),
        (("token",), "OVERGLASS_SECRET"),
    ],
)
def test_a_mistake_is_one_line_with_the_cure_and_a_status(arguments: tuple[str, ...], says: str) -> None:
    shown = overglass(*arguments)
    assert shown.returncode == 1
    assert shown.stdout == ""
    (line,) = shown.stderr.strip().splitlines()
    assert line.startswith("overglass: ")
    assert says in line


def test_a_wrong_flag_is_named_and_the_status_is_two() -> None:
    shown = overglass("edge", "--colour", "red")
    assert shown.returncode == 2
    assert "--colour" in shown.stderr


def test_the_edge_command_needs_none_of_the_clouds_packages() -> None:
    script = (
        "import sys; from overglass_edge import cli, live\n"
        "heavy = {'torch', 'cv2', 'fastapi', 'uvicorn', 'matplotlib', 'overglass_cloud'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=50, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_service_that_was_never_reached_is_a_failure_in_the_end(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    make_clip(clip)
    shown = overglass("edge", "--cloud", "http://127.0.0.1:1", "--source", str(clip))
    assert shown.returncode == 1
    assert "overglass cloud" in shown.stderr.strip().splitlines()[-1]
