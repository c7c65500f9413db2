"""The contact sheet: each look at the same moments, one strip of pictures below the other. Knows no look, no
measure: strips come with their captions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from overglass_cloud.quality import Pixels
from overglass_protocol.errors import ConfigError

KINDS = {".png": "PNG", ".jpg": "JPEG", ".webp": "WEBP"}
PAPER, TITLE, TEXT, QUIET = "#0b0c0e", "#f4f1ea", "#e6e3dc", "#7d7f86"
MARGIN, GAP, GUTTER = 56, 8, 48
"Pixels around everything, between pictures, between columns of strips."
HEAD, CAPTION, AFTER = 84, 34, 26
"Heights: of the title, of a strip's caption, of the space below a strip."
LARGEST = (400, 320)
"Pixels into which each picture has to fit."
IN_ONE_COLUMN = 6
"Strips; more stand in two columns."
ROUND = 5
"Radius of a picture's corners."


@dataclass(frozen=True, slots=True)
class Strip:
    """A look at some moments."""

    name: str
    detail: str
    pictures: Sequence[Pixels]
    "Of one size, as those of every other strip."


def check(path: Path) -> None:
    """Raises ConfigError when no sheet can be written there: better before an hour's work than after it."""
    if path.suffix.lower() not in KINDS:
        raise ConfigError(f"{path} is no name for a sheet", cure=f"End it in {', '.join(KINDS)}.")
    if not path.parent.is_dir():
        raise ConfigError(f"there is no folder {path.parent}", cure=f"Make it: mkdir -p {path.parent}")


def write(path: Path, detail: str, strips: Sequence[Strip]) -> None:
    """Draws the sheet into the file. Raises ConfigError when that cannot be written."""
    image = draw(detail, strips)
    draft = path.with_name(f".{path.name}.draft")
    try:
        image.save(draft, format=KINDS[path.suffix.lower()], quality=90, optimize=True)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise ConfigError(
            f"{path} cannot be written: {error.strerror or error}", cure="Make room, or name another folder."
        ) from error


def draw(detail: str, strips: Sequence[Strip]) -> Image.Image:
    """Strips from top to bottom, then in a second column; the first is the source's."""
    tile = _fitted(strips[0].pictures[0])
    columns = 1 if len(strips) <= IN_ONE_COLUMN else 2
    rows = -(-len(strips) // columns)
    across = max(len(strip.pictures) for strip in strips)
    strip_width = across * (tile[0] + GAP) - GAP
    strip_height = CAPTION + tile[1] + AFTER
    size = (
        2 * MARGIN + columns * (strip_width + GUTTER) - GUTTER,
        2 * MARGIN + HEAD + rows * strip_height - AFTER,
    )
    image = Image.new("RGB", size, PAPER)
    _head(image, detail)
    for number, strip in enumerate(strips):
        column, row = divmod(number, rows)
        corner = MARGIN + column * (strip_width + GUTTER), MARGIN + HEAD + row * strip_height
        _place(image, corner, strip, tile, strip_width)
    return image


def _head(image: Image.Image, detail: str) -> None:
    ink = ImageDraw.Draw(image)
    base = MARGIN + 36
    ink.text((MARGIN - 2, base), "Overglass", TITLE, _font(44), anchor="ls")
    ink.text((image.width - MARGIN, base), detail, QUIET, _font(19), anchor="rs")


def _place(
    image: Image.Image, corner: tuple[int, int], strip: Strip, tile: tuple[int, int], width: int
) -> None:
    left, top = corner
    ink = ImageDraw.Draw(image)
    ink.text((left, top + 20), strip.name, TEXT, _font(22), anchor="ls")
    ink.text((left + width, top + 20), strip.detail, QUIET, _font(15), anchor="rs")
    for number, picture in enumerate(strip.pictures):
        shown = Image.fromarray(picture).resize(tile, Image.Resampling.LANCZOS)
        image.paste(shown, (left + number * (tile[0] + GAP), top + CAPTION), _mask(tile))


@cache
def _mask(size: tuple[int, int]) -> Image.Image:
    """Round corners, drawn four times as large for smooth edges."""
    mask = Image.new("L", (4 * size[0], 4 * size[1]))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, mask.width - 1, mask.height - 1), 4 * ROUND, 255)
    return mask.resize(size, Image.Resampling.BOX)


def _fitted(picture: Pixels) -> tuple[int, int]:
    height, width = picture.shape[:2]
    scale = min(LARGEST[0] / width, LARGEST[1] / height)
    return round(width * scale), round(height * scale)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
