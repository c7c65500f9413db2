"""The devices that are shipped: complete, honest about what is not known, and as their documents say."""

import math

import pytest

from overglass_protocol.rtc.sdp import VIDEO_CODECS
from overglass_simulators import devices
from overglass_simulators.devices.profile import WORLD_WHITE
from overglass_simulators.devices.table import rows
from tests.simulators.devices.files import PROFILES, shipped

SHIPPED = (
    "brilliant-halo",
    "desktop-webcam",
    "mentra-live",
    "meta-ray-ban-display",
    "phone-browser",
    "quest-3",
    "ray-ban-meta",
    "ray-ban-meta-wifi",
    "xreal-one-eye",
)


def test_the_devices_of_this_version_are_these() -> None:
    assert devices.names() == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_a_device_is_called_as_its_file_is(name: str) -> None:
    assert devices.load(name).name == name == shipped(name)["name"]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_value_says_where_it_comes_from(name: str) -> None:
    for row in rows(devices.profile(name)):
        assert len(row.origin) > 5, row.field


@pytest.mark.parametrize("name", SHIPPED)
def test_a_device_can_send_what_a_service_takes(name: str) -> None:
    device = devices.load(name)
    assert set(device.codecs) <= set(VIDEO_CODECS)
    assert device.codecs[0] == "H264"
    assert device.camera.mode in device.camera.modes


def test_no_file_lies_among_the_profiles_that_is_none() -> None:
    assert {path.stem for path in PROFILES.glob("*.json")} == {*SHIPPED, "device.schema"}


def test_angles_become_radians_and_intrinsics_follow_from_them() -> None:
    camera = devices.load("brilliant-halo").camera
    assert camera.field_of_view == pytest.approx(math.radians(81.2))
    intrinsics = camera.intrinsics()
    assert 2 * math.atan(intrinsics.width / 2 / intrinsics.fx) == pytest.approx(camera.field_of_view)


def test_a_display_is_as_bright_as_its_candelas_are_against_the_worlds_white() -> None:
    display = devices.load("meta-ray-ban-display").display
    assert display is not None
    assert display.peak == pytest.approx(5000 / WORLD_WHITE)
    assert pytest.approx(2546, abs=1) == WORLD_WHITE


def test_what_hides_the_world_lets_none_of_its_light_through() -> None:
    for name in ("quest-3", "phone-browser"):
        display = devices.load(name).display
        assert display is not None
        assert (display.transmittance, display.peak) == (0, 1)


def test_bluetooth_bears_less_than_the_same_glasses_over_wifi() -> None:
    slow, fast = devices.load("ray-ban-meta"), devices.load("ray-ban-meta-wifi")
    assert slow.link.up_rate is not None
    assert fast.link.up_rate is not None
    assert slow.link.up_rate < fast.link.up_rate
    assert slow.camera.mode.width * slow.camera.mode.height < fast.camera.mode.width * fast.camera.mode.height


def test_only_the_round_display_is_round() -> None:
    lit = {name: display.round for name in SHIPPED if (display := devices.load(name).display) is not None}
    assert [name for name, round_ in lit.items() if round_] == ["brilliant-halo"]
