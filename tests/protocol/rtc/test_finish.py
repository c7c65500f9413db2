"""An envelope's last words: its owner may add to it when the picture has been encoded."""

from dataclasses import replace

import pytest

from overglass_protocol.envelope import Envelope
from overglass_protocol.frame import Frame
from tests.protocol.rtc.test_peer import pair, send_until_seen


@pytest.mark.parametrize("codec", ["H264", "VP8"])
async def test_an_envelope_goes_out_as_its_owner_finished_it_when_the_picture_was_encoded(codec: str) -> None:
    async with pair((codec,)) as (edge, cloud):
        edge.peer._handlers.finish = lambda frame, envelope: replace(
            envelope, control_version=frame.picture.width
        )
        await send_until_seen(edge, cloud, stamped=True)
        stamped = [frame.envelope for frame in cloud.frames if frame.envelope is not None]
        assert {envelope.control_version for envelope in stamped} == {cloud.frames[0].picture.width}


async def test_an_owner_that_cannot_finish_an_envelope_does_not_end_the_encoder() -> None:
    async with pair() as (edge, cloud):
        broken = [True, True]

        def finish(frame: Frame, envelope: Envelope) -> Envelope:
            if broken:
                broken.pop()
                raise ValueError("no scene today")
            return envelope

        edge.peer._handlers.finish = finish
        await send_until_seen(edge, cloud, stamped=True)
        assert not broken
