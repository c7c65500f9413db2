"""What a network does as a whole: it changes, gives another address, lets no media through."""

import asyncio

import pytest

from overglass_simulators.link import LinkSettings, Relay
from overglass_simulators.link.relay import MOST_GATES
from tests.simulators.link.test_relay import End, ends, on_jumping_clock


async def hears_nothing(end: End) -> None:
    with pytest.raises(TimeoutError):
        await end.receive(within=30)


@on_jumping_clock
async def test_settings_are_replaced_under_way_in_either_direction() -> None:
    async with ends(2) as (edge, cloud), Relay(LinkSettings(delay=1), LinkSettings(delay=2)) as relay:
        door = relay.door("127.0.0.1", cloud.port)
        relay.set(up=LinkSettings(delay=3))
        edge.send(b"ping", door)
        _, seen_from, at = await cloud.receive()
        assert at == 3
        relay.set(down=LinkSettings())
        cloud.send(b"pong", seen_from)
        assert (await edge.receive())[2] == 3
        assert relay.up.settings == LinkSettings(delay=3)


@on_jumping_clock
async def test_after_a_move_the_service_sees_another_address_and_the_old_one_is_dead() -> None:
    async with ends(2) as (edge, cloud), Relay() as relay:
        door = relay.door("127.0.0.1", cloud.port)
        edge.send(b"1", door)
        _, before, _ = await cloud.receive()
        relay.move()
        cloud.send(b"lost", before)
        await hears_nothing(edge)
        edge.send(b"2", door)
        data, after, _ = await cloud.receive()
        assert data == b"2"
        assert after != before
        cloud.send(b"found", after)
        assert (await edge.receive())[:2] == (b"found", door)
        assert relay.moves == 1


@on_jumping_clock
async def test_a_move_also_changes_the_address_that_the_service_was_offered() -> None:
    async with ends(2) as (edge, cloud), Relay() as relay:
        offered = relay.door("127.0.0.1", edge.port, to_offerer=True)
        cloud.send(b"check", offered)
        _, back, _ = await edge.receive()
        relay.move()
        assert relay.door("127.0.0.1", edge.port, to_offerer=True) != offered
        edge.send(b"answer", back)  # the edge has moved and does not know it
        data, seen_from, _ = await cloud.receive()
        assert data == b"answer"
        assert seen_from == relay.door("127.0.0.1", edge.port, to_offerer=True)
        cloud.send(b"old", offered)
        await hears_nothing(edge)


@on_jumping_clock
async def test_packets_under_way_to_an_address_that_is_gone_are_lost() -> None:
    async with ends(2) as (edge, cloud), Relay(down=LinkSettings(delay=1)) as relay:
        door = relay.door("127.0.0.1", cloud.port)
        edge.send(b"1", door)
        _, seen_from, _ = await cloud.receive()
        edge.send(b"2", relay.door("127.0.0.1", cloud.port))
        await cloud.receive()
        relay.move()
        cloud.send(b"late", seen_from)
        await hears_nothing(edge)


@on_jumping_clock
async def test_silence_kills_the_paths_there_are_and_mutes_new_ones_until_it_ends() -> None:
    async with ends(2) as (edge, cloud), Relay() as relay:
        old = relay.door("127.0.0.1", cloud.port)
        edge.send(b"0", old)
        _, seen_from, _ = await cloud.receive()
        relay.silent(True)
        new = relay.door("127.0.0.1", cloud.port)
        assert new != old
        edge.send(b"1", old)
        edge.send(b"2", new)
        cloud.send(b"3", seen_from)
        await hears_nothing(cloud)
        await hears_nothing(edge)
        assert relay.up.counts["silenced"] == 2
        assert relay.down.counts["silenced"] == 1
        relay.silent(False)
        edge.send(b"4", old)
        edge.send(b"5", new)
        assert (await cloud.receive())[0] == b"5"
        await hears_nothing(cloud)


@on_jumping_clock
async def test_many_connections_do_not_use_up_the_machines_sockets() -> None:
    async with ends(2) as (edge, cloud), Relay() as relay:
        kept = relay.door("127.0.0.1", cloud.port)
        for n in range(2 * MOST_GATES):
            relay.door("127.0.0.1", 1000 + n)
            if n % 8 == 0:
                await asyncio.sleep(1)
                edge.send(b"still here", kept)
                await cloud.receive()
        assert len(relay._gates) == MOST_GATES
        assert relay.door("127.0.0.1", cloud.port) == kept
