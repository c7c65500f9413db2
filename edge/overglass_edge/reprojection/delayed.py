"""Own camera pictures, kept until the overlay painted for them is back: together they fit to the pixel.

It costs the overlay's whole round trip as latency of what is seen, and nothing in accuracy. Knows no clock
and no pixels.
"""

from dataclasses import dataclass

from overglass_edge.reprojection.layer import Picture


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A camera's picture as it was."""

    frame_id: int
    capture_time: float
    "Seconds on this machine's monotonic clock."
    picture: Picture

    def age(self, now: float) -> float:
        """Seconds since it was captured: the latency at which the world is seen."""
        return now - self.capture_time


class DelayedComposition:
    """Keeps at most so many pictures, and so many bytes of them: one second at 30 a second, 720 lines.

    The oldest go first. Pictures are kept as they are, not copied: nobody may write to them any more.
    """

    def __init__(self, most: int = 30, most_bytes: int = 96 * 1024 * 1024) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._kept: dict[int, Kept] = {}
        self._bytes = 0
        self._dropped = 0

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def kept_bytes(self) -> int:
        return self._bytes

    @property
    def dropped(self) -> int:
        "Pictures that had to go to make room, before an overlay for them or a later one came."
        return self._dropped

    def keep(self, frame_id: int, capture_time: float, picture: Picture) -> None:
        """A picture that is on its way to be painted. The same frame id again takes the older one's place.

        One that is larger than all the room there is not kept.
        """
        self._forget(frame_id)
        if picture.nbytes > self._most_bytes:
            self._dropped += 1
            return
        self._kept[frame_id] = Kept(frame_id, capture_time, picture)
        self._bytes += picture.nbytes
        while len(self._kept) > self._most or self._bytes > self._most_bytes:
            self._forget(next(iter(self._kept)))
            self._dropped += 1

    def matched(self, frame_id: int) -> Kept | None:
        """The very picture to which an overlay belongs; None if it is not kept any more.

        It stays, for the next refresh of the display; older ones go, since time does not run back.
        """
        found = self._kept.get(frame_id)
        if found is None:
            return None
        while (oldest := next(iter(self._kept))) != frame_id:
            self._forget(oldest)
        return found

    def _forget(self, frame_id: int) -> None:
        gone = self._kept.pop(frame_id, None)
        if gone is not None:
            self._bytes -= gone.picture.nbytes
