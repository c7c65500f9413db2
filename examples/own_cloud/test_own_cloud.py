"""Tested as it is worn: no browser, no GPU, no glasses."""

import numpy as np

from overglass_simulators import glasses  # noqa: F401 - a fixture
from overglass_simulators.pytest_plugin import PutOn
from own_cloud import app


def test_the_wearer_sees_the_negative(glasses: PutOn) -> None:  # noqa: F811
    with glasses("ray-ban-meta-wifi", cloud=app) as worn:
        worn.wait_for(frames=20)
        seen, sent = worn.picture(), worn.camera_picture()
        assert abs(np.mean(seen) - (255 - np.mean(sent))) < 12


def test_it_survives_five_seconds_without_a_network(glasses: PutOn) -> None:  # noqa: F811
    with glasses("quest-3", cloud=app) as worn:
        worn.wait_for(frames=20)
        worn.provoke("outage", seconds=5)
        worn.wait_until(lambda state: not state.faults, "the network to come back")
        worn.wait_for(frames=20, within=5)
