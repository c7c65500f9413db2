"""Wearers whose pictures wait for one device, on a clock that jumps over what is idle. Pure.

The newest picture of a wearer displaces an older one that still waits, as in the service.
"""

from collections.abc import Callable, Sequence


def arrivals(sessions: int, fps: float, seconds: float) -> list[tuple[float, int]]:
    """When pictures come, and whose, in order; the sessions' phases are spread evenly."""
    return sorted(
        ((number + session / sessions) / fps, session)
        for session in range(sessions)
        for number in range(round(seconds * fps))
    )


def latencies(
    came: Sequence[tuple[float, int]], paint: Callable[[int], float], most: int
) -> tuple[list[float], int]:
    """Seconds from each picture's coming to its end, and how many were displaced.

    `paint` paints so many at once, `most` at most, and says what that took. Who has waited longest is first.
    """
    now, next_one, displaced = 0.0, 0, 0
    waiting: dict[int, float] = {}
    waits: list[float] = []
    while next_one < len(came) or waiting:
        if not waiting:
            now = max(now, came[next_one][0])
        while next_one < len(came) and came[next_one][0] <= now:
            at, session = came[next_one]
            displaced += waiting.pop(session, None) is not None
            waiting[session] = at
            next_one += 1
        chosen = sorted(waiting, key=waiting.__getitem__)[:most]
        now += paint(len(chosen))
        waits += [now - waiting.pop(session) for session in chosen]
    return waits, displaced
