"""A picture that the wearer lends to looks: how it is named, and what it may be on its way to the service.

Looks at the first bytes only; whether the rest is a picture, the service finds out.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from overglass_protocol.errors import PictureError

MAX_BYTES = 20 * 2**20
"Of the file. Pictures that telephones take have 3 to 15 MB."
NAME = r"^[0-9a-f]{64}$"
"How a picture is named (see `Reference.id`)."
MISSING = "reference-missing"
"The code of the complaint that a look has no picture to go by: none was named, or it is not here any more."
MEDIA_TYPES = ("image/png", "image/jpeg", "image/webp")


@dataclass(frozen=True)
class Reference:
    """A picture file, as it is sent."""

    data: bytes

    def __post_init__(self) -> None:
        """Raises PictureError when it is too large or of another kind."""
        if len(self.data) > MAX_BYTES:
            raise too_large()
        if media_type_of(self.data) is None:
            raise PictureError(
                "the file is no PNG, JPEG or WebP picture", code="unknown-picture-type", cure=KINDS
            )

    @cached_property
    def id(self) -> str:
        """What the control document calls it: the file's sha256, so that both ends know it beforehand."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def media_type(self) -> str:
        found = media_type_of(self.data)
        assert found is not None  # checked when it was made
        return found


KINDS = "Save it as PNG, JPEG or WebP."


def media_type_of(data: bytes) -> str | None:
    """By the first bytes; None when it is none of the three."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return None


def too_large() -> PictureError:
    return PictureError(
        f"the picture's file has more than {MAX_BYTES >> 20} MB",
        code="picture-too-large",
        cure="Scale it down: more than 1024 pixels on the longer side are of no use here.",
    )
