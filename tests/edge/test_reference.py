"""The picture that the wearer lends, from a file."""

from pathlib import Path

import pytest

from overglass_edge.reference import read_reference
from overglass_protocol.errors import PictureError
from overglass_protocol.reference import MAX_BYTES
from tests.picture_files import encoded, gradient


def test_a_file_is_lent_byte_for_byte(tmp_path: Path) -> None:
    file = tmp_path / "mosaic.png"
    file.write_bytes(encoded(gradient()))
    assert read_reference(file).data == file.read_bytes()


def test_what_is_not_there_or_no_file_says_what_to_give(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.png", tmp_path):
        with pytest.raises(PictureError, match=r"cannot be read.*--reference"):
            read_reference(path)


@pytest.mark.parametrize(("start", "says"), [(b"hello", "20 MB"), (b"\xff\xd8\xff", "20 MB")])
def test_what_is_no_picture_or_too_large_is_named_before_it_is_sent(
    start: bytes, says: str, tmp_path: Path
) -> None:
    file = tmp_path / "mosaic.png"
    file.write_bytes(start + b"\0" * MAX_BYTES)
    with pytest.raises(PictureError, match=says) as caught:
        read_reference(file)
    assert str(file) in caught.value.message
