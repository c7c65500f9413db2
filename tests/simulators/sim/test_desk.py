"""Devices as this machine can simulate them: smaller, of the same shape and field, and said so."""

import math

import pytest

from overglass_simulators.devices import load, names
from overglass_simulators.devices.device import CameraMode
from overglass_simulators.sim.desk import PIXELS_A_CORE, at_desk, reduced
from tests.simulators.sim.parts import device


@pytest.mark.parametrize("cores", [1, 2, 4])
@pytest.mark.parametrize("name", names())
def test_every_device_of_ours_fits_in_shape_field_and_cost(name: str, cores: int) -> None:
    real = load(name)
    small = at_desk(real, cores)
    assert small.camera.mode in small.camera.modes
    assert small.camera.field_of_view == real.camera.field_of_view
    for mode in small.camera.modes:
        assert mode.width % 2 == mode.height % 2 == 0
        assert mode.width * mode.height * max(30, mode.fps) <= 1.03 * 30 * PIXELS_A_CORE * cores
    true, fitted = real.camera.mode, small.camera.mode
    assert fitted.fps == true.fps
    assert fitted.width / fitted.height == pytest.approx(true.width / true.height, rel=0.02)


def test_all_but_the_camera_stays_as_it_is() -> None:
    real = load("quest-3")
    small = at_desk(real, 1)
    assert (small.display, small.imu, small.link, small.thermal) == (
        real.display,
        real.imu,
        real.link,
        real.thermal,
    )


def test_a_machine_of_many_cores_takes_nothing_away() -> None:
    real = load("quest-3")
    assert at_desk(real, 64) == real
    assert reduced(real, at_desk(real, 64)) == ""


def test_what_was_taken_away_is_said() -> None:
    real = device(modes=(CameraMode(1280, 720, 30),))
    assert reduced(real, at_desk(real, 1)).startswith("1280x720 pixels are simulated as 522x294")


def test_a_ladder_whose_rungs_become_the_same_has_each_once() -> None:
    real = device(modes=(CameraMode(1920, 1080, 30), CameraMode(1280, 720, 30), CameraMode(160, 90, 30)))
    small = at_desk(real, 1)
    assert len(small.camera.modes) == 2
    assert small.camera.modes[1] == CameraMode(160, 90, 30)


def test_the_same_world_is_seen_across_fewer_pixels() -> None:
    real, small = load("xreal-one-eye"), at_desk(load("xreal-one-eye"), 1)
    for each in (real.camera, small.camera):
        lens = each.intrinsics()
        assert 2 * math.atan(lens.width / 2 / lens.fx) == pytest.approx(real.camera.field_of_view)
