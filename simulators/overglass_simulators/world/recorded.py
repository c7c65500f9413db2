"""A recorded video as a world: its pictures at their times, turned to wherever the head looks.

Only turned: nothing is known of depth, so who moves aside sees no more of it. Knows no file formats.
"""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from overglass_protocol.errors import SourceError
from overglass_protocol.pose import Intrinsics, Pose
from overglass_protocol.rotation import angle, matrix
from overglass_simulators.motion import Motion
from overglass_simulators.motion.analytic import Still as StandingStill
from overglass_simulators.motion.choice import from_recording
from overglass_simulators.motion.recorded import Trace
from overglass_simulators.world.fiducials import Fiducial
from overglass_simulators.world.reels import Reel, Still, reel_of
from overglass_simulators.world.scene import pinhole

Picture = npt.NDArray[np.uint8]

_KEPT_BYTES = 64 * 2**20
"""Of pictures that were decoded last: a camera asks for the moment of exposure and a display for that of
light, in turns, and going back means decoding from the beginning."""
_SAME = 1e-7
"Radians below which a picture is handed out as it is."


class RecordedWorld:
    """Plays `path`, a video file or a session folder, again and again; see `Surroundings`.

    Raises SourceError or RecordingError when there is nothing to play. Not for several threads at once.
    """

    def __init__(
        self,
        path: Path | str,
        width: int | None = None,
        height: int | None = None,
        *,
        field: float | None = None,
    ) -> None:
        """Seen by the camera that took it, or by one of `width` by `height` with `field` radians across.

        Nobody measured the lens of a video file, so with `field` it is taken to be wide enough to fill that
        camera's picture.
        """
        self._reel = reel_of(path)
        self.intrinsics = _camera(self._reel.intrinsics, width, height, field)
        own = self._reel.intrinsics
        self._lens = own if self._reel.measured or field is None else _filling(own, self.intrinsics)
        self.fiducials: tuple[Fiducial, ...] = ()
        self.problems = self._reel.problems
        "What is missing or damaged in it, one sentence each."
        self.motion: Motion = StandingStill()
        "How the head moved that took it; it stood still where nothing tells."
        self.why_still = ""
        "Why nothing tells, with what to do about it; empty where something does."
        try:
            self.motion = _Round(from_recording(path, "hold"), self._reel)
        except SourceError as error:
            self.why_still = str(error)
        self._player = _Player(self._reel)

    @property
    def has_motion(self) -> bool:
        """Whether it is known how the head moved."""
        return not self.why_still

    @property
    def seconds(self) -> float:
        """Until it begins again."""
        return self._reel.seconds

    def seen_by(self, intrinsics: Intrinsics) -> "RecordedWorld":
        """The same recording before another camera, with a decoder of its own."""
        world = object.__new__(type(self))
        world.__dict__.update(self.__dict__)
        world.intrinsics, world._player = intrinsics, _Player(self._reel)
        return world

    def path(self, time: float) -> Pose:
        """Where the head was that recorded it. It jumps where the recording begins again."""
        return self.motion.pose(time)

    def render(self, time: float, pose: Pose | None = None) -> Picture:
        """The picture of that time as it is seen from `pose`; black beyond its edges. See `Surroundings`.

        A session's pictures are turned from the very pose they were captured at; those of a video, which may
        be stabilised, from the pose at `time`.
        """
        still = self._player.at(time % self.seconds)
        recorded = still.pose or self.path(time)
        seen = pose or recorded
        picture = np.asarray(still.picture.to_ndarray(format="bgr24"), np.uint8)
        there = self._lens.scaled_to(still.picture.width, still.picture.height)
        if there == self.intrinsics and angle(recorded.orientation, seen.orientation) < _SAME:
            return picture
        turn = _projection(there) @ matrix(recorded.orientation).T @ matrix(seen.orientation)
        homography = turn @ np.linalg.inv(_projection(self.intrinsics))
        return _warped(picture, homography, self.intrinsics)


class _Player:
    """Finds the picture that stands at a time, decoding on from where it is."""

    def __init__(self, reel: Reel) -> None:
        self._reel = reel
        self._stills: Iterator[Still] = iter(())
        self._ended = True
        self._recent: deque[Still] = deque()

    def at(self, time: float) -> Still:
        """The last one not later than `time`, seconds from the first; the first one before that."""
        if not self._recent or time < self._recent[0].time:
            self._start()
        while not self._ended and self._recent[-1].time <= time:
            self._advance()
        fitting = (still for still in reversed(self._recent) if still.time <= time)
        return next(fitting, self._recent[0])

    def _start(self) -> None:
        self._recent.clear()
        self._stills, self._ended = self._reel.stills(), False
        self._advance()
        if not self._recent:
            raise SourceError("no picture of the recording can be decoded", cure="Name another one.")

    def _advance(self) -> None:
        still = next(self._stills, None)
        if still is None:
            self._ended = True
            return
        self._recent.append(still)
        size = still.picture.width * still.picture.height * 3 // 2
        while len(self._recent) > max(2, _KEPT_BYTES // size):
            self._recent.popleft()


class _Round:
    """A recorded motion that begins again with its pictures."""

    def __init__(self, trace: Trace, reel: Reel) -> None:
        self._trace, self._seconds = trace, reel.seconds
        self._ahead = reel.begins - trace.begins
        "Seconds by which the motion was recorded earlier than the pictures."

    def pose(self, time: float) -> Pose:
        return self._trace.pose(self._ahead + time % self._seconds)


def _camera(own: Intrinsics, width: int | None, height: int | None, field: float | None) -> Intrinsics:
    """Sizes even, as 4:2:0 has them."""
    width, height = width or own.width & ~1, height or own.height & ~1
    if width % 2 or height % 2:
        raise ValueError(f"a picture of {width}x{height} cannot be 4:2:0: both have to be even")
    if field is not None:
        return pinhole(width, height, field)
    if (width, height) == (own.width, own.height):
        return own
    # As much of it as fills the picture: nothing is stretched.
    focal = max(own.fx * width / own.width, own.fy * height / own.height)
    return Intrinsics(width, height, focal, focal, (width - 1) / 2, (height - 1) / 2)


def _filling(own: Intrinsics, camera: Intrinsics) -> Intrinsics:
    """A lens for pictures of `own`'s size that sees all that `camera` sees."""
    focal = min(camera.fx * own.width / camera.width, camera.fy * own.height / camera.height)
    return Intrinsics(own.width, own.height, focal, focal, (own.width - 1) / 2, (own.height - 1) / 2)


def _projection(of: Intrinsics) -> npt.NDArray[np.float64]:
    """(3, 3): from a head's axes to homogeneous pixels."""
    return np.array([[of.fx, 0.0, -of.cx], [0.0, -of.fy, -of.cy], [0.0, 0.0, -1.0]])


def _warped(picture: Picture, homography: npt.NDArray[np.float64], to: Intrinsics) -> Picture:
    """`homography` takes pixels of `to` to those of `picture`."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    # What lies behind the recording camera would be seen mirrored.
    corners = np.array([[0, 0, 1], [to.width, 0, 1], [0, to.height, 1], [to.width, to.height, 1]], np.float64)
    ahead = corners @ homography[2] > 1e-6
    if not ahead.any():
        return np.zeros((to.height, to.width, 3), np.uint8)
    turned = np.asarray(
        cv2.warpPerspective(picture, homography, (to.width, to.height), flags=flags), np.uint8
    )
    if not ahead.all():
        rows, columns = np.indices((to.height, to.width))
        turned[homography[2, 0] * columns + homography[2, 1] * rows + homography[2, 2] <= 1e-6] = 0
    return turned
