"""A lent picture's name and kind, which both ends tell by the same bytes."""

import hashlib

import pytest
from pydantic import ValidationError

from overglass_protocol.control import Control
from overglass_protocol.errors import PictureError
from overglass_protocol.reference import MAX_BYTES, MEDIA_TYPES, Reference
from tests.picture_files import encoded, gradient


def test_a_picture_is_named_after_its_bytes() -> None:
    data = encoded(gradient())
    assert Reference(data).id == hashlib.sha256(data).hexdigest()
    assert Reference(data).id != Reference(encoded(gradient(), "JPEG")).id
    assert Control(reference=Reference(data).id).reference == Reference(data).id


@pytest.mark.parametrize(("kind", "media_type"), list(zip(["PNG", "JPEG", "WEBP"], MEDIA_TYPES, strict=True)))
def test_its_kind_is_in_its_first_bytes(kind: str, media_type: str) -> None:
    assert Reference(encoded(gradient(), kind)).media_type == media_type


def test_what_is_too_large_or_no_picture_is_refused_before_it_is_sent() -> None:
    with pytest.raises(PictureError, match=r"20 MB.*1024"):
        Reference(b"\xff\xd8\xff" + b"\0" * MAX_BYTES)
    with pytest.raises(PictureError, match="PNG, JPEG or WebP"):
        Reference(b"not a picture")


@pytest.mark.parametrize("name", ["", "abc", "A" * 64, "../" + "0" * 61, "0" * 65])
def test_nothing_else_is_a_name(name: str) -> None:
    with pytest.raises(ValidationError):
        Control(reference=name)
