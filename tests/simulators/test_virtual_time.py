"""The jumping clock: timers cost nothing, I/O and threads still work, and waiting for nothing ends."""

import asyncio
import socket

import pytest

from overglass_simulators import virtual_time
from overglass_simulators.virtual_time import JumpingLoop, StuckError


def test_an_hour_of_sleep_moves_the_clock_by_an_hour() -> None:
    async def main() -> float:
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time()

    assert virtual_time.run(main()) == pytest.approx(3600)


def test_timers_fire_in_order_at_their_own_times() -> None:
    async def main() -> list[tuple[str, float]]:
        loop = asyncio.get_running_loop()
        fired: list[tuple[str, float]] = []

        async def wait(name: str, seconds: float) -> None:
            await asyncio.sleep(seconds)
            fired.append((name, round(loop.time(), 6)))

        await asyncio.gather(wait("late", 2.5), wait("early", 0.1), wait("middle", 1.0))
        return fired

    assert virtual_time.run(main()) == [("early", 0.1), ("middle", 1.0), ("late", 2.5)]


def test_the_clock_stands_still_while_there_is_work() -> None:
    async def main() -> float:
        for _ in range(1000):
            await asyncio.sleep(0)
        return asyncio.get_running_loop().time()

    assert virtual_time.run(main()) == 0.0


def test_a_timeout_comes_when_nothing_else_does() -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(30):
                await asyncio.Event().wait()
        return asyncio.get_running_loop().time()

    assert virtual_time.run(main()) == pytest.approx(30)


def test_a_packet_on_its_way_arrives_before_a_timer_of_a_millisecond() -> None:
    async def main() -> tuple[bytes, float]:
        loop = asyncio.get_running_loop()
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        with here, there:
            here.setblocking(False)
            there.setblocking(False)
            async with asyncio.timeout(0.001):
                receiving = asyncio.ensure_future(loop.sock_recv(there, 100))
                await loop.sock_sendall(here, b"hello")
                return await receiving, loop.time()

    assert virtual_time.run(main()) == (b"hello", 0.0)


def test_a_thread_at_work_is_waited_for_and_takes_no_time() -> None:
    async def main() -> tuple[int, float]:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(0.001):
            total = await loop.run_in_executor(None, sum, range(200_000))
        return total, loop.time()

    assert virtual_time.run(main()) == (19999900000, 0.0)


def test_waiting_for_what_nobody_will_do_ends_with_an_error() -> None:
    async def main() -> None:
        await asyncio.Event().wait()

    with pytest.raises(StuckError, match="no timer is set"):
        virtual_time.run(main(), patience=0.01)


def test_an_error_in_the_coroutine_comes_out_as_it_is() -> None:
    async def main() -> None:
        await asyncio.sleep(5)
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        virtual_time.run(main())


def test_each_loop_starts_at_zero() -> None:
    loops = [JumpingLoop(), JumpingLoop()]
    try:
        loops[0].run_until_complete(asyncio.sleep(7))
        assert [loop.time() for loop in loops] == [pytest.approx(7), 0.0]
    finally:
        for loop in loops:
            loop.close()
