"""Reads the picture that the wearer lends to looks from a file. What is in it, the service judges."""

from pathlib import Path

from overglass_protocol.errors import PictureError
from overglass_protocol.reference import MAX_BYTES, Reference


def read_reference(path: Path) -> Reference:
    """Raises PictureError when there is none, or none that a service takes."""
    try:
        with path.open("rb") as file:
            return Reference(file.read(MAX_BYTES + 1))
    except PictureError as error:
        raise PictureError(f"{path}: {error.message}", code=error.code, cure=error.cure) from error
    except OSError as error:
        raise PictureError(
            f"the picture {path} cannot be read: {error.strerror or error}",
            code="unreadable",
            cure="Give --reference the path of a PNG, JPEG or WebP file.",
        ) from error
