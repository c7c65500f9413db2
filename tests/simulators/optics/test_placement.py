"""A display lies in the view where its angles say, to a fraction of a pixel, however large its picture is."""

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest

from overglass_simulators.optics import eye_view
from overglass_simulators.optics.placement import Placement
from overglass_simulators.optics.transfer import Picture
from tests.simulators.optics.displays import ADDITIVE, EYE, ROUND, shown


def spot(width: int, height: int, x: float, y: float) -> Picture:
    """A soft dot whose middle lies there."""
    across, down = np.arange(width)[None, :] - x, np.arange(height)[:, None] - y
    bell = np.exp(-(across**2 + down**2) / (2 * (width / 40) ** 2))
    return (bell[:, :, None] * 255).astype(np.uint8).repeat(3, axis=2)


def middle(picture: Picture) -> tuple[float, float]:
    moments = cv2.moments(picture[:, :, 0])
    return moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]


def test_a_display_covers_its_own_angle_of_the_view() -> None:
    rectangle = Placement(ADDITIVE, EYE).rectangle
    width, height = rectangle.size
    expected = EYE.width * math.tan(ADDITIVE.field_of_view / 2) / math.tan(math.radians(30))
    assert width == pytest.approx(expected, abs=1.5)
    assert height == pytest.approx(expected * ADDITIVE.height / ADDITIVE.width, abs=1.5)
    assert (rectangle.left + rectangle.right - 1) / 2 == EYE.cx
    assert (rectangle.top + rectangle.bottom - 1) / 2 == EYE.cy


@pytest.mark.parametrize("field", [15, 25, 60, 100])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_dot_is_seen_in_its_own_direction(field: float, times: int) -> None:
    """At every scale, and whether the picture has the display's own size or several times that."""
    eye = eye_view(640, 480, math.radians(field))
    placement, screen = Placement(ADDITIVE, eye), ADDITIVE.intrinsics()
    x, y = 70.0, 32.0
    picture = spot(120 * times, 80 * times, (x + 0.5) * times - 0.5, (y + 0.5) * times - 0.5)
    seen_x, seen_y = middle(placement.place(picture))
    at = (
        (seen_x + placement.rectangle.left - eye.cx) / eye.fx,
        (seen_y + placement.rectangle.top - eye.cy) / eye.fy,
    )
    assert at[0] == pytest.approx((x - screen.cx) / screen.fx, abs=0.15 / eye.fx)
    assert at[1] == pytest.approx((y - screen.cy) / screen.fy, abs=0.15 / eye.fy)


def test_a_thin_line_on_a_fine_display_is_dimmer_in_a_coarse_view_but_not_lost() -> None:
    fine = replace(ADDITIVE, width=1200, height=800)
    for column in range(600, 612):
        picture = shown(0, fine)
        picture[:, column] = 255
        assert Placement(fine, EYE).place(picture).max() > 20


def test_a_display_wider_than_the_view_fills_it() -> None:
    placement = Placement(replace(ADDITIVE, field_of_view=math.radians(90)), EYE)
    assert placement.rectangle.size == (EYE.width, 240)
    assert (placement.place(shown(200)) == 200).all()


def test_a_round_display_is_lit_in_its_circle_only() -> None:
    placed = Placement(ROUND, eye_view(320, 240, math.radians(30))).place(shown(255, ROUND))
    height, width = placed.shape[:2]
    lit = placed[:, :, 0] > 127
    assert lit.sum() == pytest.approx(math.pi / 4 * width * height, rel=0.02)
    assert not lit[0, 0]
    assert lit[height // 2, width // 2]
    assert ((placed > 0) & (placed < 255)).any(), "its edge is smooth"
