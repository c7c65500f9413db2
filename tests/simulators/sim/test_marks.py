"""The look `marks`: marks are found where geometry has them, through real H.264, and nowhere else."""

import math
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from overglass_cloud.looks import ALONE
from overglass_protocol.control import Control
from overglass_protocol.pose import Pose
from overglass_protocol.rotation import from_angles
from overglass_simulators.motion.analytic import STANDING
from overglass_simulators.sim.marks import BLACK, GREY, Rings, find
from overglass_simulators.sim.subject import Picture
from overglass_simulators.world.choice import WORLDS, named
from overglass_simulators.world.scene import project
from overglass_simulators.world.surroundings import Surroundings

SIZE, FIELD = (640, 480), math.radians(70)
POSES = [(0.0, 0.0, 0.0), (0.7, 0.03, 0.1), (-1.4, -0.05, 0.0), (3.0, 0.0, -0.1)]


@pytest.fixture(scope="module", params=WORLDS)
def marked(request: pytest.FixtureRequest) -> Surroundings:
    return named(request.param, 0, *SIZE, field=FIELD, fiducials=True)


def yuv(picture: Picture) -> av.VideoFrame:
    planes = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


def through_h264(picture: Picture, bitrate: int = 2_000_000) -> av.VideoFrame:
    """As the third of three is after a codec set as live ones are."""
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.height, encoder.width = picture.shape[:2]
    encoder.pix_fmt, encoder.framerate, encoder.bit_rate = "yuv420p", Fraction(30), bitrate
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency"}
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    frames = []
    for number in range(3):
        frame = yuv(picture)
        frame.pts = number
        for packet in encoder.encode(frame):
            frames += decoder.decode(packet)
    frames += [frame for packet in encoder.encode(None) for frame in decoder.decode(packet)]
    return (frames + decoder.decode(None))[-1]


@pytest.mark.parametrize("angles", POSES)
def test_marks_are_found_where_geometry_has_them_through_a_codec(
    marked: Surroundings, angles: tuple[float, float, float]
) -> None:
    pose = Pose(from_angles(*angles), position=STANDING)
    found = find(through_h264(marked.render(0.0, pose)))
    points = np.array([mark.point(np.array(pose.position)) for mark in marked.fiducials])
    places = project(points, marked.intrinsics, pose)
    assert len(found) >= 8
    for mark in found:
        off = np.hypot(places[:, 0] - mark.x, places[:, 1] - mark.y)[places[:, 2] > 0]
        assert off.min() < 0.7


@pytest.mark.parametrize("world", WORLDS)
def test_nothing_is_found_where_there_are_no_marks(world: str) -> None:
    bare = named(world, 0, *SIZE, field=FIELD)
    for time in (0.0, 4.0):
        for angles in POSES:
            pose = Pose(from_angles(*angles), position=STANDING)
            assert find(yuv(bare.render(time, pose))) == []


def test_what_is_not_round_or_too_large_is_no_mark() -> None:
    picture = np.full((480, 640, 3), 128, np.uint8)
    cv2.rectangle(picture, (50, 50), (250, 60), (255, 0, 255), -1)
    cv2.circle(picture, (450, 250), 120, (255, 0, 255), -1)
    assert find(yuv(picture)) == []
    cv2.circle(picture, (150, 300), 12, (255, 0, 255), -1)
    (only,) = find(yuv(picture))
    assert (only.x, only.y) == pytest.approx((150, 300), abs=0.6)
    assert only.radius == pytest.approx(12, abs=2)


def test_rings_are_light_on_black_around_each_mark() -> None:
    picture = np.full((240, 320, 3), 90, np.uint8)
    cv2.circle(picture, (100, 120), 10, (0, 255, 0), -1)
    given = yuv(picture)
    given.pts = 7
    rings = Rings()
    (painted,) = rings.paint([given], [rings.prepare(Control(), None, ALONE)])
    assert painted.pts == 7
    planes = painted.to_ndarray()
    luma, colour = planes[:240], planes[240:]
    rows, columns = np.nonzero(luma > 60)
    assert (columns.mean(), rows.mean()) == pytest.approx((100, 120), abs=1)
    assert columns.max() - columns.min() > 2 * 10
    far = np.hypot(np.arange(320)[None] - 100, np.arange(240)[:, None] - 120) > 40
    assert set(np.unique(luma[far])) == {BLACK}
    assert int(np.abs(colour.astype(int) - GREY).max()) > 40


def test_a_picture_without_marks_becomes_black() -> None:
    (painted,) = Rings().paint([yuv(np.full((120, 160, 3), 200, np.uint8))], [None])
    planes = painted.to_ndarray()
    assert set(np.unique(planes[:120])) == {BLACK}
    assert set(np.unique(planes[120:])) == {GREY}
