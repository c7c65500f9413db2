import numpy as np
import pytest

from overglass_cloud.remix.generation.fitting import Fitting


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1080, 1920), (46, 34), (2, 2)])
def test_sides_scale_alike_and_come_back(width: int, height: int) -> None:
    fitting = Fitting.of(width, height, 64 * 1024, 32)
    across, down = fitting.inner[0] / width, fitting.inner[1] / height
    assert abs(across - down) * max(width, height) <= 2
    assert across <= 1
    assert [side % 32 for side in fitting.outer] == [0, 0]
    picture = np.tile(np.linspace(0, 250, width).astype(np.uint8)[None, :, None], (height, 1, 3))
    fed = fitting.into(picture)
    assert fed.shape == (fitting.outer[1], fitting.outer[0], 3)
    back = fitting.back(fed)
    assert back.shape == picture.shape
    assert np.abs(back.astype(int) - picture).max() <= 4


def test_what_fills_up_repeats_the_edge() -> None:
    picture = np.arange(3 * 5 * 3, dtype=np.uint8).reshape(3, 5, 3)
    fed = Fitting.of(5, 3, 4096, 8).into(picture)
    assert (fed[:3, 5:] == picture[:, -1:]).all()
    assert (fed[3:, :5] == picture[-1:]).all()
