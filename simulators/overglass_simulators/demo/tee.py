"""A camera that lets somebody else see its pictures too, and that can be told to end."""

import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Self

import av

from overglass_edge.sources import Camera, Captured
from overglass_protocol.pose import Intrinsics

RECENT = 10.0
"Seconds that count as of late."


class Tee:
    """Shows `seen(frame_id, captured)` each picture before the agent has it; see `Camera`.

    Ids count from 0, as the agent's do. `seen` is called on the event loop and never waits.
    """

    def __init__(
        self, camera: Camera, seen: Callable[[int, Captured], None], seconds: float | None = None
    ) -> None:
        """`camera` is open already; leaving closes it. Ends after `seconds` of pictures, or with it."""
        self.entered_at: float | None = None
        "When the agent took it up, monotonic seconds: its first offer goes out now."
        self.ended = False
        "Whether it was told to end."
        self._camera = camera
        self._seen = seen
        self._seconds = seconds
        self._next_id = 0
        self._first = self._last = 0.0
        self._recent: deque[float] = deque()

    def end(self) -> None:
        """No picture after this; the agent ends as if the camera had."""
        self.ended = True

    @property
    def seconds(self) -> float:
        """Between the first picture and the last so far."""
        return self._last - self._first

    @property
    def rate(self) -> float | None:
        """Pictures a second so far; None before the second one."""
        return (self._next_id - 1) / self.seconds if self.seconds > 0 else None

    @property
    def recent_rate(self) -> float | None:
        """Likewise, of the last RECENT seconds."""
        times = self._recent
        return (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 and times[-1] > times[0] else None

    @property
    def name(self) -> str:
        return self._camera.name

    @property
    def width(self) -> int:
        return self._camera.width

    @property
    def height(self) -> int:
        return self._camera.height

    @property
    def fps(self) -> float:
        return self._camera.fps

    @property
    def intrinsics(self) -> Intrinsics:
        return self._camera.intrinsics

    @property
    def sound(self) -> av.AudioStream | None:
        return self._camera.sound

    @property
    def dropped(self) -> Counter[str]:
        return self._camera.dropped

    async def __aenter__(self) -> Self:
        self.entered_at = time.monotonic()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self.end()
        await self._camera.__aexit__(*exc_info)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Captured:
        captured = await self._camera.__anext__()
        at = captured.capture_time
        if self._next_id == 0:
            self._first = at
        if self.ended or (self._seconds is not None and at >= self._first + self._seconds):
            raise StopAsyncIteration
        self._last = at
        self._recent.append(at)
        while self._recent[0] < at - RECENT:
            self._recent.popleft()
        self._seen(self._next_id, captured)
        self._next_id += 1
        return captured
