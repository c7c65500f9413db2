"""Magenta's pair: codes tell styles apart, strokes keep their shape at any aspect, detail comes back."""

import hashlib
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from overglass_cloud.models.manifest import Manifest
from overglass_cloud.models.store import Store
from overglass_cloud.style.style_transfer import MODELS, SIDE, Field, Rgb, StyleTransfer
from overglass_protocol.errors import ModelError
from tests import shared
from tests.cloud.style.styles import mosaic, strokes, swirls


@pytest.fixture(scope="module")
def transfer() -> StyleTransfer:
    store = Store(shared.MODELS, Manifest.shipped())
    for name in MODELS:
        shared.model(Manifest.shipped()[name].file)
    return StyleTransfer(store)


@pytest.fixture(scope="module")
def street() -> Rgb:
    """480x848."""
    with av.open(str(shared.clip("walk_first_person.mp4"))) as clip:
        return next(clip.decode(video=0)).to_ndarray(format="rgb24").astype(np.uint8)


def test_a_style_is_a_hundred_numbers_that_tell_it_from_others(transfer: StyleTransfer) -> None:
    codes = [transfer.code_of(make()) for make in (swirls, strokes, mosaic)]
    assert [code.shape for code in codes] == [(100,)] * 3
    again = transfer.code_of(cv2.resize(swirls(), (700, 700), interpolation=cv2.INTER_CUBIC).astype(np.uint8))
    between = min(float(np.linalg.norm(codes[0] - other)) for other in codes[1:])
    assert float(np.linalg.norm(codes[0] - again)) < between / 3


@pytest.mark.parametrize("size", [(288, 512), (512, 288), (480, 848), (200, 1000), (1000, 200), (3, 4)])
@pytest.mark.parametrize("fine", [False, True])
def test_a_picture_of_any_size_is_painted_at_its_size(
    transfer: StyleTransfer, street: Rgb, size: tuple[int, int], fine: bool
) -> None:
    picture = cv2.resize(street, size[::-1]).astype(np.uint8)
    painted = transfer.paint_any(picture, transfer.code_of(strokes()), fine=fine)
    assert painted.shape == (*size, 3)
    assert painted.dtype == np.uint8


def test_the_colours_of_the_style_take_over(transfer: StyleTransfer, street: Rgb) -> None:
    spread = {}
    for make in (strokes, mosaic):
        painted = transfer.paint_any(street, transfer.code_of(make()))
        spread[make] = float(np.mean(np.ptp(painted.astype(np.int16), axis=-1)))
    assert spread[strokes] < 50, "ink on paper has little colour"
    assert spread[mosaic] > 90, "glass has much"


def test_strokes_keep_their_shape_in_a_wide_picture(transfer: StyleTransfer) -> None:
    """What runs no one way is painted with marks that run no one way; squashed, they would lie flat."""
    grains = np.random.default_rng(4).normal(128, 40, (54, 96, 3)).clip(0, 255).astype(np.uint8)
    wide = cv2.resize(grains, (SIDE, 216), interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    code = transfer.code_of(mosaic())
    square = cv2.resize(wide, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    squashed = cv2.resize(transfer.paint(square, code), (SIDE, 216), interpolation=cv2.INTER_AREA)
    assert _flatness(squashed) > 1.2
    assert 0.9 < _flatness(transfer.paint_any(wide, code)) < 1.1


def _flatness(picture: Any) -> float:
    """Change from row to row over that from column to column."""
    light = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return float(np.abs(np.diff(light, axis=0)).mean() / np.abs(np.diff(light, axis=1)).mean())


def test_squares_meet_without_a_seam(transfer: StyleTransfer, street: Rgb) -> None:
    """Where two squares' halves meet, columns differ no more than elsewhere."""
    painted = transfer.paint_any(street, transfer.code_of(mosaic()), fine=True, detail=0).astype(np.float32)
    steps = np.abs(np.diff(painted, axis=1)).mean((0, 2))
    middle = len(steps) // 2
    assert steps[middle - 60 : middle + 60].max() < 1.5 * np.median(steps) + steps.std() * 2


def test_detail_that_384_pixels_cannot_carry_comes_back(transfer: StyleTransfer, street: Rgb) -> None:
    code = transfer.code_of(strokes())
    high = _fine(street)
    without, restored = (transfer.paint_any(street, code, detail=share) for share in (0.0, 1.0))
    assert _likeness(_fine(without), high) < 0.35
    assert _likeness(_fine(restored), high) > 0.5
    halfway = transfer.paint_any(street, code, detail=0.5)
    assert np.abs(halfway.astype(int) - without).mean() < np.abs(restored.astype(int) - without).mean()


def _fine(picture: Rgb) -> Field:
    light = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return light - cv2.GaussianBlur(light, (0, 0), 1.0)


def _likeness(a: Field, b: Field) -> float:
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


def test_a_softened_style_lies_between_the_picture_and_the_style(
    transfer: StyleTransfer, street: Rgb
) -> None:
    code = transfer.code_of(mosaic())
    away = []
    for strength in (0.0, 0.4, 1.0):
        painted = transfer.paint_any(street, transfer.softened(code, street, strength))
        away.append(float(np.abs(painted.astype(int) - street).mean()))
    assert away == sorted(away)
    assert away[0] < away[2] / 2
    assert np.array_equal(transfer.softened(code, street, 1.0).round(4), code.round(4))


def test_without_its_files_it_says_the_command(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="overglass models pull magenta_style_predict"):
        StyleTransfer(Store(tmp_path, Manifest.shipped()))


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    """Whatever its checksum: a manifest may pin a wrong file too."""
    nonsense = b"not a model" * 100
    pinned = [
        Manifest.shipped()[name].model_copy(
            update={"size": len(nonsense), "sha256": hashlib.sha256(nonsense).hexdigest()}
        )
        for name in MODELS
    ]
    for model in pinned:
        (tmp_path / model.file).write_bytes(nonsense)
    with pytest.raises(ModelError, match="overglass models verify magenta_style_predict"):
        StyleTransfer(Store(tmp_path, Manifest(pinned)))
