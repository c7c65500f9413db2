"""What the wearer sees through each kind of display, against exact geometry and the world itself."""

import math
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest

from overglass_edge.sources.captured import Captured
from overglass_edge.trip import Trip
from overglass_protocol.envelope import Envelope
from overglass_protocol.frame import Frame
from overglass_simulators.devices.device import Device, DisplayKind
from overglass_simulators.motion.analytic import Constant
from overglass_simulators.optics import eye_view
from overglass_simulators.sim.camera import SimulatedCamera
from overglass_simulators.sim.eye import BESIDE, KEPT, SIZE, Eye, Glance, clear_where_black
from overglass_simulators.sim.subject import Mode, Picture
from tests.simulators.sim.parts import STRIPES, Stripes, device

START, RATE = 100.0, math.radians(30)
CAPTURED, PHOTON = START + 1.0, START + 1.1
DISC = (160, 120)
"Where a disc is drawn on pictures of 320 by 240: off the middle by half a pixel."


class Scene:
    """An eye behind one display, on a head that turns left by 30 degrees a second."""

    def __init__(self, glasses: Device) -> None:
        self.motion = Constant(RATE)
        self.camera = SimulatedCamera(glasses, self.motion, STRIPES.seen_by)
        self.camera.start = START
        self.eye = Eye(glasses, self.camera, STRIPES)

    def keep(self, number: int, picture: Picture) -> None:
        self.eye.keep(number, Captured(yuv(picture), START))

    def glance(
        self, picture: Picture | None, *, mode: Mode = "warp_prediction", look: str = "marks"
    ) -> Glance:
        returned = None
        if picture is not None:
            pose = self.camera.true_pose(CAPTURED)
            envelope = Envelope(0, CAPTURED, pose=pose)
            returned = Frame(yuv(picture), envelope), Trip(0, CAPTURED, CAPTURED + 0.05, {})
        return Glance(10, mode, PHOTON, self.camera.true_pose(PHOTON), returned, look)

    def worn(self, glance: Glance) -> Picture:
        views = self.eye.look(glance)
        assert views is not None
        return views.worn

    def world(self, at: float = PHOTON) -> Picture:
        """With bare eyes."""
        return Stripes(eye_view(*SIZE, BESIDE * math.radians(40))).render(0.0, self.camera.true_pose(at))


def yuv(picture: Picture) -> av.VideoFrame:
    planes = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


def drawn() -> Picture:
    """A white disc on black."""
    picture = np.zeros((240, 320, 3), np.uint8)
    cv2.circle(picture, DISC, 8, (255, 255, 255), -1, cv2.LINE_AA)
    return picture


def grey(value: int = 90) -> Picture:
    return np.full((240, 320, 3), value, np.uint8)


def off_middle(lit: npt.NDArray[Any]) -> float:
    """Columns from the view's middle to where it is lit."""
    columns = np.nonzero(lit.astype(int).sum(2) > 60)[1]
    return float(columns.mean()) - (SIZE[0] - 1) / 2


def expected(turned: float) -> float:
    """Columns off the middle at which the disc is seen after such a turn to the left."""
    camera, view = device().camera.intrinsics(), eye_view(*SIZE, BESIDE * math.radians(40))
    azimuth = math.atan((DISC[0] - camera.cx) / camera.fx)
    return view.fx * math.tan(azimuth + turned)


def difference(one: Picture, other: Picture) -> float:
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


def test_before_the_camera_gives_a_picture_nothing_is_seen() -> None:
    scene = Scene(device(kind="additive"))
    assert scene.eye.look(scene.glance(None)) is None


def test_an_additive_display_lays_light_over_the_world_where_it_belongs() -> None:
    scene = Scene(device(kind="additive"))
    scene.keep(0, grey())
    without, views = scene.worn(scene.glance(None)), scene.eye.look(scene.glance(drawn()))
    assert views is not None
    assert off_middle(cv2.subtract(views.worn, without)) == pytest.approx(expected(0.1 * RATE), abs=1)
    assert off_middle(cv2.subtract(views.plain, without)) == pytest.approx(expected(0), abs=1)
    assert cv2.subtract(without, views.worn).max() <= 1
    assert views.frame_id == 0


def test_glass_takes_some_of_the_worlds_light() -> None:
    scene = Scene(device(kind="additive"))
    scene.keep(0, grey())
    bare, through = scene.world(), scene.worn(scene.glance(None))
    assert 0.85 < through.mean() / bare.mean() < 0.97  # 0.8 of its light


def test_a_look_that_leaves_the_picture_does_not_double_the_world_on_an_additive_display() -> None:
    scene = Scene(device(kind="additive"))
    scene.keep(0, grey())
    without = scene.worn(scene.glance(None))
    assert np.array_equal(scene.worn(scene.glance(grey(200), look="none")), without)
    assert difference(scene.worn(scene.glance(grey(200), look="ink")), without) > 20


def test_black_of_what_is_drawn_on_black_hides_nothing_of_a_headsets_picture() -> None:
    scene = Scene(device(kind="video-see-through"))
    scene.keep(0, grey())
    without, worn = scene.worn(scene.glance(None)), scene.worn(scene.glance(drawn()))
    changed = np.abs(without.astype(int) - worn.astype(int)).max(2) > 40
    assert 0 < changed.mean() < 0.02
    assert worn[changed].mean() > 180


@pytest.mark.parametrize("kind", ["video-see-through", "screen"])
def test_delayed_composition_shows_what_was_made_before_the_picture_it_was_made_of(kind: DisplayKind) -> None:
    scene = Scene(device(kind=kind))
    lens = scene.camera.intrinsics
    sent, newest = (Stripes(lens).render(0.0, scene.camera.true_pose(at)) for at in (CAPTURED, PHOTON))
    scene.keep(0, sent)
    scene.keep(1, newest)
    views = scene.eye.look(scene.glance(sent, mode="delayed", look="ink"))
    bare = scene.eye.look(scene.glance(drawn() // 255, mode="delayed", look="marks"))
    assert views is not None
    assert bare is not None
    inner = np.s_[150:330, 200:440]
    assert difference(views.worn[inner], bare.worn[inner]) < 6
    assert difference(views.worn[inner], views.plain[inner]) < 6 if kind == "video-see-through" else True
    now = scene.eye.look(scene.glance(drawn() // 255, mode="none", look="marks"))
    assert now is not None
    assert difference(views.worn[inner], now.worn[inner]) > 12


def test_a_phone_shows_the_cameras_picture_and_the_world_beside_it() -> None:
    scene = Scene(device(kind="screen"))
    scene.keep(0, grey(30))
    worn, world = scene.worn(scene.glance(None)), scene.world()
    assert abs(int(worn[240, 320].mean()) - 30) < 6
    assert np.array_equal(worn[:, :20], world[:, :20])


@pytest.mark.parametrize("displays", [True, False])
def test_without_a_display_the_bare_world_is_seen(displays: bool) -> None:
    scene = Scene(device(kind="none", displays=displays))
    scene.keep(0, grey())
    with_it, without = scene.worn(scene.glance(drawn())), scene.worn(scene.glance(None))
    assert np.array_equal(with_it, without)
    assert scene.eye.contrast is None


def test_contrast_is_measured_where_something_is_laid_over_the_world() -> None:
    scene = Scene(device(kind="additive"))
    scene.keep(0, grey())
    scene.worn(scene.glance(None))
    assert scene.eye.contrast is None
    scene.worn(scene.glance(drawn()))
    assert scene.eye.contrast is not None
    assert 0 < scene.eye.contrast <= 1


def test_only_so_many_pictures_are_kept() -> None:
    scene = Scene(device())
    for number in range(KEPT + 5):
        scene.keep(number, grey(number))
    assert scene.eye.matched(4) is None
    assert scene.eye.matched(5) is not None


def test_noise_on_black_is_clear_and_light_is_opaque() -> None:
    picture = np.array([[[10, 20, 5], [0, 200, 0]]], np.uint8)
    assert clear_where_black(picture)[..., 3].tolist() == [[0, 200]]
