"""Pictures made smaller for painting, and as large again."""

import numpy as np
import pytest

from overglass_cloud.engines.planes import views
from overglass_cloud.engines.scaled import enlarged, shrunk
from overglass_protocol.errors import LookError
from overglass_protocol.rtc import TIME_BASE
from tests.cloud.parts import picture
from tests.cloud.test_reuse import scene


def test_there_and_back_a_picture_keeps_its_size_its_time_and_nearly_its_samples() -> None:
    source = scene()
    source.pts, source.time_base = 77, TIME_BASE
    small = shrunk(source, (224, 176))
    assert [plane.shape for plane in views(small)] == [(176, 224), (88, 112), (88, 112)]
    back = enlarged(small, (320, 240))
    assert (back.width, back.height, back.pts, back.time_base) == (320, 240, 77, TIME_BASE)
    difference = np.abs(views(back)[0].astype(int) - views(source)[0])
    assert difference.mean() < 2


def test_a_picture_that_has_the_size_is_not_touched() -> None:
    source = picture()
    assert shrunk(source, (64, 64)) is source
    assert enlarged(source, (64, 64)) is source


def test_odd_sides_are_refused() -> None:
    with pytest.raises(LookError, match="even sides"):
        shrunk(picture(), (33, 32))
