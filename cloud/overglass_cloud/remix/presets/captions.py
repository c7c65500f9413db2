"""Captions burned into the picture: white words with an outline on a soft dark plate."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from pydantic import BaseModel, ConfigDict, Field

from overglass_cloud.clips.still import Still
from overglass_cloud.remix.presets.contract import Atelier, Painter, Preset, Scope, Segment
from overglass_cloud.remix.presets.subtitles import Cue, read_cues
from overglass_cloud.remix.timeline import Timeline
from overglass_protocol.errors import RemixError

SAFE = 0.05
"Share of each side that stays free of words: the title-safe area of EBU R 95."
PLATE = 0.55
"How dark the plate is."


class Captions(BaseModel):
    """Parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str = Field(default="captions", description="The SRT or WebVTT file of the job.")
    size: float = Field(default=1.0, ge=0.5, le=2, description="1 is a 20th of the picture's shorter side.")
    place: Literal["bottom", "top"] = Field(default="bottom", description="Where the words stand.")


class Plate:
    """A picture of words: luma 0 to 1, and how much it covers, both height by width."""

    def __init__(self, text: str, width: int, height: int, size: float, place: str) -> None:
        shorter = min(width, height)
        font = _font(max(10, round(shorter * size / 20)))
        words = "\n".join(balanced(text, font, width * (1 - 2 * SAFE) - font.size))
        stroke, pad = max(1, round(font.size / 14)), round(font.size * 0.4)
        canvas = Image.new("L", (width, height))
        draw = ImageDraw.Draw(canvas)
        gap = round(font.size * 0.2)
        # Line height is the font's, not the ink's, so that plates do not jump with letters' tails.
        tall = len(words.split("\n")) * (font.size + gap)
        middle = height * (1 - SAFE) - pad - tall / 2 if place == "bottom" else height * SAFE + pad + tall / 2
        at = (width / 2, middle)
        more: dict[str, Any] = {"font": font, "anchor": "mm", "align": "center", "spacing": gap}
        box = draw.multiline_textbbox(at, words, stroke_width=stroke, **more)
        plate = (box[0] - pad, box[1] - pad, box[2] + pad, box[3] + pad)
        draw.rounded_rectangle(plate, radius=pad, fill=round(255 * PLATE))
        cover = _share(canvas.filter(ImageFilter.GaussianBlur(font.size / 12)))
        outline, fill = Image.new("L", canvas.size), Image.new("L", canvas.size)
        ImageDraw.Draw(outline).multiline_text(at, words, fill=255, stroke_width=stroke, **more)
        ImageDraw.Draw(fill).multiline_text(at, words, fill=255, **more)
        self.luma: NDArray[np.float32] = _share(fill)
        self.cover: NDArray[np.float32] = np.maximum(cover, _share(outline))
        self.cover = np.maximum(self.cover, self.luma)


class Captioner:
    """Burns in the cues that are on show."""

    def __init__(self, cues: Sequence[Cue], parameters: Captions) -> None:
        self._cues = cues
        self._plate = lru_cache(2)(
            lambda text, width, height: Plate(text, width, height, parameters.size, parameters.place)
        )

    def paint(self, segment: Segment, stills: Iterator[Still]) -> Iterator[Still]:
        for still in stills:
            words = "\n".join(cue.text for cue in self._cues if cue.start <= still.time * 1000 < cue.end)
            if not words:
                yield still
                continue
            picture = still.picture
            yield still.painted(burned(picture, self._plate(words, picture.width, picture.height)))

    def close(self) -> None:
        """Holds nothing."""


def burned(picture: av.VideoFrame, plate: Plate) -> av.VideoFrame:
    """The plate over the picture: words and plate have no colour, so chroma goes to grey under them."""
    height, width = plate.luma.shape
    flat = picture.to_ndarray(format="yuv420p").reshape(-1).astype(np.float32)
    luma = flat[: width * height].reshape(height, width)
    luma += plate.cover * (16 + 219 * plate.luma - luma)
    chroma = flat[width * height :].reshape(2, height // 2, width // 2)
    chroma += plate.cover.reshape(height // 2, 2, width // 2, 2).mean((1, 3)) * (128 - chroma)
    page = np.rint(flat).astype(np.uint8).reshape(height * 3 // 2, width)
    made = av.VideoFrame.from_ndarray(page, format="yuv420p")
    made.colorspace, made.color_range = picture.colorspace, picture.color_range
    return made


def wrapped(text: str, font: ImageFont.FreeTypeFont, width: float) -> Iterator[str]:
    """Lines that are no wider than `width` pixels, kept breaks kept; a word that is wider is broken."""
    for paragraph in text.split("\n"):
        line = ""
        for whole in paragraph.split():
            word = whole
            longer = f"{line} {word}".strip()
            if font.getlength(longer) <= width:
                line = longer
                continue
            if line:
                yield line
            while font.getlength(word) > width and len(word) > 1:
                fits = next(
                    n for n in range(len(word) - 1, 0, -1) if n == 1 or font.getlength(word[:n]) <= width
                )
                yield word[:fits]
                word = word[fits:]
            line = word
        if line:
            yield line


def balanced(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """The same number of lines as `wrapped`, about equally long, so that no last word stands alone."""
    lines = list(wrapped(text, font, width))
    for share in np.arange(0.95, 0.5, -0.05):
        closer = list(wrapped(text, font, width * share))
        if len(closer) > len(lines):
            break
        lines = closer
    return lines


def _share(picture: Image.Image) -> NDArray[np.float32]:
    """0 to 1."""
    return (np.asarray(picture) / 255).astype(np.float32)


def unwritable(text: str) -> str:
    """The characters that the font has no shape for, or that are written from right to left."""
    font = _font(24)
    none = bytes(font.getmask("\U0010ffff"))
    return "".join(
        sign
        for sign in dict.fromkeys(text)
        if not sign.isspace()
        and (unicodedata.bidirectional(sign) in ("R", "AL") or bytes(font.getmask(sign)) == none)
    )


def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RemixError("Pillow has no FreeType here", code="no-font", cure="Install a Pillow wheel.")
    return font


def _analyse(parameters: Captions, timeline: Timeline, scope: Scope) -> Mapping[str, Any]:
    if parameters.file not in scope.files:
        raise RemixError(
            f"no file called {parameters.file!r} goes with the job",
            code="no-captions",
            cure="Give an SRT or WebVTT file.",
        )
    cues = read_cues(scope.files[parameters.file])
    lacking = unwritable("".join(cue.text for cue in cues))
    if lacking:
        raise RemixError(
            f"the captions have characters that cannot be burned in here: {lacking[:12]}",
            code="no-glyphs",
            cure="Write without accents and in Latin letters: the font at hand has no others.",
        )
    return {"cues": [[cue.start, cue.end, cue.text] for cue in cues]}


def _start(parameters: Captions, atelier: Atelier) -> Painter:
    return Captioner([Cue(*cue) for cue in atelier.analysis["cues"]], parameters)


PRESETS = [
    Preset(
        name="captions",
        title="Captions",
        summary="Words from an SRT or WebVTT file, burned into the picture.",
        kind="edit",
        parameters=Captions,
        engine="Pillow",
        licence="Apache-2.0",
        marking=lambda parameters: "none",
        files=("file",),
        analyse=_analyse,
        start=_start,
    )
]
