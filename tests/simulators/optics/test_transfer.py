"""Pictures become light and light pictures, as sRGB says, and nothing is lost on the way."""

import numpy as np
import pytest

from overglass_simulators.optics import transfer
from tests.simulators.optics.displays import plain

EVERY = np.arange(256, dtype=np.uint8).reshape(16, 16)[:, :, None].repeat(3, axis=2)


def test_the_transfer_meets_the_standards_own_points() -> None:
    """IEC 61966-2-1: both pieces meet at 0.04045, and middle grey lies at 0.2140 of white."""
    assert transfer.linear(np.array([0.0, 0.5, 1.0])) == pytest.approx([0, 0.21404, 1], abs=1e-5)
    assert transfer.linear(np.array([0.04045]))[0] == pytest.approx(0.0031308, abs=1e-6)


def test_light_and_back_is_the_same_picture() -> None:
    assert np.array_equal(transfer.added(EVERY, 1.0, np.zeros_like(EVERY), 1.0), EVERY)
    assert np.array_equal(transfer.dimmed(1.0).ravel(), np.arange(256))


def test_lights_add_as_light_and_not_as_samples() -> None:
    grey = plain(188)  # half of white's light
    assert transfer.added(grey, 1.0, grey, 1.0)[0, 0, 0] in (254, 255)
    assert transfer.added(grey, 0.5, grey, 0.5)[0, 0, 0] == pytest.approx(188, abs=1)


def test_what_is_brighter_than_white_is_white() -> None:
    assert (transfer.added(plain(255), 1.0, plain(255), 2.0) == 255).all()


def test_a_dimmed_picture_has_that_share_of_its_light() -> None:
    dimmed = transfer.dimmed(0.5).ravel()
    assert dimmed[255] == 188
    assert (np.diff(dimmed.astype(int)) >= 0).all()


def test_green_is_most_of_luminance_and_blue_the_least() -> None:
    pure = np.zeros((1, 3, 3), np.uint8)
    pure[0, [0, 1, 2], [0, 1, 2]] = 255
    assert transfer.luminance(pure)[0] == pytest.approx(transfer.LUMINANCE, abs=1e-4)
    assert transfer.luminance(plain(255))[0, 0] == pytest.approx(1.0, abs=1e-4)
