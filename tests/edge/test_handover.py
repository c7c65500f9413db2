"""Between a capturing thread and the coroutine that pulls: one picture, and no sound lost."""

import asyncio
from collections import Counter
from fractions import Fraction

import pytest

from overglass_edge.sources.handover import MAX_SOUND, HandOver
from overglass_protocol.errors import SourceError
from tests.edge.clips import captured, sound_packet

BASE = Fraction(1, 30)


def hand_over() -> HandOver:
    return HandOver(asyncio.get_running_loop(), Counter())


async def test_the_newest_picture_wins_and_the_other_is_counted() -> None:
    between = hand_over()
    for number in range(3):
        assert between.put(captured(number, number, BASE))
    taken = await between.take()
    assert taken is not None
    assert taken.picture.pts == 2
    assert between.dropped["displaced"] == 2


async def test_a_displaced_picture_leaves_its_sound_to_the_next() -> None:
    between = hand_over()
    packets = [sound_packet(bytes([n])) for n in range(3)]
    for number, packet in enumerate(packets):
        between.put(captured(number, number, BASE, (packet,)))
    taken = await between.take()
    assert taken is not None
    assert taken.sound == tuple(packets)


async def test_sound_for_a_taker_that_is_gone_does_not_grow_without_end() -> None:
    between = hand_over()
    packet = sound_packet(b"x")
    for number in range(MAX_SOUND + 10):
        between.put(captured(0, number, BASE, (packet,)))
    taken = await between.take()
    assert taken is not None
    assert len(taken.sound) == MAX_SOUND
    assert between.dropped["sound packets"] == 10


async def test_an_offered_picture_waits_until_there_is_room() -> None:
    between = hand_over()
    async with asyncio.timeout(10):
        offered = [
            asyncio.create_task(asyncio.to_thread(between.offer, captured(n, n, BASE))) for n in range(3)
        ]
        taken = [await between.take() for _ in offered]
        assert await asyncio.gather(*offered) == [True, True, True]
    assert sorted(t.picture.pts or 0 for t in taken if t is not None) == [0, 1, 2]
    assert not between.dropped


async def test_closing_releases_a_thread_that_offers() -> None:
    between = hand_over()
    between.put(captured(0, 0, BASE))
    async with asyncio.timeout(10):
        offered = asyncio.create_task(asyncio.to_thread(between.offer, captured(1, 1, BASE)))
        await asyncio.sleep(0)
        between.close()
        assert await offered is False
        assert await between.take() is None


async def test_the_last_picture_comes_before_the_error_that_ended_the_source() -> None:
    between = hand_over()
    between.put(captured(0, 0, BASE))
    between.finish(SourceError("the cable came off"))
    assert await between.take() is not None
    with pytest.raises(SourceError, match="cable"):
        await between.take()
    assert await between.take() is None


async def test_a_waiting_taker_gets_what_a_thread_puts() -> None:
    between = hand_over()
    taking = asyncio.create_task(between.take())
    await asyncio.sleep(0)
    await asyncio.to_thread(between.put, captured(4, 4, BASE))
    taken = await asyncio.wait_for(taking, 10)
    assert taken is not None
    assert taken.picture.pts == 4
