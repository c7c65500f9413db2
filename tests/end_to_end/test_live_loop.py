"""The whole loop over real WebRTC: glasses here, the service in a process of its own."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from overglass_edge import vigil
from overglass_edge.door import Door
from overglass_edge.recorder import Recorder
from overglass_edge.trip import STAGES
from overglass_protocol.control import Control
from overglass_protocol.errors import RefusedError
from overglass_protocol.events import Outgoing
from overglass_protocol.recording.session_folder import SessionFolder
from overglass_simulators.service import Service
from tests.end_to_end.parts import TextureCamera, glasses, picture


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with Service(max_sessions=4) as running:
        yield running


@pytest.mark.parametrize("codec", ["H264", "VP8"])
async def test_frames_come_back_in_order_each_with_its_trip(service: Service, codec: str) -> None:
    async with glasses(service.url, codecs=(codec,)) as worn:
        await worn.until(lambda: len([t for t in worn.trips if len(t.stages) == len(STAGES)]) >= 15)
    ids = [trip.frame_id for trip in worn.trips]
    assert ids == sorted(set(ids))
    assert all(0 < trip.latency < 5 for trip in worn.trips)
    whole = [trip for trip in worn.trips if len(trip.stages) == len(STAGES)]
    assert sum(whole[-1].stages.values()) == pytest.approx(whole[-1].latency)
    envelope = worn.frames[-1].envelope
    assert envelope is not None
    sent = picture(envelope.frame_id).to_ndarray().astype(int)
    assert np.abs(worn.frames[-1].picture.to_ndarray() - sent).mean() < 6


async def test_a_look_changes_the_picture_and_a_drag_ends_at_its_last_value(service: Service) -> None:
    async with glasses(service.url) as worn:
        await worn.until(lambda: len(worn.trips) >= 5)
        last = 0
        for step in range(60):
            last = worn.agent.set_control(Control(look="ink", strength=step / 59)).version
        await worn.until(lambda: any(f.envelope and f.envelope.control_version == last for f in worn.frames))
        assert worn.agent.control.strength == 1.0
        await worn.until(lambda: worn.frames[-1].envelope.control_version == last)  # type: ignore[union-attr]
    envelope = worn.frames[-1].envelope
    assert envelope is not None
    sent = picture(envelope.frame_id).to_ndarray().astype(int)
    assert np.abs(worn.frames[-1].picture.to_ndarray() - sent).mean() > 15


async def test_a_look_that_is_not_there_is_complained_of_and_the_picture_goes_on(service: Service) -> None:
    async with glasses(service.url) as worn:
        await worn.until(lambda: len(worn.trips) >= 5)
        worn.agent.set_control(Control(look="sepia"))
        await worn.until(lambda: "complaint" in worn.names())
        shown = len(worn.frames)
        await worn.until(lambda: len(worn.frames) > shown + 5)
    (complaint,) = [detail for name, detail in worn.said if name == "complaint"]
    assert "sepia" in complaint
    assert "Choose one of" in complaint


async def test_an_oversized_message_is_complained_of_and_the_session_goes_on(service: Service) -> None:
    async with glasses(service.url) as worn:
        await worn.until(lambda: len(worn.trips) >= 3)
        connection = worn.agent._connection
        assert connection is not None
        connection.peer.say(Outgoing("control", "x" * 20_000))
        connection.peer.say(Outgoing("stamps", b"\xff" * 1000))
        await worn.until(lambda: "complaint" in worn.names())
        shown = len(worn.frames)
        await worn.until(lambda: len(worn.frames) > shown + 5)


async def test_a_look_that_the_service_never_had_ends_the_glasses_with_its_cure(service: Service) -> None:
    with pytest.raises(RefusedError, match="Choose one of"):
        async with glasses(service.url, Control(look="sepia")) as worn:
            await worn.until(lambda: worn.frames)


async def test_two_wearers_at_once_each_get_their_own_pictures(service: Service) -> None:
    async with glasses(service.url) as one, glasses(service.url, Control(look="ink")) as two:
        await one.until(lambda: len(one.trips) >= 15)
        await two.until(lambda: len(two.trips) >= 15)
    for worn, plain in ((one, True), (two, False)):
        envelope = worn.frames[-1].envelope
        assert envelope is not None
        sent = picture(envelope.frame_id).to_ndarray().astype(int)
        difference = float(np.abs(worn.frames[-1].picture.to_ndarray() - sent).mean())
        assert (difference < 8) is plain


async def test_a_service_that_was_frozen_gives_the_same_session_back(service: Service) -> None:
    async with glasses(service.url, silence_seconds=0.6) as worn:
        await worn.until(lambda: len(worn.trips) >= 5)
        wanted = worn.agent.set_control(Control(look="ink"))
        await worn.until(lambda: worn.frames[-1].envelope.control_version == wanted.version)  # type: ignore[union-attr]
        service.stop()
        await worn.until(lambda: "connection-lost" in worn.names())
        service.cont()
        await worn.until(lambda: "resumed" in worn.names())
        shown = len(worn.frames)
        await worn.until(lambda: len(worn.frames) > shown + 5)
    envelope = worn.frames[-1].envelope
    assert envelope is not None
    assert envelope.control_version == wanted.version


async def test_a_killed_service_is_found_again_with_the_look_and_the_recording_has_every_frame(
    tmp_path: Path,
) -> None:
    with Service() as service:
        async with glasses(
            service.url,
            Control(look="ink"),
            record=lambda camera: Recorder(tmp_path / "session", camera),
            silence_seconds=0.6,
        ) as worn:
            await worn.until(lambda: len(worn.trips) >= 5)
            service.kill()
            await worn.until(lambda: "connection-lost" in worn.names())
            await worn.until(lambda: "no-connection" in worn.names())
            await asyncio.to_thread(service.restart)
            await worn.until(lambda: "new-session" in worn.names())
            shown = len(worn.frames)
            await worn.until(lambda: len(worn.frames) > shown + 5)
    envelope = worn.frames[-1].envelope
    assert envelope is not None
    sent = picture(envelope.frame_id).to_ndarray().astype(int)
    assert np.abs(worn.frames[-1].picture.to_ndarray() - sent).mean() > 15
    folder = SessionFolder.open(tmp_path / "session")
    assert folder.complete
    assert not folder.problems
    assert [frame.id for frame in folder.frames] == list(range(worn.agent.tally.captured))
    assert {"connection-lost", "no-connection", "new-session"} <= {event.name for event in folder.events}


async def test_a_camera_that_pauses_owes_no_picture_and_one_that_goes_on_is_seen_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vigil, "NO_PICTURE_AFTER", 1.5)
    async with glasses(service.url) as worn:
        await worn.until(lambda: len(worn.trips) >= 5)
        camera = worn.camera
        assert isinstance(camera, TextureCamera)
        camera.goes_on.clear()
        asyncio.get_running_loop().call_later(2.5, camera.goes_on.set)
        await camera.goes_on.wait()
        shown = len(worn.trips)
        await worn.until(lambda: len(worn.trips) > shown + 10)
    assert "no-picture" not in worn.names()


async def test_glasses_that_say_goodbye_leave_nothing_behind_at_once(service: Service) -> None:
    async with glasses(service.url) as worn:
        await worn.until(lambda: len(worn.trips) >= 3)
    async with Door(service.url) as door:
        for _ in range(2000):
            if (await door._request("GET", "/readyz")).json()["sessions"] == 0:
                return
    raise AssertionError("the service still knows a session")
