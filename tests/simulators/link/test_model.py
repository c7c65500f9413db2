"""The same seed does the same to the same packets, whenever they come."""

import hashlib
import random
import struct

from overglass_simulators.link import LinkModel, LinkSettings, named

PACKETS = 5000


def decisions(settings: LinkSettings, seed: int, clock: list[float]) -> bytes:
    """What becomes of packets sent at those times, byte for byte: lost, or the extra seconds each takes."""
    model = LinkModel(settings, seed)
    dues = [model.send(1200, now) for now in clock]
    return b"".join(
        struct.pack("<d", -1.0 if due is None else round(due - now, 6))
        for due, now in zip(dues, clock, strict=True)
    )


def lost(settings: LinkSettings, seed: int, clock: list[float]) -> bytes:
    model = LinkModel(settings, seed)
    return bytes(model.send(1200, now) is None for now in clock)


def even(step: float) -> list[float]:
    return [n * step for n in range(PACKETS)]


def hurried(seed: int) -> list[float]:
    times, now = [], 0.0
    luck = random.Random(seed)
    for _ in range(PACKETS):
        now += luck.expovariate(400)
        times.append(now)
    return times


def test_two_runs_with_the_same_seed_decide_the_same_byte_for_byte() -> None:
    for name in ("lte", "hotel", "train"):
        one, two = (decisions(named(name), 7, even(0.01)) for _ in range(2))
        assert hashlib.sha256(one).digest() == hashlib.sha256(two).digest()
        assert one != decisions(named(name), 8, even(0.01))


def test_which_packets_are_lost_does_not_hang_on_when_they_come() -> None:
    settings = LinkSettings(loss=0.03, delay=0.02, jitter=0.03)
    expected = lost(settings, 3, even(0.01))
    assert 50 < sum(expected) < 300
    assert lost(settings, 3, hurried(1)) == lost(settings, 3, hurried(2)) == expected


def test_settings_that_change_under_way_do_not_change_anybodys_luck() -> None:
    bad = LinkSettings(loss=0.05)
    expected = lost(bad, 4, even(0.01))
    model = LinkModel(LinkSettings(), 4)
    assert all(model.send(1200, n * 0.01) is not None for n in range(1000))
    model.settings = bad
    rest = bytes(model.send(1200, n * 0.01) is None for n in range(1000, PACKETS))
    assert rest == expected[1000:]
