"""Cameras of the machine: their errors, and FFmpeg's test pattern in place of a driver."""

import errno
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from overglass_edge.sources import SCHEMES, CameraDevice, Captured, FileCamera, open_camera
from overglass_edge.sources.camera import capture_time
from overglass_protocol.errors import SourceError
from overglass_protocol.packet import presentation_time
from tests.edge.clips import JumpingClock, ScriptedCamera, take_all, take_into

PATTERN = "testsrc2=size=160x120:rate=30"


async def entered(camera: CameraDevice) -> None:
    async with camera:
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="V4L2 is Linux's")
async def test_a_camera_that_does_not_exist_says_what_there_is() -> None:
    with pytest.raises(SourceError, match="camera 97 does not exist") as caught:
        await entered(CameraDevice("97"))
    assert caught.value.cure


@pytest.mark.skipif(sys.platform != "linux", reason="V4L2 is Linux's")
async def test_a_device_that_is_no_camera_says_so() -> None:
    with pytest.raises(SourceError, match="/dev/null is not a camera"):
        await entered(CameraDevice("/dev/null"))


@pytest.mark.parametrize(
    ("code", "message", "cure"),
    [
        (errno.EBUSY, "is in use", "Close the other program"),
        (errno.EACCES, "may not be used", "usermod -aG video"),
        (errno.ENODEV, "does not exist", ""),
        (errno.EIO, "cannot be used", ""),
    ],
)
async def test_a_refusal_of_the_driver_becomes_a_cure(
    monkeypatch: pytest.MonkeyPatch, code: int, message: str, cure: str
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise av.error.OSError(code, "refused", "/dev/video0")

    monkeypatch.setattr(av, "open", refuse)
    with pytest.raises(SourceError, match=message) as caught:
        await entered(CameraDevice("0", platform="linux"))
    assert cure in caught.value.cure
    assert caught.value.cure
    assert "\n" not in str(caught.value)


async def test_a_driver_that_refuses_what_was_asked_is_asked_for_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[dict[str, str]] = []

    def refuse(*_: Any, options: dict[str, str], **__: Any) -> None:
        asked.append(options)
        raise av.error.OSError(errno.EINVAL, "no such mode", "/dev/video0")

    monkeypatch.setattr(av, "open", refuse)
    with pytest.raises(SourceError):
        await entered(CameraDevice("0", size=(1280, 720), fps=60, platform="linux"))
    sizes = [(options.get("input_format"), options.get("video_size")) for options in asked]
    assert sizes == [("mjpeg", "1280x720"), (None, "1280x720"), (None, None)]


def test_a_platform_without_cameras_is_refused_at_once() -> None:
    with pytest.raises(SourceError, match="not supported on plan9") as caught:
        CameraDevice("0", platform="plan9")
    assert caught.value.cure


async def test_pictures_of_a_device_are_framed_and_stamped_with_the_time_they_came() -> None:
    clock = JumpingClock()
    async with CameraDevice(PATTERN, size=(64, 64), input_format="lavfi", clock=clock) as camera:
        taken = await take_all(camera, 3)
    assert (camera.width, camera.height, camera.fps) == (64, 64, 30.0)
    assert {(c.picture.width, c.picture.height, c.picture.format.name) for c in taken} == {
        (64, 64, "yuv420p")
    }
    assert {captured.capture_time for captured in taken} == {clock.time}
    assert camera.sound is None


async def test_a_device_that_is_too_fast_is_picked_from() -> None:
    async with CameraDevice(PATTERN, fps=10, input_format="lavfi") as camera:
        taken = await take_all(camera, 3)
    assert camera.fps == 10
    times = [presentation_time(captured.picture) for captured in taken]
    assert all((time - times[0]) % Fraction(1, 10) == 0 for time in times)


async def test_a_live_camera_drops_to_the_newest_picture_and_counts_the_others() -> None:
    camera = CameraDevice(f"{PATTERN}:duration=2", input_format="lavfi")
    taken: list[Captured] = []
    with pytest.raises(SourceError, match="stopped giving pictures"):
        await take_into(taken, camera)
    # FFmpeg spends the first on finding out what comes.
    assert taken[-1].picture.pts == 59
    assert len(taken) + camera.dropped["displaced"] == 59


def test_a_drivers_timestamp_is_believed_only_if_it_can_be_true() -> None:
    assert capture_time(99.97, now=100.0) == 99.97
    assert capture_time(3.2, now=100.0) == 100.0
    assert capture_time(100.5, now=100.0) == 100.0


def test_a_name_says_which_source_is_meant(tmp_path: Path) -> None:
    assert isinstance(open_camera("camera:1", platform="linux"), CameraDevice)
    assert isinstance(open_camera("camera:", platform="linux"), CameraDevice)
    assert isinstance(open_camera("/dev/video7", platform="linux"), CameraDevice)
    assert isinstance(open_camera(str(tmp_path / "clip.mp4"), loop=True), FileCamera)
    assert isinstance(open_camera("C:\\clips\\walk.mp4"), FileCamera)
    assert isinstance(open_camera("file:clip.mp4"), FileCamera)


def test_a_name_that_means_nothing_lists_what_does() -> None:
    with pytest.raises(SourceError, match="wolrd:street names no source") as caught:
        open_camera("wolrd:street")
    assert "camera:" in caught.value.cure


def test_an_option_that_a_source_lacks_is_refused() -> None:
    with pytest.raises(SourceError, match="loop"):
        open_camera("camera:0", loop=True)


def test_others_can_register_a_source(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def make(rest: str) -> ScriptedCamera:
        made.append(rest)
        return ScriptedCamera()

    monkeypatch.setitem(SCHEMES, "world", make)
    assert open_camera("world:street").name == "scripted"
    assert made == ["street"]
