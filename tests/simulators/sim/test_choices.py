"""What the command and the page offer, and what they refuse."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from overglass_protocol.errors import ConfigError, OverglassError
from overglass_simulators import devices
from overglass_simulators.link import PRESETS, named
from overglass_simulators.motion.choice import MOTIONS
from overglass_simulators.sim.cli import parse_link, parse_mode, sim
from overglass_simulators.sim.place import place_of
from overglass_simulators.sim.scripted.script import MODES
from overglass_simulators.studio.ours import ASSUMED, MOTION_WORDS, choices
from overglass_simulators.world.choice import WORLDS
from overglass_simulators.world.scene import pinhole


def test_every_number_of_every_device_has_a_source_or_says_that_it_is_assumed() -> None:
    offered = choices()
    assert tuple(described.device.name for described in offered.devices) == devices.names()
    for described in offered.devices:
        assert len(described.numbers) > 10
        for number in described.numbers:
            assert number.source.strip()
            assert number.source != ASSUMED
            assert number.part[0].islower()
            assert number.name[0].isupper()
            assert number.value


def test_every_motion_but_the_recorded_has_a_button() -> None:
    assert set(MOTION_WORDS) == set(MOTIONS) - {"recorded"}
    assert choices().links == PRESETS


@pytest.mark.parametrize("mode", MODES)
def test_a_mode_is_known_by_its_name(mode: str) -> None:
    assert parse_mode(mode) == mode


def test_what_is_no_mode_is_refused_with_those_that_are() -> None:
    with pytest.raises(ConfigError, match=r"there is no mode 'magic'\. Choose none, warp"):
        parse_mode("magic")


def test_a_network_by_name_can_be_told_otherwise() -> None:
    lte = named("lte")
    assert parse_link("lte") == lte
    other = parse_link("lte", 300, 20, 0.1)
    assert (other.delay, other.jitter, other.loss) == (0.15, 0.02, 0.1)
    assert (other.rate, parse_link("lte", 0.0).delay) == (lte.rate, 0.0)


def test_what_is_no_network_is_refused_with_those_that_are() -> None:
    with pytest.raises(ConfigError, match="moon"):
        parse_link("moon")


def test_what_is_no_place_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no world 'the moon'.*street or room"):
        place_of("the moon", 0)
    (tmp_path / "empty").mkdir()
    with pytest.raises(OverglassError):
        place_of(str(tmp_path / "empty"), 0)
    (tmp_path / "words.mp4").write_text("no film")
    with pytest.raises(OverglassError):
        place_of(str(tmp_path / "words.mp4"), 0)


@pytest.mark.parametrize("world", WORLDS)
def test_a_place_is_seen_through_any_lens_with_its_marks(world: str) -> None:
    place = place_of(world, 0)
    for lens in (pinhole(161, 121, 1.0), pinhole(320, 180, 0.6)):
        view = place.seen_by(lens)
        assert view.intrinsics == lens
        assert view.render(0.0).shape == (lens.height, lens.width, 3)
        assert view.fiducials


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--headless"], "Give --script FILE"),
        (["--script", "/nowhere/script.toml"], "cannot be read"),
        (["--mode", "magic"], "there is no mode"),
        (["--link", "moon"], "moon"),
        (["--describe", "--device", "no-such-glasses"], "no-such-glasses"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_starts(arguments: list[str], words: str) -> None:
    app = typer.Typer()
    app.command()(sim)
    done = CliRunner().invoke(app, arguments)
    assert isinstance(done.exception, OverglassError)
    assert words in str(done.exception)


def test_devices_are_listed_and_described() -> None:
    app = typer.Typer()
    app.command()(sim)
    listed = CliRunner().invoke(app, ["--devices"])
    assert listed.exit_code == 0
    for name in devices.names():
        assert name in listed.output
    described = CliRunner().invoke(app, ["--describe", "--device", "quest-3"])
    assert described.exit_code == 0
    assert "Quest 3" in described.output
