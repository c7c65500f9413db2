"""Simulated glasses before the real service: worn, scripted, recorded, replayed, changed and refused."""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from overglass_protocol.errors import OverglassError
from overglass_protocol.recording.session_folder import SessionFolder
from overglass_simulators import devices
from overglass_simulators.link import LinkSettings
from overglass_simulators.motion.analytic import Still
from overglass_simulators.pytest_plugin import PutOn, glasses  # noqa: F401 - a fixture
from overglass_simulators.service import Service
from overglass_simulators.sim.plan import SimPlan
from overglass_simulators.sim.session import Sim
from overglass_simulators.sim.subject import SimState

WITHIN = 30.0
"Seconds that any wait may take on a busy machine."
pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def cloud() -> Iterator[str]:
    with Service() as service:
        yield service.url


async def until(sim: Sim, holds: Callable[[SimState], bool]) -> SimState:
    async with asyncio.timeout(WITHIN):
        while not holds(state := sim.state()):  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.02)
    return state


def came_back(pictures: int) -> Callable[[SimState], bool]:
    return lambda state: state.returned >= pictures


def plan(tmp_path: Path, cloud: str, device: str = "xreal-one-eye") -> SimPlan:
    return SimPlan(device=device, cloud=cloud, recordings=tmp_path / "recordings")


async def test_overlays_that_are_turned_are_nearer_to_where_they_belong(tmp_path: Path, cloud: str) -> None:
    async with Sim(plan(tmp_path, cloud)) as sim:
        state = await until(sim, lambda state: state.returned >= 30 and state.registration is not None)
        assert state.registration is not None
        assert state.registration.warped < state.registration.plain
        seen = await sim.views(0, WITHIN)
        assert seen is not None
        assert seen.worn.shape == seen.plain.shape
        assert seen.worn.max() > 0
        assert sim.rows(-1)[0].latency > 0
        assert {"capture", "paint", "warp", "photon"} <= set(sim.rows(-1)[-1].stages)


async def test_another_device_goes_on_counting_views_and_ends_the_recording(
    tmp_path: Path, cloud: str
) -> None:
    told: list[str] = []
    async with Sim(plan(tmp_path, cloud), lambda name, detail: told.append(name)) as sim:
        await until(sim, came_back(5))
        before = await sim.views(0, WITHIN)
        assert before is not None
        folder = await sim.start_recording()
        await until(sim, lambda state: state.recording is not None and state.returned > 15)
        await sim.set_device("brilliant-halo")
        assert (sim.state().device.name, sim.state().recording) == ("brilliant-halo", None)
        after = await sim.views(before.number, WITHIN)
        assert after is not None
        assert after.number > before.number
        await until(sim, came_back(3))
    assert SessionFolder.open(folder).complete
    assert "recorded" in told


async def test_a_broken_profile_leaves_what_is_worn(tmp_path: Path, cloud: str) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("title = 3\n")
    async with Sim(plan(tmp_path, cloud)) as sim:
        await until(sim, came_back(1))
        wearing = sim.wearing
        with pytest.raises(OverglassError):
            await sim.set_device(str(broken))
        assert sim.wearing is wearing
        await until(sim, came_back(sim.state().returned + 3))


async def test_what_is_asked_for_while_glasses_are_changed_stays_asked_for(
    tmp_path: Path, cloud: str
) -> None:
    async with Sim(plan(tmp_path, cloud)) as sim:
        await until(sim, came_back(1))
        changing = asyncio.create_task(sim.set_device("quest-3"))
        await asyncio.sleep(0)
        sim.set_link(LinkSettings(delay=0.1))
        sim.set_mode("plane")
        sim.set_motion("still")
        sim.set_look("none", 0.5)
        await changing
        state = sim.state()
        assert (state.device.name, state.mode, state.motion) == ("quest-3", "plane", "still")
        assert (state.look, state.strength, state.link.delay) == ("none", 0.5, 0.1)
        assert isinstance(sim.wearing.steered.motion, Still)


async def test_two_who_change_the_device_at_once_leave_one_pair(tmp_path: Path, cloud: str) -> None:
    async with Sim(plan(tmp_path, cloud)) as sim:
        await until(sim, came_back(1))
        await asyncio.gather(sim.set_device("quest-3"), sim.set_device("mentra-live"))
        await until(sim, came_back(1))
        worn = [thread.name for thread in threading.enumerate() if thread.name == "worn display"]
        assert len(worn) == 1
    async with asyncio.timeout(WITHIN):  # a camera's thread says that it has ended as its last deed
        while _at_work():  # noqa: ASYNC110 - threads have no event
            await asyncio.sleep(0.01)


def _at_work() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith(("worn", "camera"))}


@pytest.mark.parametrize("name", devices.names())
async def test_every_device_can_be_worn(name: str, tmp_path: Path, cloud: str) -> None:
    async with Sim(plan(tmp_path, cloud, name)) as sim:
        state = await until(sim, came_back(2))
        assert state.device.name == name
        await until(sim, lambda state: bool(sim.rows(-1)))


async def test_a_recording_is_whole_and_can_be_worn_again(tmp_path: Path, cloud: str) -> None:
    async with Sim(plan(tmp_path, cloud)) as sim:
        await until(sim, came_back(5))
        folder = await sim.start_recording()
        sent = sim.state().sent
        await until(sim, lambda state: state.sent >= sent + 20)
        assert await sim.stop_recording() == folder
        assert sim.recordings() == [folder]
        session = SessionFolder.open(folder)
        assert session.complete
        assert session.problems == ()
        ids = [frame.id for frame in session.frames]
        assert ids == list(range(ids[0], ids[0] + len(ids)))
        assert session.imu
        _tear(folder)
        await sim.replay(folder)
        state = await until(sim, came_back(5))
        assert state.replaying == folder
        seen = await sim.views(0, WITHIN)
        assert seen is not None
        assert seen.camera.std() > 5


def _tear(folder: Path) -> None:
    """As a crash leaves it."""
    film, timeline = folder / "capture.mp4", folder / "timeline.jsonl"
    film.write_bytes(film.read_bytes()[: film.stat().st_size * 2 // 3])
    timeline.write_bytes(timeline.read_bytes()[:-17])


async def test_a_service_that_is_not_there_is_told_and_no_reason_to_hang(tmp_path: Path) -> None:
    async with Sim(plan(tmp_path, "http://127.0.0.1:9")) as sim:
        state = await until(sim, lambda state: bool(state.said))
        assert (state.connected, state.returned) == (False, 0)


async def test_why_a_session_failed_is_told_and_raised(
    tmp_path: Path, cloud: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Sim(plan(tmp_path, cloud)) as sim:
        await until(sim, came_back(1))

        def broken(*of: object) -> None:
            raise ZeroDivisionError("a bug")

        monkeypatch.setattr(sim.wearing.display, "show", broken)
        with pytest.raises(OverglassError, match="a bug"):
            async with asyncio.timeout(WITHIN):
                await sim.failed()
        assert sim.state().said[-1].name == "ended"


# --- the command ---------------------------------------------------------------------------------

SCRIPT = """
device = "desktop-webcam"
seconds = 2.5
record = true
[[events]]
at = 1
device = "brilliant-halo"
[expect]
min_fps = {fps}
"""


def run_script(tmp_path: Path, fps: float) -> subprocess.CompletedProcess[str]:
    script = tmp_path / "script.toml"
    script.write_text(SCRIPT.format(fps=fps))
    command = [sys.executable, "-m", "overglass_edge", "sim", "--headless", "--script", str(script)]
    return subprocess.run(
        [*command, "--out", str(tmp_path / "out")], capture_output=True, text=True, timeout=100, check=False
    )


def test_a_script_that_goes_as_expected_ends_with_0_and_leaves_a_report(tmp_path: Path) -> None:
    done = run_script(tmp_path, 0.2)
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["kept"]
    assert report["recording"]["complete"]
    assert report["frames"]["worn"] > 0
    assert (tmp_path / "out" / "timeline.png").read_bytes().startswith(b"\x89PNG")


def test_a_script_that_does_not_ends_with_1_and_one_line_that_says_why(tmp_path: Path) -> None:
    done = run_script(tmp_path, 500)
    assert done.returncode == 1
    said = [line for line in done.stderr.splitlines() if "did not go as expected" in line]
    assert len(said) == 1
    assert "pictures a second" in said[0]
    assert "Traceback" not in done.stderr
    assert not json.loads((tmp_path / "out" / "report.json").read_text())["kept"]


# --- the fixture ---------------------------------------------------------------------------------


def test_the_fixture_wears_glasses_before_a_service_by_its_address(glasses: PutOn, cloud: str) -> None:  # noqa: F811
    with glasses("desktop-webcam", cloud=cloud, motion="still") as worn:
        worn.wait_for(frames=3, within=WITHIN)
        sent, back = worn.camera_picture(), worn.picture()
        assert float(np.abs(sent.astype(int) - back.astype(int)).mean()) < 8
        folder = worn.record()
        worn.wait_for(frames=3, within=WITHIN)
        assert worn.stop_recording() == folder
    with pytest.raises(OverglassError, match="not worn"):
        worn.state  # noqa: B018 - asking is what fails


def test_the_fixture_says_what_was_waited_for_in_vain(glasses: PutOn, cloud: str) -> None:  # noqa: F811
    with (
        glasses("desktop-webcam", cloud=cloud) as worn,
        pytest.raises(OverglassError, match="waited 0 s for the moon, in vain"),
    ):
        worn.wait_until(lambda state: False, "the moon", within=0)


def test_the_fixture_tells_what_ended_the_session(glasses: PutOn, cloud: str) -> None:  # noqa: F811
    def broken(*of: object) -> None:
        raise ZeroDivisionError("a bug")

    def wear() -> None:
        with glasses("desktop-webcam", cloud=cloud) as worn:
            worn.wait_for(frames=1, within=WITHIN)
            worn._call(lambda sim: setattr(sim.wearing.display, "show", broken))
            worn.wait_for(frames=1000, within=WITHIN)

    with pytest.raises(OverglassError, match="failed: ZeroDivisionError"):
        wear()


def test_glasses_that_do_not_exist_are_refused_on_putting_them_on(glasses: PutOn) -> None:  # noqa: F811
    with pytest.raises(OverglassError, match="no-such-glasses"), glasses("no-such-glasses"):
        pass
