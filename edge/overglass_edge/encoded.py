"""When pictures under way were encoded, until they return. Knows frame ids and times only."""

from collections import OrderedDict

from overglass_protocol.envelope import Envelope

_KEPT = 256
"Frames; who has not returned by then never will."


class EncodedTimes:
    """Noted in the encoder's thread, taken in another; a dict's own operations are atomic."""

    def __init__(self) -> None:
        self._times: OrderedDict[int, float] = OrderedDict()

    def note(self, envelope: Envelope, at: float) -> None:
        """`at` in seconds on this machine's monotonic clock."""
        self._times[envelope.frame_id] = at
        while len(self._times) > _KEPT:
            self._times.popitem(last=False)

    def take(self, frame_id: int) -> float | None:
        """None for a frame that was not noted, or was taken already."""
        return self._times.pop(frame_id, None)
