"""When each frame is exposed, comes back and is shown, and what pings are exchanged meanwhile.

Decides by a rig and a link's seeded luck alone; knows no motion and no pose.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from overglass_protocol.session import PING_EVERY, PING_EVERY_AT_FIRST, PINGS_AT_FIRST
from overglass_simulators.link import LinkModel, LinkSettings
from overglass_simulators.registration.rig import Link, Rig, Skew

PACKETS, BYTES = 6, 1200
"A frame's: it is there when its last packet is."
_STACK = 0.0002
"Seconds each way besides the link's own: no packet is there at once."
_ANSWER = 0.0001
"Seconds from a ping's arrival until its answer leaves."


@dataclass(frozen=True, slots=True)
class Returned:
    """A frame that came back. Seconds on the display's clock, but for `stamp`."""

    frame_id: int
    exposed: float
    stamp: float
    "When it was exposed, on the camera's clock: all that its envelope says."
    ready: float
    "When it can be shown."


@dataclass(frozen=True, slots=True)
class Exchange:
    """A ping and its pong, as `ClockEstimate.add` takes them."""

    sent: float
    received: float
    "On the camera's clock, as `answered` is."
    answered: float
    returned: float


@dataclass(frozen=True, slots=True)
class Refresh:
    """One picture of the display."""

    at: float
    "When its pose is asked for."
    photon: float
    "When its light is seen."
    frame: Returned
    "The newest by then."


@dataclass(frozen=True, slots=True)
class Traffic:
    frames: tuple[Returned, ...]
    "In the order they are ready."
    exchanges: tuple[Exchange, ...]


def traffic(rig: Rig, link: Link, skew: Skew, seconds: float, seed: int) -> Traffic:
    """All that passes in so many seconds from time 0 on. Pings share the link with the frames."""
    settings = LinkSettings(delay=_STACK + link.round_trip / 2, jitter=link.jitter)
    up, down = LinkModel(settings, 2 * seed), LinkModel(settings, 2 * seed + 1)
    exposures = [n / rig.fps for n in range(int(seconds * rig.fps))]
    there = [(at + rig.handed_out + rig.encode, "frame", at) for at in exposures]
    there += [(at, "ping", at) for at in _ping_times(seconds)]
    arrived = [(_passed(up, kind, left), kind, at) for left, kind, at in sorted(there)]
    served = _served(rig, [(due, at) for due, kind, at in arrived if kind == "frame"])
    back = [(done, "frame", at, done) for done, at in served]
    back += [(due + _ANSWER, "ping", at, due) for due, kind, at in arrived if kind == "ping"]
    frames: list[Returned] = []
    exchanges: list[Exchange] = []
    for left, kind, at, received in sorted(back):
        due = _passed(down, kind, left)
        if kind == "ping":
            exchanges.append(Exchange(at, skew.reading(received), skew.reading(left), due))
        else:
            frames.append(Returned(round(at * rig.fps), at, skew.reading(at), due + rig.decode))
    return Traffic(tuple(frames), tuple(exchanges))


def refreshes(rig: Rig, frames: tuple[Returned, ...], start: float, end: float) -> Iterator[Refresh]:
    """What the display shows in a stretch of time. Before the first frame is ready it shows nothing."""
    newest = -1
    for tick in range(math.ceil(start * rig.refresh), math.ceil(end * rig.refresh)):
        at = tick / rig.refresh
        while newest + 1 < len(frames) and frames[newest + 1].ready <= at:
            newest += 1
        if newest >= 0:
            yield Refresh(at, at + rig.photon, frames[newest])


def _ping_times(seconds: float) -> Iterator[float]:
    """As the edge's session sends them."""
    at, sent = 0.0, 0
    while at < seconds:
        yield at
        sent += 1
        at += PING_EVERY_AT_FIRST if sent < PINGS_AT_FIRST else PING_EVERY


def _passed(way: LinkModel, kind: str, now: float) -> float:
    """When all of it has arrived. Nothing is lost on this link."""
    due = [way.send(BYTES, now) for _ in range(PACKETS if kind == "frame" else 1)]
    return max(at for at in due if at is not None)


def _served(rig: Rig, arrivals: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """(done, exposed) of frames that the service paints; one that waits is displaced by the next."""
    free = 0.0
    for n, (arrived, exposed) in enumerate(arrivals):
        starts = max(free, arrived)
        if n + 1 < len(arrivals) and arrivals[n + 1][0] <= starts:
            continue
        free = starts + rig.serve
        yield free, exposed
