import av
import numpy as np
import pytest

from overglass_cloud.remix.presets.camera_path import path
from overglass_cloud.remix.presets.reframe import Reframe, cropped, cropped_size


@pytest.mark.parametrize(
    ("shape", "size"), [("9:16", (608, 1080)), ("1:1", (1080, 1080)), ("4:5", (864, 1080))]
)
def test_a_wide_clip_keeps_its_full_height(shape: str, size: tuple[int, int]) -> None:
    assert cropped_size(Reframe.model_validate({"shape": shape}), (1920, 1080)) == size


def test_a_subject_that_trembles_does_not_move_the_camera() -> None:
    focus = 0.5 + np.random.default_rng(0).uniform(-0.04, 0.04, (90, 2))
    assert np.ptp(path(focus, (0.6, 0.0), [], 30.0)[30:60], axis=0).max() < 0.003


def test_the_camera_follows_without_leaving_the_picture_and_jumps_at_a_cut() -> None:
    x = np.r_[np.linspace(0, 1, 120), np.full(60, 0.1)]
    made = path(np.stack([x, np.full(180, 0.5)], 1), (0.6, 0.0), [120], 30.0)[:, 0]
    assert made.min() >= 0
    assert made.max() <= 0.6
    assert made[119] > 0.45
    assert made[120] < 0.2
    assert np.abs(np.diff(made[:120])).max() < 0.02


def test_a_crop_between_pixels_is_between_them() -> None:
    ramp = np.zeros((64 * 3 // 2, 64), np.uint8)
    ramp[:64] = np.arange(64) * 2 + 50
    picture = av.VideoFrame.from_ndarray(ramp, format="yuv420p")
    luma = cropped(picture, 10.5, 0, (32, 64)).to_ndarray()[:64]
    assert abs(luma[32, 8].astype(int) - (50 + 2 * 18.5)) <= 0.5
