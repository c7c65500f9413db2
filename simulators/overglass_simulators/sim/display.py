"""The display of simulated glasses: at each refresh, what returned is brought to where the head will be.

Knows the display's profile and the head; knows neither link nor cloud, nor how things look: that is `Eye`'s,
and is asked only while somebody watches. Works in a thread of its own.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import structlog

from overglass_edge.reprojection.fade import Fade
from overglass_edge.reprojection.head import MAX_EXTRAPOLATION, HeadTrack
from overglass_edge.sources.captured import Captured
from overglass_edge.trip import Trip
from overglass_protocol.errors import OverglassError
from overglass_protocol.frame import Frame
from overglass_protocol.imu import ImuSample
from overglass_protocol.pose import Pose
from overglass_protocol.rotation import angle, inverse, multiply
from overglass_simulators.devices.device import Device
from overglass_simulators.sim.camera import SimulatedCamera
from overglass_simulators.sim.eye import Eye, Glance, pixels
from overglass_simulators.sim.place import Place
from overglass_simulators.sim.subject import Mode, Picture, Registration, Views

log = structlog.get_logger()

MOST_REFRESH, LEAST_REFRESH = 60.0, 30.0
"Refreshes a second that are simulated: a desk has no use for more. A device without a display has the least."
MOST_LOOKS = 25.0
"A second: rendering what is seen takes from the session that is shown."
ENDS_WITHIN = 5.0
"Seconds that leaving waits for a picture under way."
FADE = Fade()
"As `Reprojector` has it."
_DEGREES = 57.29577951308232


@dataclass(frozen=True, slots=True)
class Refreshed:
    """One refresh, in numbers. Times in monotonic seconds."""

    done: float
    "When the picture was handed to the display."
    photon: float
    "When its light is seen."
    registration: Registration | None
    "None until something returned from a device that knows its head."
    first_of: Trip | None
    "The frame that is seen for the first time."


class WornDisplay:
    """`Display`, and a context manager around its thread."""

    def __init__(
        self,
        device: Device,
        camera: SimulatedCamera,
        place: Place,
        refreshed: Callable[[Refreshed], None],
        numbers: Iterator[int],
        *,
        mode: Mode,
        look: str,
    ) -> None:
        """`refreshed` is called in the display's thread at each refresh, and must not wait.

        `numbers` are for the views.
        """
        self.mode: Mode = mode
        self.look = look
        "That the service was asked for."
        self._device, self._camera = device, camera
        self._eye = Eye(device, camera, place)
        self._refreshed, self._numbers = refreshed, numbers
        self._track = HeadTrack()
        self._track_lock = threading.Lock()
        self._newest: tuple[Frame, Trip] | None = None
        self._stop = threading.Event()
        self._asked = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, name="worn display", daemon=True),
            threading.Thread(target=self._watch, name="worn eye", daemon=True),
        ]
        self._views: Views | None = None
        self._waiting: set[asyncio.Future[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def __enter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._asked.set()
        for thread in self._threads:
            thread.join(ENDS_WITHIN)
        self._wake()

    @property
    def contrast(self) -> float | None:
        """Of what was last looked at; see `Eye`."""
        return self._eye.contrast

    def show(self, frame: Frame, trip: Trip | None) -> None:
        """Takes what came back."""
        if trip is not None:
            self._newest = frame, trip

    def close(self) -> None:
        """Nothing is kept."""

    def captured(self, frame_id: int, captured: Captured) -> None:
        """Takes what the camera gave: what the wearer of a video see-through display sees, and the page."""
        self._eye.keep(frame_id, captured)

    def feel(self, samples: Sequence[ImuSample]) -> None:
        """Takes what the inertial sensor measured."""
        with self._track_lock:
            for sample in samples:
                self._track.add_imu(sample)

    def returned_picture(self) -> Picture:
        """The newest that came back, as it came. Raises OverglassError before there is one."""
        return pixels(self._latest()[0].picture)

    def matched_picture(self) -> Picture:
        """The camera's picture of which that was made. Raises OverglassError when it is too long ago."""
        matched = self._eye.matched(self._latest()[1].frame_id)
        if matched is None:
            raise OverglassError("the picture that was sent is not kept any more", cure="Ask sooner.")
        return pixels(matched)

    def _latest(self) -> tuple[Frame, Trip]:
        if self._newest is None:
            raise OverglassError("no picture has come back yet", cure="Wait for one first.")
        return self._newest

    async def views(self, after: int, within: float) -> Views | None:
        """See `Subject`."""
        if self._views is None or self._views.number <= after:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.add(waiter)
            self._asked.set()
            try:
                await asyncio.wait({waiter}, timeout=within)
            finally:
                self._waiting.discard(waiter)
        newest = self._views
        return newest if newest is not None and newest.number > after else None

    def _run(self) -> None:
        display = self._device.display
        rate = (
            max(LEAST_REFRESH, min(MOST_REFRESH, display.refresh)) if display is not None else LEAST_REFRESH
        )
        last_id, due = -1, time.monotonic()
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            due = max(due + 1 / rate, time.monotonic())
            try:
                last_id = self._refresh(last_id)
            except Exception:
                # Top of the thread: a refresh that fails must not end the session.
                log.exception("a refresh failed")

    def _watch(self) -> None:
        """Looks as often as somebody asks, in a thread of its own: refreshes keep their pace meanwhile."""
        due = time.monotonic()
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            self._asked.wait()
            self._asked.clear()
            if self._stop.is_set():
                return  # woken only to end
            due = time.monotonic() + 1 / MOST_LOOKS
            try:
                self._look(next(self._numbers))
            except RuntimeError:
                return  # the loop has closed: the session is over
            except Exception:
                log.exception("a look failed")

    def _refresh(self, last_id: int) -> int:
        newest = self._newest
        done = time.monotonic()
        photon = done + (self._device.display.latency if self._device.display is not None else 0.0)
        if newest is None:
            return last_id
        frame, trip = newest
        pose = frame.envelope.pose if frame.envelope is not None else None
        first = trip if trip.frame_id != last_id else None
        self._refreshed(Refreshed(done, photon, self._registration(trip, pose, photon), first))
        return trip.frame_id

    def _registration(self, trip: Trip, captured: Pose | None, photon: float) -> Registration | None:
        """By how much a thing at infinity is misplaced at the photon's time, turned as the mode turns it.

        None where the head is not known, or where nothing is shown any more since it is too old.
        """
        if captured is None or FADE.opacity(photon - trip.capture_time) == 0:
            return None
        before, now = self._camera.true_pose(trip.capture_time), self._camera.true_pose(photon)
        truly = multiply(inverse(now.orientation), before.orientation)
        plain = angle((1.0, 0.0, 0.0, 0.0), truly) * _DEGREES
        if self.mode == "none":
            return Registration(plain, plain)
        if self.mode == "delayed":
            # Only before a picture that is as old does what is not turned fit.
            return Registration(0.0 if self._hides_the_world else plain, plain)
        believed = self._believed(photon)
        if believed is None:
            return Registration(plain, plain)
        done = multiply(inverse(believed.orientation), captured.orientation)
        return Registration(angle(done, truly) * _DEGREES, plain)

    @property
    def _hides_the_world(self) -> bool:
        display = self._device.display
        return display is not None and display.kind in ("video-see-through", "screen")

    def _believed(self, photon: float) -> Pose | None:
        """Where the head is thought to be; without prediction, where it was last known to be."""
        with self._track_lock:
            predict = 0.0 if self.mode == "warp" else MAX_EXTRAPOLATION
            felt = self._track.pose(photon, predict)
        return None if felt is None else self._camera.placed(felt, photon)

    def _look(self, number: int) -> None:
        photon = time.monotonic() + (
            self._device.display.latency if self._device.display is not None else 0.0
        )
        believed = self._believed(photon) if self.mode != "none" else None
        glance = Glance(number, self.mode, photon, believed, self._newest, self.look)
        views = self._eye.look(glance)
        if self._loop is None:
            return
        if views is None:
            self._asked.set()  # the camera has given nothing yet: look again
        else:
            self._loop.call_soon_threadsafe(self._publish, views)

    def _publish(self, views: Views) -> None:
        self._views = views
        self._wake()

    def _wake(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
