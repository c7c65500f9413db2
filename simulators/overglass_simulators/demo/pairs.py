"""Puts each picture that comes back beside the camera's picture that it was made of, by frame id."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import av

from overglass_edge.sources import Captured
from overglass_edge.trip import Trip
from overglass_protocol.frame import Frame
from overglass_protocol.scene import Scene

UNDER_WAY = 64
"Pictures kept for their results: two seconds at 30 fps; a result later than that has no partner."


@dataclass(frozen=True, slots=True)
class Pair:
    """The same instant twice. Neither picture may be written to, its `pts` included."""

    camera: av.VideoFrame
    result: av.VideoFrame
    trip: Trip
    scene: Scene | None = None
    "What was found in it, to be drawn over the result."


class Pairing:
    """A display (see `Display`), and what a Tee calls. Keeps references and copies nothing."""

    def __init__(self, takers: Sequence[Callable[[Pair], None]]) -> None:
        """Each taker is called with every pair and must not wait."""
        self._takers = takers
        self._seen: OrderedDict[int, av.VideoFrame] = OrderedDict()

    def seen(self, frame_id: int, captured: Captured) -> None:
        self._seen[frame_id] = captured.picture
        while len(self._seen) > UNDER_WAY:
            self._seen.popitem(last=False)

    def show(self, frame: Frame, trip: Trip | None) -> None:
        if trip is None:
            return
        picture = self._seen.get(trip.frame_id)
        # Frames come back in order: what is older will not come any more.
        while self._seen and next(iter(self._seen)) <= trip.frame_id:
            self._seen.popitem(last=False)
        if picture is not None:
            pair = Pair(picture, frame.picture, trip, frame.envelope.scene if frame.envelope else None)
            for take in self._takers:
                take(pair)

    def close(self) -> None:
        self._seen.clear()
