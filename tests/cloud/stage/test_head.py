"""How a head is held, from its landmarks; and a drawing that lies on it."""

import numpy as np
import pytest

from overglass_cloud.engines.stage.head import Frame, Pose, Relief, pose_of
from tests.cloud.stage.sitters import SIZE, face, turned

FRAME = Frame(-1.0, -1.0, 1.0, 1.0)


@pytest.mark.parametrize("yaw", [0.0, 0.4, -0.6])
@pytest.mark.parametrize("roll", [0.0, 0.3])
@pytest.mark.parametrize("scale", [12.0, 60.0])
def test_a_head_s_place_turn_and_size_are_read_from_its_landmarks(
    yaw: float, roll: float, scale: float
) -> None:
    pose = pose_of(face((140, 90), scale, yaw=yaw, roll=roll, mouth=0.3).points, *SIZE)
    assert np.abs(pose.origin - (140, 90)).max() < 0.1
    assert pose.scale == pytest.approx(scale, rel=0.01)
    assert np.abs(pose.axes - scale * turned(yaw, roll)).max() < 0.02 * scale


def test_landmarks_that_tremble_still_make_a_stiff_head() -> None:
    points = face((160, 120), 40).points
    shaken = points + np.random.default_rng(0).normal(0, 0.002, points.shape).astype(np.float32)
    axes = pose_of(shaken, *SIZE).axes
    assert np.allclose(axes @ axes.T, np.eye(2) * (axes[0] @ axes[0]), rtol=0.02, atol=1)


def drawing() -> np.ndarray:
    """A white disc at (0.5, 0), a tenth of a unit wide."""
    v, u = np.mgrid[-1:1:200j, -1:1:200j]
    inside = (np.hypot(u - 0.5, v) < 0.1)[..., None]
    return np.repeat(inside, 4, axis=2).astype(np.uint8) * 255


def centre(relief: Relief, pose: Pose) -> tuple[float, float]:
    laid = relief.laid(drawing(), pose, SIZE[::-1])
    assert laid is not None
    drawn, x, y = laid
    rows, columns = np.nonzero(drawn[..., 3] > 128)
    return x + columns.mean() + 0.5, y + rows.mean() + 0.5


@pytest.mark.parametrize(("yaw", "roll"), [(0.0, 0.0), (0.4, 0.0), (-0.4, 0.5)])
@pytest.mark.parametrize("height", [0.0, 0.4, -0.3])
def test_a_drawing_lies_where_its_relief_says(yaw: float, roll: float, height: float) -> None:
    relief = Relief(FRAME, np.full((24, 24), height, np.float32))
    pose = Pose(np.array((160.0, 120.0)), 60 * turned(yaw, roll), 60.0)
    expected = pose.seen(np.array(((0.5, 0.0, height),)))[0]
    assert np.abs(np.array(centre(relief, pose)) - expected).max() < 0.8, "pixels"


def test_what_stands_out_moves_more_as_the_head_turns() -> None:
    v, u = np.mgrid[-1:1:48j, -1:1:48j]
    hill = Relief(FRAME, (0.5 * np.exp(-(((u - 0.5) / 0.5) ** 2) - (v / 0.5) ** 2)).astype(np.float32))
    flat = Relief(FRAME, np.zeros((48, 48), np.float32))
    pose = Pose(np.array((160.0, 120.0)), 60 * turned(0.4, 0.0), 60.0)
    assert centre(hill, pose)[0] == pytest.approx(centre(flat, pose)[0] + 60 * 0.5 * np.sin(0.4), abs=1.5)


def test_what_is_outside_the_picture_is_not_drawn_and_the_rest_is_cut_evenly() -> None:
    relief = Relief(FRAME, np.zeros((24, 24), np.float32))
    away = Pose(np.array((-200.0, 120.0)), 60 * turned(0, 0), 60.0)
    assert relief.laid(drawing(), away, SIZE[::-1]) is None
    edge = Pose(np.array((301.0, 1.0)), 61 * turned(0, 0.2), 61.0)
    laid = relief.laid(drawing(), edge, SIZE[::-1])
    assert laid is not None
    drawn, x, y = laid
    assert (x % 2, y % 2, drawn.shape[0] % 2, drawn.shape[1] % 2) == (0, 0, 0, 0)
    assert x + drawn.shape[1] == SIZE[0]
