"""`side_by_side.mp4`: what the camera saw beside what came back, the same instant in both halves.

Made after the run from what the spool kept. Colours stay YUV: only the words are converted.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from overglass_edge.meter import percentile
from overglass_edge.overlay import with_scene
from overglass_protocol.errors import DisplayError
from overglass_protocol.scene import Scene
from overglass_simulators.demo.layout import Box, Layout
from overglass_simulators.demo.lettering import Pixels, Plate, caption
from overglass_simulators.demo.palette import QUIET
from overglass_simulators.demo.spool import Kept, Planes, Spool

TIME_BASE = Fraction(1, 90_000)
BARS = 80
"Frames in the sparkline, two and a half seconds at 30 fps."
BT709, BT601 = 1, 6
"FFmpeg's numbers for the two ways of telling colour apart from light."
_WEIGHTS = {BT709: (0.2126, 0.0722), BT601: (0.299, 0.114)}
"Of red and blue in luma (ITU-R BT.709 and BT.601)."


class Canvas:
    """The clip's picture: panes are put, strips are lettered, and it is handed to the encoder."""

    def __init__(self, layout: Layout, colorspace: int) -> None:
        self.layout = layout
        self.colorspace = colorspace if colorspace in _WEIGHTS else BT601
        self._planes = to_planes(Plate(layout.width, layout.height, layout.unit).pixels(), self.colorspace)

    def put(self, box: Box, planes: Planes) -> None:
        """A picture into a pane, resized if it is of another size."""
        for index, (canvas, plane) in enumerate(zip(self._planes, planes, strict=True)):
            half = 1 if index == 0 else 2
            x, y, width, height = (part // half for part in (box.x, box.y, box.width, box.height))
            canvas[y : y + height, x : x + width] = _resized(plane, width, height)

    def put_scene(self, box: Box, planes: Planes, scene: Scene | None) -> None:
        """A picture likewise, with what was found in it drawn at the size of the pane."""
        self.put(box, planes)
        if scene is None or not scene.things:
            return
        rows, columns = slice(box.y, box.y + box.height), slice(box.x, box.x + box.width)
        half_rows = slice(box.y // 2, (box.y + box.height) // 2)
        half_columns = slice(box.x // 2, (box.x + box.width) // 2)
        luma, cb, cr = self._planes
        pane = _joined((luma[rows, columns], cb[half_rows, half_columns], cr[half_rows, half_columns]))
        pane.colorspace = self.colorspace
        self.put(box, _parted(with_scene(pane, scene)))

    def letter(self, box: Box, pixels: Pixels) -> None:
        """A strip of words into its place."""
        self.put(box, to_planes(pixels, self.colorspace))

    def picture(self) -> av.VideoFrame:
        return _joined(self._planes)


class Letterer:
    """What is written under the panes, frame by frame."""

    def __init__(self, layout: Layout, kept: list[Kept]) -> None:
        self._layout = layout
        self._latencies = [item.trip.latency for item in kept]
        self._first = kept[0].trip.capture_time
        self._median = percentile(self._latencies, 50) or 0.0
        # Fixed for the whole clip, lest the scale breathe; a rare stall may touch the top.
        self._top = max(2.2 * self._median, 1.15 * (percentile(self._latencies, 95) or 0.0), 1e-6)
        self._right = (layout.result.x + layout.result.width) / layout.unit
        self._blank = self._rule()
        # The words after the figure stand behind the longest, lest they dance.
        self._figure = self._blank.measure(f"{max(self._latencies) * 1000:.1f}", 26)

    def footer(self, index: int, kept: Kept) -> Pixels:
        """The strip below for the frame at `index`."""
        plate, unit = self._blank.copy(), self._layout.unit
        seconds = kept.trip.capture_time - self._first
        left, result = self._layout.camera.x / unit, self._layout.result.x / unit
        clock = f"{int(seconds // 60):02d}:{seconds % 60:04.1f}"
        end = plate.write(left, 42, clock, 17)
        plate.write(end + 14, 42, f"frame {kept.trip.frame_id}", 14, QUIET)
        end = plate.write(result, 42, f"{kept.trip.latency * 1000:.1f}", 26)
        plate.write(end + 7, 42, "ms", 17)
        words = result + self._figure + 46
        spark = self._right - plate.length_of_bars(BARS)
        if spark - words > 150:
            plate.write(words, 42, "camera to display", 14, QUIET)
        recent = self._latencies[max(0, index + 1 - BARS) : index + 1]
        plate.bars(self._right, 14, 30, [latency / self._top for latency in recent])
        return plate.pixels()

    def _rule(self) -> Plate:
        """What stays: the median's line and its name."""
        box, unit = self._layout.footer, self._layout.unit
        plate = Plate(box.width, box.height, unit)
        plate.write(self._right, 60, f"p50 {self._median * 1000:.1f} ms", 11, QUIET, right=True)
        return plate


def write_side_by_side(
    path: Path, spool: Spool, names: tuple[str, str], details: tuple[str, str], advance: Callable[[], None]
) -> None:
    """Writes the clip; `advance` is called after every frame. Raises DisplayError when it cannot be."""
    first = spool.kept[0].camera
    layout = Layout.of((first.width, first.height))
    canvas, letterer = Canvas(layout, spool.colorspace), Letterer(layout, spool.kept)
    canvas.letter(layout.header, _header(layout, names, details))
    try:
        with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            stream = _stream(container, canvas)
            for picture in _pictures(spool, canvas, letterer):
                container.mux(stream.encode(picture))
                advance()
            container.mux(stream.encode(None))
    except (OSError, av.FFmpegError) as error:
        raise DisplayError(f"cannot write {path.name}: {error}", cure="Free disk space and retry.") from error


def _pictures(spool: Spool, canvas: Canvas, letterer: Letterer) -> Iterator[av.VideoFrame]:
    last, begin = -1, spool.kept[0].trip.capture_time
    for index, (kept, camera, result) in enumerate(spool.read()):
        canvas.put(canvas.layout.camera, camera)
        canvas.put_scene(canvas.layout.result, result, kept.scene)
        canvas.letter(canvas.layout.footer, letterer.footer(index, kept))
        picture = canvas.picture()
        last = max(last + 1, round((kept.trip.capture_time - begin) / TIME_BASE))
        picture.pts, picture.time_base = last, TIME_BASE
        yield picture


def _joined(planes: Planes) -> av.VideoFrame:
    height, width = planes[0].shape
    pixels = np.concatenate([plane.reshape(-1) for plane in planes])
    return av.VideoFrame.from_ndarray(pixels.reshape(height * 3 // 2, width), format="yuv420p")


def _parted(picture: av.VideoFrame) -> Planes:
    pixels, size = np.asarray(picture.to_ndarray(), np.uint8).reshape(-1), picture.width * picture.height
    luma, cb, cr = np.split(pixels, [size, size * 5 // 4])
    half = (picture.height // 2, picture.width // 2)
    return luma.reshape(picture.height, picture.width), cb.reshape(half), cr.reshape(half)


def to_planes(pixels: Pixels, colorspace: int) -> Planes:
    """RGB (h, w, 3) with even sides to limited-range 4:2:0."""
    red, blue = _WEIGHTS[colorspace]
    light = pixels.astype(np.float32) / 255
    luma = light @ np.array([red, 1 - red - blue, blue], np.float32)
    height, width = luma.shape
    small = light.reshape(height // 2, 2, width // 2, 2, 3).mean((1, 3))
    base = luma.reshape(height // 2, 2, width // 2, 2).mean((1, 3))
    cb = (small[..., 2] - base) / (2 * (1 - blue))
    cr = (small[..., 0] - base) / (2 * (1 - red))
    return _bytes(16 + 219 * luma), _bytes(128 + 224 * cb), _bytes(128 + 224 * cr)


def _header(layout: Layout, names: tuple[str, str], details: tuple[str, str]) -> Pixels:
    plate = Plate(layout.header.width, layout.header.height, layout.unit)
    for box, name, detail in zip((layout.camera, layout.result), names, details, strict=True):
        left, right = box.x / layout.unit, (box.x + box.width) / layout.unit
        caption(plate, left, right, name, detail)
    return plate.pixels()


def _stream(container: "av.container.OutputContainer", canvas: Canvas) -> "av.VideoStream":
    stream = container.add_stream("libx264", rate=30)
    stream.width, stream.height, stream.pix_fmt = canvas.layout.width, canvas.layout.height, "yuv420p"
    stream.time_base = stream.codec_context.time_base = TIME_BASE
    stream.options = {"preset": "fast", "crf": "19"}
    context = stream.codec_context
    context.colorspace, context.color_range = canvas.colorspace, 1
    if canvas.colorspace == BT709:
        context.color_primaries = context.color_trc = BT709
    return stream


def _resized(plane: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    if plane.shape == (height, width):
        return plane
    smaller = plane.shape[1] > width
    how = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(plane, (width, height), interpolation=how), np.uint8)


def _bytes(samples: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(np.rint(samples), 0, 255), np.uint8)
