"""The slot of one: newest wins, whoever reads."""

import asyncio
import threading

import pytest

from overglass_protocol.latest import Closed, Latest


def test_the_newest_displaces_the_older_and_is_counted() -> None:
    slot: Latest[int] = Latest("encoder busy")
    for item in (1, 2, 3):
        slot.put(item)
    assert slot.take(0) == 3
    assert slot.dropped == {"encoder busy": 2}


def test_a_thread_waits_until_something_comes() -> None:
    slot: Latest[str] = Latest()
    taken: list[str] = []
    reader = threading.Thread(target=lambda: taken.append(slot.take(5)))
    reader.start()
    slot.put("frame")
    reader.join(5)
    assert taken == ["frame"]


def test_a_thread_that_waits_in_vain_is_told() -> None:
    with pytest.raises(TimeoutError):
        Latest[int]().take(0.001)


async def test_a_coroutine_gets_what_a_thread_puts() -> None:
    slot: Latest[int] = Latest()
    writer = threading.Timer(0, slot.put, [7])
    async with asyncio.timeout(5):
        writer.start()
        assert await slot.get() == 7
    writer.join()


async def test_iteration_ends_when_the_slot_closes_and_the_last_item_is_not_lost() -> None:
    slot: Latest[int] = Latest()
    slot.put(1)
    slot.close()
    slot.put(2)
    assert [item async for item in slot] == [1]
    with pytest.raises(Closed):
        slot.take()


def test_clearing_counts_what_it_drops() -> None:
    slot: Latest[int] = Latest()
    slot.put(1)
    slot.clear("connection lost")
    slot.clear("connection lost")
    assert slot.dropped == {"connection lost": 1}
