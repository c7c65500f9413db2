import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from overglass_cloud.training import pictures
from overglass_cloud.training.pictures import SHORT, carried, moments, read, sized
from overglass_protocol.errors import LookError
from tests.cloud.training.lessons_parts import picture
from tests.simulators.bench_clips import write_clip


def huge_png(side: int) -> bytes:
    """Only the header of one, so that nothing could be decoded."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    empty = struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + empty


def test_a_picture_is_read_as_rgb(tmp_path: Path) -> None:
    Image.fromarray(picture()).save(tmp_path / "style.png")
    assert np.array_equal(read(tmp_path / "style.png"), picture())
    Image.fromarray(picture()).convert("L").save(tmp_path / "grey.png")
    assert read(tmp_path / "grey.png").shape == picture().shape


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no PNG, JPEG or WebP"),
        (b"roses are red", "no PNG, JPEG or WebP"),
        (huge_png(30_000), "million pixels"),
        (huge_png(200_000), "million pixels"),
        (huge_png(640), "style.png: "),
    ],
    ids=["empty", "a text", "30,000 a side", "200,000 a side", "nothing but a header"],
)
def test_what_is_no_picture_is_told_with_its_cure(data: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / "style.png").write_bytes(data)
    with pytest.raises(LookError, match=reason) as caught:
        read(tmp_path / "style.png")
    assert caught.value.cure


def test_one_pixel_is_no_style(tmp_path: Path) -> None:
    Image.new("RGB", (1, 1)).save(tmp_path / "dot.png")
    with pytest.raises(LookError, match="1x1 pixels"):
        read(tmp_path / "dot.png")


def test_a_missing_picture_is_told(tmp_path: Path) -> None:
    with pytest.raises(LookError, match="No such file"):
        read(tmp_path / "none.png")


def test_training_needs_pictures_that_may_not_be_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "find_spec", lambda name: None)
    with pytest.raises(LookError, match="scikit-image") as caught:
        carried()
    assert "overglass[train]" in str(caught.value.cure)


def test_those_that_are_carried_are_all_there_but_the_one_kept_out() -> None:
    everything, most = carried(), carried(but="chelsea.png")
    assert len(most) == len(everything) - 1 == len(pictures.CARRIED) - 1
    assert all(min(each.shape[:2]) == SHORT for each in everything)


def test_moments_are_spread_over_the_whole_clip(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    write_clip(clip)
    found = moments(clip, 4)
    assert 4 <= len(found) <= 8
    assert all(min(each.shape[:2]) == SHORT for each in found)


@pytest.mark.parametrize("data", [b"", b"no clip at all"])
def test_what_is_no_clip_is_told(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(data)
    with pytest.raises(LookError, match="cannot be read"):
        moments(tmp_path / "clip.mp4")


def test_a_long_strip_does_not_grow_without_bound() -> None:
    strip = np.zeros((20, 4000, 3), np.uint8)
    assert sized(strip).shape == (SHORT, 2 * SHORT, 3)
    assert sized(strip.transpose(1, 0, 2)).shape == (2 * SHORT, SHORT, 3)
