"""What viewers are told in the picture itself of how it was made."""

from collections.abc import Sequence

import av
import numpy as np
import pytest

from overglass_cloud.config import Settings
from overglass_cloud.engines.echo import Echo
from overglass_cloud.looks import Look, State
from overglass_protocol.frame import Frame
from tests.cloud.doors.test_whep import Seen, until, view
from tests.cloud.parts import offering, running
from tests.cloud.sessions.test_worn import hello, painted, worn

SIDE = 256
LEVEL = 180


class Plaster(Echo):
    """Paints one light grey over everything."""

    def paint(self, pictures: Sequence[av.VideoFrame], states: Sequence[State]) -> list[av.VideoFrame]:
        samples = np.full((SIDE * 3 // 2, SIDE), 128, np.uint8)
        samples[:SIDE] = LEVEL
        drawn = [av.VideoFrame.from_ndarray(samples, format="yuv420p") for _ in pictures]
        for result, source in zip(drawn, pictures, strict=True):
            result.pts = source.pts
            if source.time_base is not None:
                result.time_base = source.time_base
        return drawn


PLASTER = Look("plaster", "", "test", lambda workshop: Plaster())


def is_labelled(frame: Frame) -> bool:
    """Whether something light on dark stands top right."""
    luma = frame.picture.to_ndarray()[: frame.picture.height]
    corner = luma[: luma.shape[0] // 4, luma.shape[1] // 2 :]
    return bool(np.ptp(corner.astype(int)) > 90)


async def seen_by_both(settings: Settings, look: str) -> tuple[Frame, Frame]:
    """A late picture as the wearer gets it, and as a viewer does."""
    async with running(settings, PLASTER) as client, worn(client, hello(None, look)) as (back, _, location):
        await until(lambda: len(painted(back, 1)) > 2)
        seen = Seen()
        async with offering(
            "recvonly", sound="recvonly", channels=False, handlers=seen.handlers(), codecs=("H264",)
        ) as (peer, offer):
            assert (await view(client, peer, offer, location)).status_code == 201
            await until(lambda: len(seen.frames) > 3)
            count = len(back)
            await until(lambda: len(back) > count)
        return painted(back, 1)[-1], seen.frames[-1]


async def test_viewers_see_that_a_picture_was_painted_and_the_wearer_sees_the_picture() -> None:
    wearer, viewer = await seen_by_both(Settings(), "plaster")
    assert is_labelled(viewer)
    assert not is_labelled(wearer)


@pytest.mark.parametrize(("label_views", "look"), [(False, "plaster"), (True, "none")])
async def test_no_label_where_nothing_was_painted_or_nobody_wants_it(label_views: bool, look: str) -> None:
    _, viewer = await seen_by_both(Settings(label_views=label_views), look)
    assert not is_labelled(viewer)
