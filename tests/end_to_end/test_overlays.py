"""Overlays and regions through the whole loop, on recordings of real people and of a walk without any."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import mediapipe
import numpy as np
import pytest
from mediapipe.tasks.python import BaseOptions
from mediapipe.tasks.python.vision import FaceLandmarker, FaceLandmarkerOptions, RunningMode

from overglass_cloud.scenes.detectors.contract import Mask, Sight
from overglass_cloud.scenes.detectors.people import People
from overglass_protocol.control import Control, Region
from overglass_protocol.frame import Frame
from overglass_protocol.scene import Points, Scene
from overglass_simulators.bench.camera import LoopCamera
from overglass_simulators.bench.content import Content, load
from overglass_simulators.service import Service
from tests import shared
from tests.end_to_end.parts import Glasses, glasses

FACES = Control(overlays=("faces",))
FRAMES = 120
"Looked at in each test: four seconds."


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    shared.model("face_landmarker.task")
    shared.model("selfie_segmenter.tflite")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OVERGLASS_MODELS", str(shared.MODELS))
        with Service(max_sessions=4) as running:
            yield running


def content_of(name: str) -> Content:
    """The clip in memory, played there and back, at its own size."""
    return load(shared.clip(name), (848, 480) if name.startswith("walk") else (640, 480), 30.0)


async def worn_with(
    service: Service,
    content: Content,
    control: Control,
    frames: int = FRAMES,
    codecs: tuple[str, ...] | None = None,
) -> list[Frame]:
    """The frames that came back with this document, from the first with a scene or a region on."""
    spoken = {} if codecs is None else {"codecs": codecs}
    async with glasses(service.url, control, door=None, camera=LoopCamera(content, 30.0), **spoken) as worn:
        await worn.until(lambda: "connected" in worn.names())
        await worn.until(lambda: len(settled(worn)) >= frames)
    return settled(worn)


def settled(worn: Glasses) -> list[Frame]:
    scenes = [frame.envelope is not None and frame.envelope.scene is not None for frame in worn.frames]
    return worn.frames[scenes.index(True) :] if True in scenes else []


def scene_of(frame: Frame) -> Scene:
    assert frame.envelope is not None
    assert frame.envelope.scene is not None, "every frame has its scene"
    return frame.envelope.scene


def index_of(frame: Frame, content: Content) -> int:
    assert frame.envelope is not None
    return frame.envelope.frame_id % len(content.pictures)


def landmarks_of(content: Content) -> list[Points]:
    """Of each picture, by MediaPipe itself on the source."""
    base = BaseOptions(model_asset_path=str(shared.model("face_landmarker.task")))
    found = []
    with FaceLandmarker.create_from_options(FaceLandmarkerOptions(base, RunningMode.VIDEO)) as landmarker:
        for n, picture in enumerate(content.pictures):
            image = mediapipe.Image(mediapipe.ImageFormat.SRGB, picture.to_ndarray(format="rgb24"))
            marks = landmarker.detect_for_video(image, n * 33).face_landmarks[0]
            found.append(np.array([(mark.x, mark.y) for mark in marks], np.float32))
    return found


def off(points: Points, truth: Points, content: Content) -> float:
    """How far points are from the truth on average, as a share of the face's size."""
    distances = np.hypot(*((points - truth) * content.size).T)
    return float(distances.mean() / np.ptp(truth * content.size, axis=0).max())


@pytest.mark.parametrize(
    ("name", "codec"), [("sign_sister.mkv", "H264"), ("sign_sorry.mkv", "H264"), ("sign_sister.mkv", "VP8")]
)
async def test_a_face_comes_with_every_frame_and_lies_where_it_does_in_the_source(
    service: Service, name: str, codec: str
) -> None:
    content = content_of(name)
    frames = await worn_with(service, content, FACES, codecs=(codec,))
    if codec == "VP8":  # an envelope beside its picture may be late, and then the picture is shown without
        frames = [frame for frame in frames if frame.envelope is not None]
        assert len(frames) > FRAMES / 2
    scenes = [scene_of(frame) for frame in frames]
    first = next(n for n, scene in enumerate(scenes) if scene.things)
    assert first < 10
    assert {tuple((thing.kind, thing.track) for thing in scene.things) for scene in scenes[first:]} == {
        (("face", 1),)
    }
    truth = landmarks_of(content)
    errors = [
        off(scene.things[0].points, truth[index_of(frame, content)], content)
        for frame, scene in zip(frames[first:], scenes[first:], strict=True)
        if scene.age < 0.05  # how many are older than one picture is the machine's affair
    ]
    assert np.median(errors) < 0.01
    assert max(errors) < 0.02


@pytest.mark.parametrize("name", ["sign_book.mkv", "walk_first_person.mp4"])
async def test_where_no_face_is_found_no_frame_shows_a_ghost(service: Service, name: str) -> None:
    frames = await worn_with(service, content_of(name), FACES)
    assert [scene_of(frame).things for frame in frames] == [()] * len(frames)


async def test_overlays_can_be_turned_off_and_on_while_the_picture_goes_on(service: Service) -> None:
    content = content_of("sign_sister.mkv")
    async with glasses(service.url, FACES, camera=LoopCamera(content, 30.0)) as worn:
        await worn.until(lambda: len(settled(worn)) > 5)
        off = worn.agent.set_control(Control()).version
        await worn.until(lambda: shown_with(worn, off) >= 5)
        on = worn.agent.set_control(FACES).version
        await worn.until(lambda: any(f.envelope.scene for f in with_version(worn, on)))  # type: ignore[union-attr]
    assert all(frame.envelope.scene is None for frame in with_version(worn, off)[1:])  # type: ignore[union-attr]


def with_version(worn: Glasses, version: int) -> list[Frame]:
    return [f for f in worn.frames if f.envelope is not None and f.envelope.control_version == version]


def shown_with(worn: Glasses, version: int) -> int:
    return len(with_version(worn, version))


# --- regions --------------------------------------------------------------------------------------


def masks_of(content: Content, frames: list[Frame]) -> list[Mask]:
    """Where people are in the sources of these frames."""
    with closing(People(shared.model("selfie_segmenter.tflite"))) as people:
        sights = [Sight(content.pictures[index_of(frame, content)]) for frame in frames]
        people.find(sights[0])  # it takes two pictures
        found = [people.find(sight).mask for sight in sights]
    return [mask for mask in found if mask is not None]


def psnr(frame: Frame, content: Content, where: np.ndarray) -> float:
    """Of the luma in a part of the picture, against its source."""
    height = frame.picture.height
    source = content.pictures[index_of(frame, content)].to_ndarray()[:height].astype(float)
    error = (frame.picture.to_ndarray()[:height] - source)[where]
    return float(10 * np.log10(255**2 / max(1e-9, (error**2).mean())))


@pytest.mark.parametrize("region", ["background", "people"])
async def test_what_the_region_leaves_out_differs_from_the_source_by_coding_alone(
    service: Service, region: Region
) -> None:
    content = content_of("sign_sister.mkv")
    control = Control(look="neon", overlays=("people",), region=region)
    frames = (await worn_with(service, content, control, 60))[30::5]
    kept, painted = [], []
    for frame, mask in zip(frames, masks_of(content, frames), strict=True):
        person, background = mask > 0.9, mask < 0.1
        kept.append(psnr(frame, content, person if region == "background" else background))
        painted.append(psnr(frame, content, background if region == "background" else person))
    assert min(kept) > 32, "decibels: lost to coding"
    assert max(painted) < 16, "painted over"


# --- what is missing -------------------------------------------------------------------------------


async def test_without_models_the_picture_goes_on_and_says_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERGLASS_MODELS", str(tmp_path))
    control = Control(look="ink", overlays=("faces",), region="people")
    with Service() as service:
        async with glasses(service.url, control) as worn:
            await worn.until(lambda: worn.names().count("complaint") == 2)
            shown = len(worn.frames)
            await worn.until(lambda: len(worn.frames) > shown + 5)
            plain = worn.frames[-1]
    complaints = [detail for name, detail in worn.said if name == "complaint"]
    assert any("overglass models pull face_landmarker" in detail for detail in complaints)
    assert any("overglass models pull selfie_segmenter" in detail for detail in complaints)
    assert plain.envelope is not None
    assert plain.envelope.scene is None
    assert plain.picture.to_ndarray().std() > 20
