import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from overglass_cloud.clips.probe import probe
from overglass_protocol.errors import OverglassError
from tests.cloud.clips.made import make, variable_times


def _run(*arguments: str | Path) -> str:
    """What the command prints. Raises the error that would be told in one line."""
    import typer

    from overglass_cloud.remix.cli import remix

    app = typer.Typer()
    app.command()(remix)
    ended = CliRunner().invoke(app, [str(each) for each in arguments])
    if isinstance(ended.exception, OverglassError):
        raise ended.exception
    assert ended.exit_code == 0, ended.output
    return ended.output


@pytest.fixture(autouse=True)
def own_keys(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERGLASS_TRUST_FOLDER", str(tmp_path_factory.mktemp("trust")))


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make(tmp_path / "clip.mp4", variable_times(20))


def test_a_clip_is_made_beside_its_source_and_its_recipe_makes_another(tmp_path: Path, clip: Path) -> None:
    said = json.loads(_run(clip, "--look", "comic", "--strength", "0.5", "--json").splitlines()[-1])
    made = Path(said["target"])
    assert made == tmp_path / "clip.remix.mp4"
    assert probe(made).frames == 20
    recipe = Path(f"{made}.recipe.json")
    other = make(tmp_path / "other.mp4", variable_times(12, seed=1))
    _run(other, tmp_path / "again.mp4", "--recipe", recipe)
    assert probe(tmp_path / "again.mp4").frames == 12
    assert json.loads((tmp_path / "again.mp4.recipe.json").read_text()) == json.loads(recipe.read_text())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "has to be said in one way"),
        (["--look", "comic", "--preset", "restyle"], "has to be said in one way"),
        (["--preset", "nope"], "no preset called 'nope'"),
        (["--preset", "restyle", "--set", "strenth=1"], "strenth"),
        (["--preset", "restyle", "--set", "strength"], "is not NAME=VALUE"),
        (["--preset", "restyle", "--set", "strength=7"], "strength"),
        (["--look", "comic", "--codec", "theora"], "no codec 'theora'"),
        (["--recipe", "missing.json"], "cannot be read"),
    ],
)
def test_wrong_flags_are_told_with_their_cure(clip: Path, arguments: list[str], message: str) -> None:
    with pytest.raises(OverglassError, match=message) as told:
        _run(clip, *arguments)
    assert told.value.cure
    assert not clip.with_name("clip.remix.mp4").exists()


def test_a_file_goes_along_by_its_name(tmp_path: Path, clip: Path) -> None:
    words = tmp_path / "talk.srt"
    words.write_text("1\n00:00:00,000 --> 00:00:01,000\nHello\n")
    captions = ("--preset", "captions", "--set", "file=talk.srt")
    _run(clip, *captions, "--file", words)
    assert probe(tmp_path / "clip.remix.mp4").frames == 20
    with pytest.raises(OverglassError) as told:
        _run(clip, tmp_path / "other.mp4", *captions)
    assert told.value.cure


def test_a_folder_that_is_no_session_is_told(tmp_path: Path) -> None:
    with pytest.raises(OverglassError, match="not a recorded session") as told:
        _run(tmp_path, tmp_path / "out.mp4")
    assert told.value.cure


def test_nothing_is_overwritten_unasked(tmp_path: Path, clip: Path) -> None:
    with pytest.raises(OverglassError, match="the clip itself"):
        _run(clip, clip, "--look", "comic", "--force")
    target = tmp_path / "there.mp4"
    target.write_bytes(b"mine")
    with pytest.raises(OverglassError, match="is there already"):
        _run(clip, target, "--look", "comic")
    assert target.read_bytes() == b"mine"
    _run(clip, target, "--look", "comic", "--force")
    assert probe(target).frames == 20


def test_a_broken_recipe_names_what_is_wrong_with_it(tmp_path: Path, clip: Path) -> None:
    broken = tmp_path / "broken.recipe.json"
    broken.write_text('{"version": 1, "steps": [{"preset": "restyle", "strength": 1}]}')
    with pytest.raises(OverglassError, match=r"steps\.0\.strength"):
        _run(clip, "--recipe", broken)


def test_the_presets_are_listed() -> None:
    listed = json.loads(_run("--presets", "--json"))
    assert {"name", "parameters", "licence", "cure"} <= set(listed[0])
    assert "restyle" in [each["name"] for each in listed]
