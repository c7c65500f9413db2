"""Engines that take their time to load, and nobody who waits for them."""

import threading

import pytest

from overglass_cloud.loading import Engines
from overglass_cloud.looks import Engine, Look, Workshop
from overglass_cloud.scheduler import Scheduler
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError
from tests.cloud.parts import Inverted, looks, workshop
from tests.cloud.test_scheduler import Client


class Slow:
    """A look whose weights load until they are let to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.starts = 0
        self._error = error

    def start(self, workshop: Workshop) -> Engine:
        self.starts += 1
        self.begun.set()
        assert self.go_on.wait(10)
        if self._error is not None:
            raise self._error
        return Inverted()

    def look(self, name: str = "slow") -> Look:
        return Look(name, "", "test", self.start)


def test_while_a_look_loads_its_session_and_all_others_go_on() -> None:
    slow = Slow()
    with Scheduler(looks(slow.look()), workshop()) as scheduler:
        other = Client(scheduler, Control(look="none", version=1))
        client = Client(scheduler, Control(look="none", version=1))
        client.submit(0)
        client.ids(1)
        client.seat.control = Control(look="slow", version=2)
        client.submit(1)
        assert slow.begun.wait(10)
        assert client.ids(2) == [0, 1]
        other.submit(0)
        other.ids(1)
        assert client.painted[-1].control.version == 1
        slow.go_on.set()
        scheduler.start_look("slow").result(10)
        client.submit(2)
        client.ids(3)
        assert client.painted[-1].control.version == 2
        assert client.failures == []


def test_a_session_whose_first_look_takes_long_sees_the_plain_picture_until_then() -> None:
    slow = Slow()
    with Scheduler(looks(slow.look()), workshop()) as scheduler:
        client = Client(scheduler, Control(look="slow", version=1))
        n = 0
        while not client.painted:  # its first frames are held for a moment
            client.submit(n)
            n += 1
            threading.Event().wait(0.02)
            assert n < 500
        assert client.painted[0].control.look == "none"
        slow.go_on.set()
        scheduler.start_look("slow").result(10)
        shown = len(client.painted)
        client.submit(n)
        client.ids(shown + 1)
        assert client.painted[-1].control == Control(look="slow", version=1)


def test_a_look_that_fails_after_long_is_told_once_and_the_session_goes_on() -> None:
    slow = Slow(LookError("the weights are broken", cure="Pull them again."))
    with Scheduler(looks(slow.look()), workshop()) as scheduler:
        client = Client(scheduler, Control(look="none", version=1))
        client.submit(0)
        client.ids(1)
        client.seat.control = Control(look="slow", version=2)
        client.submit(1)
        client.ids(2)
        slow.go_on.set()
        assert client.failure().cure == "Pull them again."
        for frame_id in (2, 3):
            client.submit(frame_id)
            client.ids(frame_id + 1)
        assert len(client.failures) == 1
        assert client.painted[-1].control.version == 1
        assert slow.starts == 1


def test_a_session_that_wants_another_look_meanwhile_gets_that_one() -> None:
    slow = Slow()
    inverted = Look("inverted", "", "test", lambda workshop: Inverted())
    with Scheduler(looks(slow.look(), inverted), workshop()) as scheduler:
        scheduler.start_look("inverted").result(10)
        client = Client(scheduler, Control(look="none", version=1))
        client.submit(0)
        client.ids(1)
        for version, look in ((2, "slow"), (3, "inverted")):
            client.seat.control = Control(look=look, version=version)
            client.submit(version)
            client.ids(version)
        slow.go_on.set()
        scheduler.start_look("slow").result(10)
        client.submit(9)
        client.ids(4)
        assert [p.control.version for p in client.painted] == [1, 1, 3, 3]


def test_a_look_is_loaded_once_however_many_want_it_and_anew_after_a_failure() -> None:
    loaded: list[str] = []
    slow = Slow()
    engines = Engines(
        looks(slow.look()), workshop(), lambda name, _: loaded.append(name), lambda name, error: None
    )
    wanted = [engines.want("slow") for _ in range(3)]
    slow.go_on.set()
    for future in (*wanted, engines.want("slow")):
        future.result(10)
    assert (loaded, slow.starts) == (["slow"], 1)
    for _ in range(2):
        with pytest.raises(LookError, match="models pull"):
            engines.want("missing").result(10)
