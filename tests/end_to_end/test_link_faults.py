"""Every fault of the link, through the real agent, the real service and an emulated network.

How soon each is over is a benchmark's matter; here it has to be over, told, and recorded.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from overglass_edge.recorder import Recorder
from overglass_protocol.recording.session_folder import SessionFolder
from overglass_simulators.link import Doorway, Relay, RelayedDoor, named
from overglass_simulators.service import Service
from tests.end_to_end.parts import Glasses, TextureCamera, glasses


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with Service(max_sessions=32) as running:
        yield running


class Worn:
    """Glasses behind a network, and what became of them."""

    def __init__(self, glasses: Glasses, relay: Relay, folder: Path) -> None:
        self.glasses, self.relay, self._folder = glasses, relay, folder

    @property
    def said(self) -> list[str]:
        return self.glasses.names()

    async def warm(self) -> None:
        await self.glasses.until(lambda: len(self.glasses.trips) >= 15)

    async def live_again(self) -> None:
        """Pictures captured from now on come back, and go on coming."""
        end = time.monotonic()
        await self.glasses.until(lambda: sum(t.capture_time >= end for t in self.glasses.trips) >= 10)

    async def until_said(self, name: str) -> str:
        await self.glasses.until(lambda: name in self.said)
        return next(detail for said, detail in self.glasses.said if said == name)

    def assert_in_order(self) -> None:
        ids = [trip.frame_id for trip in self.glasses.trips]
        assert ids == sorted(set(ids))

    def assert_recorded(self) -> None:
        """Once the glasses are off: each picture the camera gave is in the folder, and what was said."""
        folder = SessionFolder.open(self._folder)
        assert folder.complete
        assert not folder.problems
        assert [frame.id for frame in folder.frames] == list(range(self.glasses.agent.tally.captured))
        assert {event.name for event in folder.events} >= set(self.said)


@asynccontextmanager
async def worn_over(service: Service, folder: Path, network: str = "wifi") -> AsyncIterator[Worn]:
    """Glasses whose media and HTTP pass one network; the end of the block checks what is always true."""
    link = named(network)
    async with Relay(link, link, seed=1) as relay, Doorway(service.url, relay) as doorway:
        door = RelayedDoor(doorway.url, relay)
        async with glasses("", door=door, record=lambda camera: Recorder(folder, camera)) as one:
            worn = Worn(one, relay, folder)
            await worn.warm()
            yield worn
    worn.assert_in_order()
    worn.assert_recorded()


@pytest.mark.parametrize("network", ["perfect", "lte"])
async def test_a_network_that_is_gone_for_5_s_costs_no_more_and_the_connection_is_the_same(
    service: Service, tmp_path: Path, network: str
) -> None:
    async with worn_over(service, tmp_path / "session", network) as worn:
        worn.relay.cut()
        asyncio.get_running_loop().call_later(5.0, worn.relay.mend)
        await worn.until_said("connection-lost")
        assert not worn.glasses.agent.connected
        back = await worn.until_said("resumed")
        await worn.live_again()
        assert worn.glasses.agent.connected
    assert "back after 5" in back
    assert worn.glasses.agent.tally.connections == 1


async def test_a_look_asked_for_while_the_network_is_gone_is_there_when_it_is_back(
    service: Service, tmp_path: Path
) -> None:
    async with worn_over(service, tmp_path / "session") as worn:
        worn.relay.cut()
        await worn.until_said("connection-lost")
        asked = worn.glasses.agent.control.model_copy(update={"look": "ink"})
        wanted = worn.glasses.agent.set_control(asked).version
        worn.relay.mend()
        await worn.glasses.until(
            lambda: worn.glasses.frames[-1].envelope.control_version == wanted  # type: ignore[union-attr]
        )


async def test_a_backlog_flushed_at_once_is_told_and_the_newest_picture_follows(
    service: Service, tmp_path: Path
) -> None:
    async with worn_over(service, tmp_path / "session") as worn:
        worn.relay.stall(1.5)
        await worn.until_said("connection-lost")
        assert "back after 1" in await worn.until_said("resumed")
        await worn.live_again()
    assert worn.glasses.agent.tally.connections == 1


async def test_glasses_whose_address_changes_are_followed_and_it_is_told(
    service: Service, tmp_path: Path
) -> None:
    async with worn_over(service, tmp_path / "session") as worn:
        for moves in (1, 2):
            worn.relay.move()
            await worn.glasses.until(lambda n=moves: worn.said.count("moved") == n)  # type: ignore[misc]
            await worn.live_again()
    assert worn.glasses.agent.tally.connections == 1


async def test_a_service_that_accepts_and_stays_silent_is_tried_until_it_is_not(
    service: Service, tmp_path: Path
) -> None:
    async with worn_over(service, tmp_path / "session") as worn:
        worn.relay.silent(True)
        await worn.until_said("connection-lost")
        assert "no media connection" in await worn.until_said("no-connection")
        worn.relay.silent(False)
        assert "back after" in await worn.until_said("resumed")
        await worn.live_again()
    assert worn.glasses.agent.tally.connections == 2
    assert worn.glasses.agent.tally.resumed == 1


async def test_a_service_that_stands_still_comes_back_on_the_same_connection(
    service: Service, tmp_path: Path
) -> None:
    async with worn_over(service, tmp_path / "session") as worn:
        service.stop()
        await worn.until_said("connection-lost")
        service.cont()
        await worn.until_said("resumed")
        await worn.live_again()


async def test_a_service_that_is_killed_is_found_again(tmp_path: Path) -> None:
    with Service() as service:
        async with worn_over(service, tmp_path / "session") as worn:
            service.kill()
            await worn.until_said("no-connection")
            await asyncio.to_thread(service.restart)
            assert "back after" in await worn.until_said("new-session")
            await worn.live_again()


async def test_a_camera_that_stalls_while_the_state_says_streaming_is_told_and_so_is_its_end(
    service: Service, tmp_path: Path
) -> None:
    async with worn_over(service, tmp_path / "session") as worn:
        camera = worn.glasses.camera
        assert isinstance(camera, TextureCamera)
        camera.goes_on.clear()
        await worn.until_said("camera-stalled")
        assert worn.glasses.agent.connected
        camera.goes_on.set()
        await worn.until_said("camera-back")
        await worn.live_again()
    assert "connection-lost" not in worn.said
