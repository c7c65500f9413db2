"""The look `any-picture`: it goes by the picture that was lent, keeps what it knows, says what it lacks."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange

from overglass_cloud.engines.any_picture import LOOKS, AnyPicture
from overglass_cloud.looks import ALONE, Looks, Workshop
from overglass_cloud.models.manifest import Manifest
from overglass_cloud.models.store import Store
from overglass_cloud.scheduler import Scheduler
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError, MissingReferenceError
from tests import shared
from tests.cloud.parts import workshop
from tests.cloud.style.styles import mosaic, strokes

STROKES, MOSAIC, LOST = (f"{number:064x}" for number in (1, 2, 3))


@pytest.fixture(scope="module")
def here() -> Workshop:
    """A workshop with both networks and two lent pictures."""
    for name in LOOKS[0].needs:
        shared.model(Manifest.shipped()[name].file)
    found = Workshop(Store(shared.MODELS, Manifest.shipped()))
    found.references.keep(STROKES, strokes())
    found.references.keep(MOSAIC, mosaic())
    return found


@pytest.fixture(scope="module")
def engine(here: Workshop) -> AnyPicture:
    return AnyPicture(here)


@pytest.fixture(scope="module")
def scene() -> av.VideoFrame:
    """Somebody who signs, 640x480."""
    with av.open(str(shared.clip("sign_sister.mkv"))) as clip:
        return next(clip.decode(video=0)).reformat(format="yuv420p")


def wanted(reference: str | None = STROKES, strength: float = 1.0) -> Control:
    return Control(look="any-picture", reference=reference, strength=strength)


def painted(engine: AnyPicture, scene: av.VideoFrame, control: Control, previous: Any = None) -> Any:
    [picture] = engine.paint([scene], [engine.prepare(control, previous, ALONE)])
    return picture


def seen(picture: av.VideoFrame) -> Any:
    return picture.to_ndarray(format="rgb24").astype(int)


def test_it_is_found_and_says_what_it_takes_and_needs() -> None:
    said = Looks.installed()["any-picture"].describe()
    assert said["takes_reference"] is True
    assert said["needs"] == ["magenta_style_predict", "magenta_style_transfer"]


def test_two_pictures_make_two_looks_of_one_scene(engine: AnyPicture, scene: av.VideoFrame) -> None:
    plain = seen(scene)
    ink, glass = (seen(painted(engine, scene, wanted(name))) for name in (STROKES, MOSAIC))
    assert np.ptp(glass, axis=2).mean() > 2 * np.ptp(ink, axis=2).mean(), "glass is colourful, ink is not"
    for result in (ink, glass):
        assert np.abs(result - plain).mean() > 30


def test_strength_leads_from_the_camera_to_the_style_without_a_jump(
    engine: AnyPicture, scene: av.VideoFrame
) -> None:
    plain, steps = seen(scene), (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    shown = [seen(painted(engine, scene, wanted(strength=strength))) for strength in steps]
    assert np.array_equal(shown[0], plain)
    away = [float(np.abs(each - plain).mean()) for each in shown]
    assert away == sorted(away)
    jumps = [float(np.abs(b - a).mean()) for a, b in pairwise(shown)]
    assert max(jumps) < 0.5 * np.abs(shown[-1] - plain).mean()


@pytest.mark.parametrize("size", [(64, 64), (640, 360), (270, 480), (1280, 720)])
@pytest.mark.parametrize("full", [True, False])
def test_a_picture_comes_back_with_its_size_its_time_and_its_meaning(
    engine: AnyPicture, scene: av.VideoFrame, size: tuple[int, int], full: bool
) -> None:
    frame = scene.reformat(*size, format="yuv420p")
    frame.pts, frame.color_range = 77, ColorRange.JPEG if full else ColorRange.MPEG
    result = painted(engine, frame, wanted(MOSAIC))
    assert (result.width, result.height, result.format.name) == (*size, "yuv420p")
    assert (result.pts, result.color_range) == (77, frame.color_range)
    luma = result.to_ndarray()[: size[1]]
    assert (luma.min() < 12) == full, "black is 0 in full range, and 16 otherwise"


def test_the_picture_given_is_not_written_to(engine: AnyPicture, scene: av.VideoFrame) -> None:
    before = scene.to_ndarray().copy()
    painted(engine, scene, wanted(MOSAIC, 0.5))
    assert np.array_equal(scene.to_ndarray(), before)


def test_noise_in_a_scene_that_stands_still_does_not_make_strokes_dance(
    engine: AnyPicture, scene: av.VideoFrame
) -> None:
    rng = np.random.default_rng(5)

    def noisy() -> av.VideoFrame:
        moved = scene.to_ndarray().astype(int) + rng.integers(-3, 4, (scene.height * 3 // 2, scene.width))
        return av.VideoFrame.from_ndarray(moved.clip(0, 255).astype(np.uint8), format="yuv420p")

    def dance(states: list[Any]) -> float:
        shown = [seen(engine.paint([noisy()], [state])[0]) for state in states]
        return float(np.mean([np.abs(b - a).mean() for a, b in pairwise(shown)]))

    one_sitting = engine.prepare(wanted(MOSAIC), None, ALONE)
    calm = dance([one_sitting] * 5)
    restless = dance([engine.prepare(wanted(MOSAIC), None, ALONE) for _ in range(5)])
    assert calm < 0.7 * restless


def test_a_change_of_strength_keeps_the_style_even_when_the_picture_was_forgotten(here: Workshop) -> None:
    engine = AnyPicture(here)
    here.references.keep(LOST, mosaic())
    first = engine.prepare(wanted(LOST), None, ALONE)
    del here.references._kept[LOST]
    assert np.array_equal(engine.prepare(wanted(LOST, 0.3), first, ALONE).code, first.code)
    with pytest.raises(MissingReferenceError, match="Lend it again"):
        engine.prepare(wanted(LOST), None, ALONE)


def test_another_picture_is_another_style(engine: AnyPicture) -> None:
    first = engine.prepare(wanted(STROKES), None, ALONE)
    assert np.abs(engine.prepare(wanted(MOSAIC), first, ALONE).code - first.code).max() > 0.3


def test_without_a_picture_it_asks_for_one(engine: AnyPicture) -> None:
    with pytest.raises(LookError, match="--reference PICTURE"):
        engine.prepare(wanted(None), None, ALONE)


def test_without_its_networks_the_command_is_told(tmp_path: Path) -> None:
    lacking = Workshop(Store(tmp_path, Manifest.shipped()))
    for _ in range(2):
        with Scheduler(Looks(LOOKS), lacking) as scheduler:  # noqa: SIM117
            with pytest.raises(LookError, match="overglass models pull magenta_style_predict"):
                scheduler.start_look("any-picture").result(10)


def test_a_store_that_knows_no_such_model_is_an_error_of_ours() -> None:
    with pytest.raises(LookError, match="no model called"):
        AnyPicture(workshop())
