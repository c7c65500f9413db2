"""Networks by name, and a device's radio in front of them."""

import pytest

from overglass_protocol.errors import ConfigError
from overglass_simulators.devices.device import LinkNumbers
from overglass_simulators.link import PRESETS, DeviceLink, LinkSettings, named

RADIO = LinkNumbers(up_rate=1e6, down_rate=None, delay=0.01, jitter=0.005, loss=0.1)


@pytest.mark.parametrize("name", PRESETS)
def test_a_named_network_can_be_used(name: str) -> None:
    link = named(name)
    assert 0 <= link.loss < 0.1
    assert 0 <= link.delay + link.jitter < 0.3
    assert link.rate is None or link.rate >= 1e6


def test_a_name_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match="Choose one of: perfect, wifi, lte, hotel, train, bluetooth"):
        named("carrier pigeon")


def test_radio_and_network_lie_one_behind_the_other() -> None:
    network = LinkSettings(loss=0.2, delay=0.02, jitter=0.01, reorder=True, rate=5e6, queue=0.3)
    link = DeviceLink(RADIO, network)
    assert link.up.loss == pytest.approx(0.28)
    assert (link.up.delay, link.up.jitter) == pytest.approx((0.03, 0.015))
    assert (link.up.reorder, link.up.rate, link.up.queue) == (True, 1e6, 0.3)
    assert link.down.rate == 5e6


def test_a_radio_before_a_perfect_network_is_the_radio() -> None:
    link = DeviceLink(RADIO, named("perfect"))
    assert (link.up.rate, link.down.rate) == (1e6, None)
    assert (link.up.delay, link.up.jitter) == (0.01, 0.005)
    assert link.up.loss == pytest.approx(0.1)
