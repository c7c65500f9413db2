"""The generated world as a camera: what the edge captures when there is neither clip nor device.

Knows time and threads, not what the world shows.
"""

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

import av
import cv2
import numpy as np
import numpy.typing as npt

from overglass_edge.sources.captured import Captured
from overglass_edge.sources.pacing import Clock, SystemClock
from overglass_edge.sources.threaded import ThreadedCamera
from overglass_protocol.errors import SourceError
from overglass_protocol.provenance.terms import SourceType
from overglass_simulators.motion import Motion
from overglass_simulators.world.fiducials import Fiducial, around
from overglass_simulators.world.scene import pinhole
from overglass_simulators.world.world import FIELD, World

_TICKS = 90_000
"RTP's clock for video, a second."
_LOOK = 0.2
"Seconds before painting begins: who only looks at the attributes and leaves need not wait for it."
_EASE = 0.9
"What is expected of a picture's cost, as a share of what was expected of the one before."


class WorldCamera(ThreadedCamera):
    """A way through the world of `seed`, in real time from the first pull on; see `Camera`.

    Pictures are rendered ahead of their time in a thread of its own and handed out on it, so that
    rendering is no part of anybody's latency. `dropped` counts pictures `late` (never rendered, since
    they would not have been ready) and `displaced` (nobody took them in time). Every picture comes
    with its exact pose.
    """

    digital_source = SourceType.VIRTUAL

    def __init__(
        self,
        seed: int | str = 0,
        *,
        size: tuple[int, int] = (848, 480),
        fps: float = 30.0,
        clock: Clock | None = None,
        motion: Motion | None = None,
        fiducials: bool | Sequence[Fiducial] = False,
    ) -> None:
        """`size` is width and height, even; `motion` and `fiducials` as in `World`.

        Raises SourceError for what cannot be.
        """
        if min(size) < 16 or size[0] % 2 or size[1] % 2 or fps <= 0:
            raise SourceError(
                f"the world cannot be seen at {size[0]}x{size[1]} and {fps:g} fps",
                cure="Give an even width and height, as 848x480, and a rate above 0.",
            )
        super().__init__(f"generated street {seed}")
        self._seed = _number(seed)
        self.width, self.height = size
        self.fps = fps
        self.intrinsics = pinhole(*size, FIELD)
        self._clock = clock or SystemClock()
        self._motion = motion
        self.fiducials = around() if fiducials is True else tuple(fiducials or ())
        self.began = 0.0
        "When the motion's time was 0, on `time.monotonic()`; true from the first picture on."

    def _open(self) -> None:
        """There is nothing to open; painting waits for somebody who means to look."""

    def _captures(self) -> Iterator[Captured]:
        self._pulled.wait(_LOOK)
        if self._stop.is_set():
            return
        world = World(self._seed, self.width, self.height, motion=self._motion, fiducials=self.fiducials)
        picture = world.render(0.0)
        self._pulled.wait()
        self.began = start = self._clock.now()
        turn, cost = 0, 0.0
        while not self._stop.is_set():
            time = turn / self.fps
            self._clock.wait_until(start + time, self._stop)
            yield Captured(_frame(picture, time), start + time, world.path(time))
            began = self._clock.now()
            turn = self._next_turn(turn, began + cost - start)
            picture = world.render(turn / self.fps)
            # What is slow once is likely to be slow again for a while.
            cost = max(self._clock.now() - began, _EASE * cost)

    def _next_turn(self, turn: int, ready: float) -> int:
        """The next picture whose time is not before `ready`, seconds since the first."""
        following = max(turn + 1, math.ceil(ready * self.fps - 1e-6))
        if following > turn + 1:
            self.dropped["late"] += following - turn - 1
        return following

    def _close(self) -> None:
        """Nothing was opened."""


def _number(seed: int | str) -> int:
    try:
        return abs(int(seed))
    except ValueError as error:
        raise SourceError(f"{seed!r} is no seed of a world", cure="Give a whole number.") from error


def _frame(picture: npt.NDArray[np.uint8], time: float) -> av.VideoFrame:
    """(height, width, 3) BGR to `yuv420p`, BT.601 in limited range."""
    planes = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    frame.pts, frame.time_base = round(time * _TICKS), Fraction(1, _TICKS)
    return frame
