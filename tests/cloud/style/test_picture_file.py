"""Picture files from strangers: what is taken, how it is seen, and that nothing bad is ever decoded."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFile

from overglass_cloud.style.picture_file import MIN_SIDE, read_picture
from overglass_protocol.errors import PictureError
from overglass_protocol.reference import MAX_BYTES, Reference
from tests.picture_files import bomb, encoded, gradient, wide_webp


def read(data: bytes, longest: int = 1024) -> Any:
    return read_picture(Reference(data), longest).astype(int)


def refused(data: bytes) -> PictureError:
    with pytest.raises(PictureError) as caught:
        read_picture(Reference(data))
    assert caught.value.cure
    return caught.value


@pytest.mark.parametrize(("kind", "loss"), [("PNG", 0), ("JPEG", 4), ("WEBP", 6)])
def test_each_kind_of_file_is_read_as_it_was_written(kind: str, loss: int) -> None:
    seen = read(encoded(gradient(), kind))
    assert seen.shape == (64, 96, 3)
    assert np.abs(seen - gradient()).mean() <= loss


def test_what_is_read_cannot_be_written_to() -> None:
    assert not read_picture(Reference(encoded(gradient()))).flags.writeable


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize(("size", "becomes"), [((3000, 1500), (512, 1024)), ((200, 1600), (1024, 128))])
def test_a_large_picture_is_scaled_to_1024_on_its_longer_side(
    kind: str, size: tuple[int, int], becomes: tuple[int, int]
) -> None:
    seen = read(encoded(gradient(*size), kind))
    assert seen.shape == (*becomes, 3)
    assert np.abs(seen - gradient(*becomes[::-1])).mean() < 3


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_as_its_camera_was_held(orientation: int) -> None:
    """Of all eight ways: turned back, top left is where red and green are darkest."""
    turns: dict[int, Callable[[Any], Any]] = {
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
        8: lambda a: np.rot90(a, -1),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(turns.get(orientation, lambda a: a)(gradient()))
    assert np.abs(read(encoded(stored, "PNG", exif=exif)) - gradient()).max() == 0


def test_notes_that_make_no_sense_do_not_spoil_the_picture() -> None:
    nonsense = b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01\x03\0"
    assert read(encoded(gradient(), "JPEG", exif=nonsense)).shape == (64, 96, 3)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_transparent_is_seen_on_white(kind: str) -> None:
    glass = np.dstack([gradient(), np.zeros((64, 96), np.uint8)])
    glass[:, 48:, 3] = 255
    seen = read(encoded(glass, kind, **({"lossless": True} if kind == "WEBP" else {})))
    assert (seen[:, :48] == 255).all()
    assert np.abs(seen[:, 48:] - gradient()[:, 48:]).max() <= 1


def test_a_palette_with_a_transparent_colour_is_seen_on_white() -> None:
    picture = Image.new("P", (64, 64), 1)
    picture.putpalette([0, 0, 0, 200, 30, 40])
    picture.paste(0, (0, 0, 64, 32))
    seen = read(encoded(picture, transparency=0))
    assert (seen[:32] == 255).all()
    assert (seen[32:] == (200, 30, 40)).all()


@pytest.mark.parametrize("mode", ["L", "1", "CMYK", "I;16"])
def test_pictures_without_red_green_and_blue_are_read_too(mode: str) -> None:
    grey = Image.fromarray(gradient()[..., 0])
    if mode == "I;16":
        picture = Image.fromarray(gradient()[..., 0].astype(np.uint16) * 257)
    else:
        picture = grey.convert("RGB").convert(mode) if mode == "CMYK" else grey.convert(mode)
    seen = read(encoded(picture, "JPEG" if mode == "CMYK" else "PNG"))
    assert seen.shape == (64, 96, 3)
    assert seen[:, -8:].mean() > 200 > 60 > seen[:, :8].mean()  # noqa: PLR0133
    assert np.ptp(seen, axis=2).max() <= 8


def test_of_an_animation_the_first_picture_is_read() -> None:
    others = [Image.fromarray(np.zeros_like(gradient()))] * 3
    moving = encoded(gradient(), "WEBP", save_all=True, append_images=others, lossless=True)
    assert np.abs(read(moving) - gradient()).max() == 0


@pytest.mark.parametrize("data", [bomb(), wide_webp(), encoded(Image.new("1", (40_000, 40)))])
def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decode(image: Any) -> None:
        raise AssertionError("it was decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", decode)
    error = refused(data)
    assert error.code == "too-many-pixels"
    assert "50 million" in error.message
    assert "1024" in error.cure


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, MIN_SIDE - 1)])
def test_a_picture_too_small_to_go_by_is_refused(size: tuple[int, int]) -> None:
    error = refused(encoded(gradient(*size)))
    assert error.code == "picture-too-small"
    assert f"{size[0]}x{size[1]}" in error.message


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_a_file_that_is_cut_short_is_refused(kind: str, share: float) -> None:
    whole = encoded(np.random.default_rng(0).integers(0, 256, (200, 200, 3)).astype(np.uint8), kind)
    assert refused(whole[: max(20, round(len(whole) * share))]).code == "picture-broken"


@pytest.mark.parametrize("data", [b"", b"nonsense", b"GIF89a" + b"\0" * 50, b"%PDF-1.7", b"RIFF....WAVE"])
def test_another_kind_of_file_is_refused_by_its_first_bytes(data: bytes) -> None:
    with pytest.raises(PictureError, match="PNG, JPEG or WebP") as caught:
        Reference(data)
    assert caught.value.code == "unknown-picture-type"


def test_a_file_of_too_many_bytes_is_refused_whatever_is_in_it() -> None:
    with pytest.raises(PictureError, match="20 MB"):
        Reference(encoded(gradient()) + b"\0" * MAX_BYTES)


def test_whatever_is_wrong_with_a_file_it_is_a_picture_error_and_nothing_worse() -> None:
    dice = random.Random(7)
    exif = Image.Exif()
    exif[0x0112] = 6
    whole = [encoded(gradient(), kind) for kind in ("PNG", "JPEG", "WEBP")]
    whole += [encoded(gradient(), "JPEG", exif=exif), encoded(Image.fromarray(gradient()).quantize(16))]
    codes = set()
    for _ in range(1500):
        data = bytearray(dice.choice(whole))
        for _ in range(dice.randrange(1, 6)):
            data[dice.randrange(12, len(data))] = dice.randrange(256)
        if dice.random() < 0.3:
            del data[dice.randrange(12, len(data)) :]
        try:
            assert read(bytes(data)).ndim == 3
        except PictureError as error:
            codes.add(error.code)
    assert "picture-broken" in codes
    assert codes <= {"picture-broken", "too-many-pixels", "picture-too-small"}
