"""The stand-in service: its model, and a process that can be killed, halted, restarted, never lost."""

import subprocess
import sys
from contextlib import suppress

import psutil
import pytest

from overglass_cloud.looks import ALONE, Look
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError, OverglassError
from overglass_simulators.child import Child
from overglass_simulators.service import Model, Service, model_look, pause
from tests.cloud.parts import workshop
from tests.simulators.bench_clips import painted


def test_the_model_pauses_once_when_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("overglass_simulators.service.time.sleep", slept.append)
    model = Model(0.05)
    model.prepare(Control(prompt=pause(0.8)), None, ALONE)
    assert model.paint([painted(0), painted(1)], [None, None])
    assert slept == [0.8, 0.1]


@pytest.mark.parametrize("prompt", ["a sunny day", "pause", "pause -1", "pause forever", "pause 1e9"])
def test_the_model_knows_one_prompt_and_says_which(prompt: str) -> None:
    with pytest.raises(LookError, match="pause SECONDS"):
        Model(0.0).prepare(Control(prompt=prompt), None, ALONE)


def test_the_model_is_a_look_like_any_other() -> None:
    look: Look = model_look(0.05)
    assert look.describe()["summary"].endswith("50 ms a picture.")
    assert isinstance(look.start(workshop()), Model)


def test_a_service_lives_again_at_the_same_address_after_a_crash() -> None:
    with Service() as service:
        url, first = service.url, service.pid
        service.kill()
        assert not service.alive
        with pytest.raises(OverglassError, match="ended"):
            service.cpu_seconds()
        service.restart()
        assert (service.url, service.alive) == (url, True)
        assert service.pid != first
        assert service.dropped() == {}
        service.stop()  # and one that stands still can be ended, too
        second = service.pid
    assert not psutil.pid_exists(second)


def test_a_service_that_cannot_start_says_why_in_one_line() -> None:
    with pytest.raises(OverglassError, match=r"^there is no look called 'nope'\. Choose one of: none"):
        Service(look="nope").__enter__()


def test_a_service_ends_with_whoever_started_it() -> None:
    starter = (
        "import os\nfrom overglass_simulators.service import Service\n"
        "service = Service().__enter__()\nprint(service.pid, flush=True)\nos._exit(1)"
    )
    said = subprocess.run(
        [sys.executable, "-c", starter],
        capture_output=True,
        text=True,
        timeout=40,
        check=False,
    ).stdout
    with suppress(psutil.NoSuchProcess):
        psutil.Process(int(said)).wait(20)  # raises TimeoutExpired if it lives on


def test_a_child_that_says_nonsense_is_an_error() -> None:
    # The module `this` says a poem.
    with Child("this") as child, pytest.raises(OverglassError, match="no JSON object"):
        child.hear(20.0)
    child.end()
