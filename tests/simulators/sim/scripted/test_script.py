"""Scripts of sessions: what they say, and what is said of those that cannot be."""

from pathlib import Path

import pytest

from overglass_protocol.errors import ConfigError
from overglass_simulators.sim.faults import FAULTS, Fault
from overglass_simulators.sim.scripted.script import Event, Expectation, parse_script, read_script

PATH = Path("/scripts/script.toml")
SAMPLE = """
device = "ray-ban-meta"
world = "street"
motion = "walk"
link = "lte"
look = "ink"
strength = 0.8
mode = "warp_prediction"
seed = 7
seconds = 60
record = true

[[events]]
at = 20
fault = "outage"
seconds = 5

[[events]]
at = 10
look = "none"
strength = 0.5

[[events]]
at = 30.5
fault = "address"

[[events]]
at = 40
link = "train"

[expect]
live_within = 1.0
p95_deg = 1.0
min_fps = 24
told = ["connection-lost", "resumed"]
"""


def refused(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_script(text, PATH)
    return str(caught.value)


def test_a_script_says_what_is_worn_and_what_happens_in_order_of_time() -> None:
    script = parse_script(SAMPLE, PATH)
    assert (script.device, script.world, script.motion, script.link) == (
        "ray-ban-meta",
        "street",
        "walk",
        "lte",
    )
    assert (script.look, script.strength, script.mode, script.seed) == ("ink", 0.8, "warp_prediction", 7)
    assert (script.seconds, script.record) == (60, True)
    assert script.events == (
        Event(10, "look", "none", 0.0, 0.5),
        Event(20, "fault", "outage", 5, None),
        Event(30.5, "fault", "address", 0.0, None),
        Event(40, "link", "train", 0.0, None),
    )
    assert [event.fault for event in script.events] == [None, Fault("outage", 5), Fault("address", 0), None]
    assert script.expect == Expectation(1.0, 1.0, 24, ("connection-lost", "resumed"))


def test_all_but_the_length_has_a_default() -> None:
    script = parse_script("seconds = 3", PATH)
    assert (script.link, script.look, script.record, script.events) == ("perfect", "none", False, ())
    assert script.expect == Expectation(None, None, None, ())


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_there_is_can_be_scripted(fault: str) -> None:
    script = parse_script(f'seconds = 9\n[[events]]\nat = 1\nfault = "{fault}"\nseconds = 2', PATH)
    assert script.events[0].fault == Fault(fault, 2)  # type: ignore[arg-type]


EVENT = "seconds = 9\n[[events]]\nat = 1\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            EVENT + 'fault = "stal"\nseconds = 1',
            "events.0.fault: there is no fault 'stal'; choose among stall,",
        ),
        (EVENT + 'link = "5g"', "events.0.link: there is no network '5g'; choose among perfect,"),
        (EVENT + 'fault = "outage"', "events.0.seconds: how long does the fault last?"),
        (EVENT + 'look = "ink"\nseconds = 2', "events.0.seconds: only a fault lasts"),
        (EVENT + 'motion = "walk"\nstrength = 1.0', "events.0.strength: only a look has one"),
        (EVENT + 'motion = "walk"\nlook = "ink"', "events.0: it says look and motion; an event is one of"),
        (EVENT, "events.0: it says nothing; an event is one of fault, link,"),
        (EVENT + 'colour = "red"', "events.0.colour: there is no such field"),
        ('seconds = 9\n[[events]]\nlook = "ink"', "events.0.at: it is missing"),
        ('seconds = 9\n[[events]]\nat = 9\nlook = "ink"', "events.0.at: the session is over after 9 s"),
        ("seed = 1", "seconds: it is missing"),
        ("seconds = -1", "seconds: input should be greater than 0"),
        ('seconds = 9\nlink = "tin cans"', "link: there is no network 'tin cans'; choose among"),
        ('seconds = 9\nmode = "magic"', "mode: input should be 'none', 'warp'"),
        ("seconds = 9\n[expect]\nmin_fps = 0", "expect.min_fps: input should be greater than 0"),
        ("seconds = inf", "seconds: input should be a finite number"),
    ],
)
def test_what_cannot_be_names_the_file_and_the_field(text: str, words: str) -> None:
    assert refused(text).startswith(f"script.toml: {words}")


def test_all_that_is_wrong_is_said_at_once() -> None:
    said = refused('seconds = 0\nseed = -1\n[[events]]\nat = 1\nfault = "x"\nseconds = 1')
    assert "seconds: " in said
    assert "seed: " in said
    assert "events.0.fault: " in said


def test_what_is_no_toml_names_the_line() -> None:
    assert "line 2" in refused("seconds = 9\nlink = =")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"missing\.toml cannot be read"):
        read_script(tmp_path / "missing.toml")


def test_a_script_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "script.toml"
    path.write_text(SAMPLE)
    assert read_script(path) == parse_script(SAMPLE, path)
