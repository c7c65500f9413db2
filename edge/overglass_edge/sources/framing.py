"""How a source's pictures become the ones handed out: upright, cropped and scaled, plain yuv420p.

Nothing is ever stretched. Knows pictures, not where they come from.
"""

from dataclasses import dataclass
from fractions import Fraction

import av
from av.video.frame import PictureType

from overglass_protocol.errors import SourceError
from overglass_protocol.filter_chain import FilterChain
from overglass_protocol.pose import Intrinsics

_FULL_RANGE = 2
"AVCOL_RANGE_JPEG: luma from 0 to 255, which few displays and encoders honour."
_TURNS = {0: (), 90: ("transpose=cclock",), 180: ("hflip", "vflip"), 270: ("transpose=clock",)}
"Degrees counter-clockwise, as `VideoFrame.rotation` tells them, and the filters that turn so."
_FORGET = "sidedata=mode=delete"
"""What the source's codec says beside the picture is settled here (a rotation would be done twice) or
no concern of the next encoder (user data, captions)."""


@dataclass(frozen=True, slots=True)
class Framing:
    """A crop from the middle of an upright picture, then a scaling to `width` by `height`."""

    source_width: int
    source_height: int
    x: int
    y: int
    crop_width: int
    crop_height: int
    width: int
    height: int

    @classmethod
    def cover(cls, source: tuple[int, int], size: tuple[int, int] | None) -> "Framing":
        """Fills `size` (None: the source's own, less an odd last row or column)."""
        width, height = source
        if size is None:
            size = (width & ~1, height & ~1)
        wanted = Fraction(*size)
        if Fraction(width, height) > wanted:
            crop = (_even(height * wanted, width), height & ~1)
        else:
            crop = (width & ~1, _even(width / wanted, height))
        # Chroma has half the resolution, so a crop starts on an even pixel.
        x, y = (width - crop[0]) // 2 & ~1, (height - crop[1]) // 2 & ~1
        return cls(width, height, x, y, *crop, *size)

    @property
    def keeps_everything(self) -> bool:
        return (self.source_width, self.source_height) == (self.width, self.height)

    def intrinsics(self, source: Intrinsics) -> Intrinsics:
        """The camera `source`, given for the whole upright picture, seen through this framing."""
        cropped = Intrinsics(
            self.crop_width, self.crop_height, source.fx, source.fy, source.cx - self.x, source.cy - self.y
        )
        return cropped.scaled_to(self.width, self.height)


class Framer:
    """Brings pictures into one size. Rotation metadata and oblong pixels are baked in."""

    def __init__(self, size: tuple[int, int] | None) -> None:
        if size is not None and (min(size) < 2 or size[0] % 2 or size[1] % 2):
            raise SourceError(
                f"pictures cannot be {size[0]}x{size[1]}", cure="Give an even width and height, as 640x480."
            )
        self._size = size
        self._shape: tuple[object, ...] = ()
        self._chain = FilterChain(_FORGET)
        self.framing = Framing(0, 0, 0, 0, 0, 0, 0, 0)
        "How the latest picture was framed."

    def frame(self, picture: av.VideoFrame, pixel_aspect: Fraction = Fraction(1)) -> av.VideoFrame:
        """The picture as it is handed out, `pts` and `time_base` kept.

        The first picture settles the size; later ones of another shape are fitted to it. Raises
        SourceError for pictures that FFmpeg cannot convert.
        """
        rotation = round(picture.rotation / 90) * 90 % 360
        shape = (picture.width, picture.height, picture.format.name, rotation, pixel_aspect)
        try:
            if shape != self._shape:
                self._chain = self._plan(picture, rotation, pixel_aspect)
                self._shape = shape
            picture = self._chain.apply(picture)
        except av.FFmpegError as error:
            raise SourceError(
                f"pictures of format {picture.format.name} cannot be converted: {error.strerror}",
                cure="Convert the clip to H.264 in MP4 first.",
            ) from error
        # The source's I, P and B would be orders to the next encoder.
        picture.pict_type = PictureType.NONE
        return picture

    def _plan(self, picture: av.VideoFrame, rotation: int, pixel_aspect: Fraction) -> FilterChain:
        width, height = round(picture.width * pixel_aspect), picture.height
        upright = (height, width) if rotation in (90, 270) else (width, height)
        self.framing = to = Framing.cover(upright, self._size)
        self._size = (to.width, to.height)
        plain = picture.format.name == "yuv420p" and picture.color_range != _FULL_RANGE
        if plain and to.keeps_everything and pixel_aspect == 1 and not rotation:
            return FilterChain(_FORGET)
        return FilterChain(
            _FORGET,
            *([f"scale={width}:{height}"] if pixel_aspect != 1 else []),
            *_TURNS[rotation],
            f"crop={to.crop_width}:{to.crop_height}:{to.x}:{to.y}",
            f"scale={to.width}:{to.height}:out_range=tv",
            "format=yuv420p",
        )


def _even(length: Fraction, at_most: int) -> int:
    return min(2 * round(length / 2), at_most & ~1)
