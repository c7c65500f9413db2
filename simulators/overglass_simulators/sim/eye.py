"""What is seen: by the camera, and by the wearer through the display, with and without reprojection.

Knows pictures and optics; neither threads nor the passing of time: it is asked, and looks.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace

import av
import cv2
import numpy as np

from overglass_edge.overlay import with_scene
from overglass_edge.reprojection import compose
from overglass_edge.reprojection.layer import Layer
from overglass_edge.reprojection.reprojector import Reprojector, Shown
from overglass_edge.sources.captured import Captured
from overglass_edge.trip import Trip
from overglass_protocol.frame import Frame
from overglass_protocol.pose import Intrinsics, Pose
from overglass_simulators.devices.device import Device, DisplayModel
from overglass_simulators.optics import Optics, eye_view
from overglass_simulators.sim.camera import SimulatedCamera
from overglass_simulators.sim.place import Place
from overglass_simulators.sim.subject import Mode, Picture, Views

SIZE = (640, 480)
"Of what the wearer sees: enough for a page, and quick."
PANEL = 640
"Pixels that a display is wide at most while it is drawn; the view has no more."
BESIDE = 1.3
"How much wider than its display the eye's view is: what lies beyond the edge belongs to the picture."
LEAST, MOST = 0.6, 1.75
"Radians across the eye's view, whatever the display."
UNPAINTED = "none"
"The look that leaves the picture as it is: an additive display would only double the world with it."
NEAR = 2.0
"Metres at which the mode `plane` takes the world to be."
KEPT = 64
"Camera pictures kept for what comes back: two seconds at 30 a second."
CONTRAST_EVERY = 10
"Looks between two measurements of contrast."
LIGHT = "marks"
"The look that draws on black, whatever the display; black of it is nothing."
DARK = 24
"Steps of brightness up to which a codec's noise on black is taken for black."


@dataclass(frozen=True, slots=True)
class Glance:
    """One look through the display."""

    number: int
    mode: Mode
    photon: float
    "When its light is seen, monotonic seconds."
    believed: Pose | None
    "Where the head is thought to be then; None: unknown, or nothing is to be done about it."
    returned: tuple[Frame, Trip] | None
    "The newest picture that came back."
    look: str
    "It is painted with, as far as is known."


class Eye:
    """Looks, in one thread; `keep` and `matched` may be called from another."""

    def __init__(self, device: Device, camera: SimulatedCamera, place: Place) -> None:
        self.contrast: float | None = None
        "Of the overlay before the world, 0 to 1, as last measured; None where nothing is laid over it."
        self._camera, self._lens, self._display = camera, device.camera, device.display
        self._kept: OrderedDict[int, av.VideoFrame] = OrderedDict()
        self._lock = threading.Lock()
        self._view = eye_view(*SIZE, across(device.display))
        self._optics = Optics(device.display, self._view)
        hides = device.display is not None and device.display.kind == "video-see-through"
        self._modes = tuple(self._lens.intrinsics(mode) for mode in self._lens.modes)
        panel = panel_of(device.display) if device.display is not None else self._view
        self._world = place.seen_by(panel if hides else self._view)
        self._dark: Picture = np.zeros((self._view.height, self._view.width, 3), np.uint8)
        self._below, self._above, self._plain = (Reprojector(panel) for _ in range(3))
        self._made_for: tuple[int, bool, float | None, bool] | None = None
        self._made: Layer | None = None

    def keep(self, frame_id: int, captured: Captured) -> None:
        """Takes a picture of the camera's."""
        with self._lock:
            self._kept[frame_id] = captured.picture
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)

    def matched(self, frame_id: int) -> av.VideoFrame | None:
        """The camera's picture of that id, if it is not too long ago."""
        with self._lock:
            return self._kept.get(frame_id)

    def look(self, glance: Glance) -> Views | None:
        """None before the camera has given a picture."""
        with self._lock:
            newest = next(reversed(self._kept.values()), None)
        if newest is None:
            return None
        world = self._world_at(glance.photon)
        worn = self._seen(world, newest, glance)
        plain = worn
        if glance.mode != "none":
            plain = self._seen(world, newest, replace(glance, mode="none", believed=None))
        frame_id = glance.returned[1].frame_id if glance.returned is not None else None
        return Views(glance.number, pixels(newest), worn, plain, frame_id)

    def _world_at(self, moment: float) -> Picture:
        """Through the display's own lens where it hides the world: then its cameras show it."""
        at = moment - self._camera.start
        return self._world.render(at, self._camera.motion.pose(at))

    def _seen(self, world: Picture, newest: av.VideoFrame, glance: Glance) -> Picture:
        """`world` is what there is to be seen at the photon's time."""
        if self._display is None or self._display.kind == "none":
            return self._optics.seen(world, None)
        overlay = self._overlay(glance)
        match self._display.kind:
            case "additive":
                shown = None if overlay is None else compose.light(overlay)
            case "video-see-through":
                shown = self._passed_through(world, overlay, glance)
                world = self._dark
            case _:
                shown = self._over_camera(newest, overlay, glance)
        if shown is not None and glance.number % CONTRAST_EVERY == 0 and glance.mode != "none":
            self.contrast = self._optics.contrast(world, shown)
        return self._optics.seen(world, shown)

    def _passed_through(self, world: Picture, overlay: Shown | None, glance: Glance) -> Picture:
        """What a headset's own cameras show of the world, and the overlay over it.

        Headsets turn their cameras' pictures to the photon's time, so that is how the world is seen; but in
        the mode `delayed` it is as old as what is laid over it, and the two fit to the pixel.
        """
        if glance.mode == "delayed" and glance.returned is not None:
            world = self._world_at(glance.returned[1].capture_time)
        return world if overlay is None else compose.over(world, overlay)

    def _over_camera(self, newest: av.VideoFrame, overlay: Shown | None, glance: Glance) -> Picture:
        """The camera's picture as it was taken, and over it what came back."""
        if glance.mode == "delayed" and glance.returned is not None:
            newest = self.matched(glance.returned[1].frame_id) or newest
        seen = lens_of(newest, self._modes)
        base = self._below.show(
            Layer(pixels(newest), seen, glance.photon, anchor="head"), None, glance.photon
        )
        below = compose.light(base)
        return below if overlay is None else compose.over(below, overlay)

    def _overlay(self, glance: Glance) -> Shown | None:
        """What came back, where the display shows it; clear where there is nothing."""
        if glance.returned is None or self._display is None:
            return None
        drawings = self._display.kind == "additive" and glance.look == UNPAINTED
        layer = self._layer_of(*glance.returned, glance, only_drawings=drawings)
        if layer is None:
            return None
        reprojector = self._plain if glance.mode == "none" else self._above
        believed = None if glance.mode == "delayed" else glance.believed
        return reprojector.show(layer, believed or layer.pose, glance.photon)

    def _layer_of(self, frame: Frame, trip: Trip, glance: Glance, *, only_drawings: bool) -> Layer | None:
        """Made once for a frame, since what is prepared for showing it is kept with it."""
        depth = NEAR if glance.mode == "plane" else None
        made_for = (trip.frame_id, only_drawings, depth, glance.look == LIGHT)
        if self._made_for == made_for:
            return self._made
        picture, envelope = frame.picture, frame.envelope
        scene = envelope.scene if envelope is not None else None
        self._made_for, self._made = made_for, None
        if only_drawings and scene is None:
            return None
        additive = self._display is not None and self._display.kind == "additive"
        drawn = with_scene(black_like(picture) if only_drawings else picture, scene, additive=additive)
        pose = envelope.pose if envelope is not None else None
        paint = pixels(drawn)
        if glance.look == LIGHT and not only_drawings:
            paint = clear_where_black(paint)
        self._made = Layer(paint, lens_of(picture, self._modes), trip.capture_time, pose, depth=depth)
        return self._made


def across(display: DisplayModel | None) -> float:
    """Radians across the eye's view. Beside what hides the world there is nothing to be seen."""
    if display is None:
        return LEAST
    wider = 1.0 if display.kind == "video-see-through" else BESIDE
    return min(MOST, max(LEAST, wider * display.field_of_view))


def lens_of(picture: av.VideoFrame, modes: tuple[Intrinsics, ...]) -> Intrinsics:
    """The lens for a picture of that size: that of a mode, or the first one scaled, as the service may do."""
    for lens in modes:
        if (lens.width, lens.height) == (picture.width, picture.height):
            return lens
    return modes[0].scaled_to(picture.width, picture.height)


def panel_of(display: DisplayModel) -> Intrinsics:
    """The display's own projection, with PANEL columns at most."""
    lens = display.intrinsics()
    if lens.width <= PANEL:
        return lens
    return lens.scaled_to(PANEL, round(PANEL * lens.height / lens.width))


def pixels(picture: av.VideoFrame) -> Picture:
    """(height, width, 3), blue green red, of a `yuv420p` picture."""
    return np.asarray(cv2.cvtColor(picture.to_ndarray(), cv2.COLOR_YUV2BGR_I420), np.uint8)


def black_like(picture: av.VideoFrame) -> av.VideoFrame:
    """A black picture of the same size and time."""
    planes = np.full((picture.height * 3 // 2, picture.width), 128, np.uint8)
    planes[: picture.height] = 16
    black = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    black.pts = picture.pts
    return black


def clear_where_black(picture: Picture) -> Picture:
    """(h, w, 4) premultiplied: as bright as it is, so opaque; what was drawn on black lies over anything."""
    alpha = picture.max(axis=2, keepdims=True)
    return np.concatenate([picture, np.where(alpha > DARK, alpha, 0).astype(np.uint8)], axis=2)
