"""The way between glasses and service: what can be done to it, and where nothing can."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from overglass_protocol.errors import ConfigError
from overglass_simulators.devices.device import LinkNumbers
from overglass_simulators.link import LinkSettings, RelayedDoor
from overglass_simulators.sim.faults import Fault, FaultKind
from overglass_simulators.sim.line import Line
from overglass_simulators.virtual_time import JumpingLoop
from tests.simulators.sim.parts import device

NEAR, FAR = "http://127.0.0.1:9", "https://cloud.example.com:443"


@pytest.fixture
def loop() -> Iterator[JumpingLoop]:
    found = JumpingLoop()
    yield found
    found.close()


async def test_a_far_service_is_reached_directly_and_its_network_is_left_alone() -> None:
    async with Line(FAR, seed=0) as line:
        line.set(LinkSettings())
        with pytest.raises(ConfigError, match="Leave --cloud out"):
            line.set(LinkSettings(delay=0.1))
        with pytest.raises(ConfigError, match="is what it is"):
            line.provoke(Fault("outage", 1.0))
        assert line.settings == LinkSettings()
        async with line.door() as door:
            assert door.url == FAR
            assert not isinstance(door, RelayedDoor)


async def test_a_near_service_is_reached_by_way_of_a_relay() -> None:
    async with Line(NEAR, seed=0) as line, line.door() as door:
        assert isinstance(door, RelayedDoor)
        assert door.url != NEAR


def test_what_is_no_address_is_refused_at_once() -> None:
    with pytest.raises(ConfigError, match="not the address of a service"):
        Line("somewhere", seed=0)


async def test_the_devices_radio_comes_on_top_of_the_network() -> None:
    glasses = device()
    radio = LinkNumbers(1e6, None, 0.02, 0.0, 0.0)
    async with Line(NEAR, seed=0) as line:
        line.set(LinkSettings(delay=0.05))
        line.carry(replace(glasses, link=radio))
        relay = line._relay
        assert relay is not None
        assert relay.up.settings.delay == pytest.approx(0.07)
        assert relay.up.settings.rate == 1e6
        assert relay.down.settings.rate is None


def test_an_outage_ends_by_itself(loop: JumpingLoop) -> None:
    async def cut_and_mended() -> list[bool]:
        async with Line(NEAR, seed=0) as line:
            relay = line._relay
            assert relay is not None
            line.provoke(Fault("outage", 5.0))
            seen = [relay.up.is_cut]
            for seconds in (4.9, 0.2):
                await asyncio.sleep(seconds)
                seen.append(relay.up.is_cut)
            return seen

    assert loop.run_until_complete(cut_and_mended()) == [True, True, False]


def test_of_two_outages_that_overlap_the_first_ones_end_is_not_the_seconds(loop: JumpingLoop) -> None:
    async def overlapping() -> list[bool]:
        async with Line(NEAR, seed=0) as line:
            relay = line._relay
            assert relay is not None
            line.provoke(Fault("outage", 2.0))
            await asyncio.sleep(1.5)
            line.provoke(Fault("outage", 2.0))
            seen = []
            for seconds in (1.0, 1.2):
                await asyncio.sleep(seconds)
                seen.append(relay.up.is_cut)
            return seen

    assert loop.run_until_complete(overlapping()) == [True, False]


def test_timers_of_a_line_that_is_gone_do_no_harm(loop: JumpingLoop) -> None:
    complaints: list[object] = []
    loop.set_exception_handler(lambda _, context: complaints.append(context))

    async def left_early() -> None:
        async with Line(NEAR, seed=0) as line:
            line.provoke(Fault("outage", 3.0))
            line.provoke(Fault("silent", 3.0))
        await asyncio.sleep(5)

    loop.run_until_complete(left_early())
    assert complaints == []


@pytest.mark.parametrize("kind", ["stall", "microphone", "downgrade", "slow-start"])
async def test_what_is_no_fault_of_a_network_is_refused_with_those_that_are(kind: FaultKind) -> None:
    async with Line(NEAR, seed=0) as line:
        with pytest.raises(ConfigError, match="Choose backlog, outage, silent, address"):
            line.provoke(Fault(kind, 1.0))


async def test_glasses_that_move_have_moved_once() -> None:
    async with Line(NEAR, seed=0) as line:
        relay = line._relay
        assert relay is not None
        line.provoke(Fault("address", 0.0))
        assert relay.moves == 1
