"""Neural looks as the service wears them: frame after frame, look after look."""

from collections.abc import Iterator

import numpy as np
import pytest

from overglass_cloud.engines.neural import LOOKS, Neural
from overglass_cloud.engines.planes import views
from overglass_cloud.looks import ALONE
from overglass_cloud.scheduler import Scheduler
from overglass_protocol.control import Control
from tests.cloud.parts import looks, picture, workshop
from tests.cloud.test_scheduler import Client

FIRST, OTHER = LOOKS[0].name, LOOKS[1].name


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    with Scheduler(looks(*LOOKS[:2]), workshop()) as running:
        yield running


def test_changing_look_and_strength_loses_no_frame(scheduler: Scheduler) -> None:
    scheduler.start_look(FIRST).result(60)
    client = Client(scheduler, Control(look=FIRST, version=1))
    for number in range(40):
        if number == 5:
            client.seat.control = Control(look=FIRST, strength=0.3, version=2)
        if number == 10:
            client.seat.control = Control(look=OTHER, version=3)  # not loaded yet
        client.submit(number)
        assert client.ids(number + 1)[-1] == number
        if number == 20:
            scheduler.start_look(OTHER).result(60)
    worn = [(painted.control.look, painted.control.strength) for painted in client.painted]
    assert worn[4] == (FIRST, 1.0)
    assert worn[5] == (FIRST, 0.3)
    assert worn[-1] == (OTHER, 1.0)
    assert not client.failures
    assert not client.seat.dropped


def test_at_strength_0_the_picture_itself_comes_back() -> None:
    engine = LOOKS[0].start(workshop())
    source = picture()
    state = engine.prepare(Control(look=FIRST, strength=0), None, ALONE)
    assert engine.paint([source], [state]) == [source]


def test_noise_too_small_to_see_is_held_back_and_a_new_scene_is_not() -> None:
    engine = LOOKS[0].start(workshop())
    assert isinstance(engine, Neural)
    state = engine.prepare(Control(look=FIRST), None, ALONE)
    [before] = engine.paint([picture(100)], [state])
    [same] = engine.paint([picture(102)], [state])
    [other] = engine.paint([picture(200)], [state])
    fresh = engine.prepare(Control(look=FIRST), None, ALONE)
    [alone] = engine.paint([picture(200)], [fresh])
    assert np.array_equal(views(other)[0], views(alone)[0])
    small, large = (np.abs(views(now)[0].astype(int) - views(before)[0]).mean() for now in (same, other))
    assert small < 3 < large
