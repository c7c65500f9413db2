"""Reframes a clip to another shape, with a crop that follows what the clip is about."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from overglass_cloud.clips.probe import probe
from overglass_cloud.clips.reading import pictures
from overglass_cloud.clips.still import Still
from overglass_cloud.remix.presets.camera_path import Saliency, path
from overglass_cloud.remix.presets.contract import Atelier, Painter, Preset, Scope, Segment
from overglass_cloud.remix.shots import cuts
from overglass_cloud.remix.timeline import Timeline

SMALL = (160, 90)
"Width and height that the clip is looked over at."


class Reframe(BaseModel):
    """Parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shape: Literal["9:16", "1:1", "4:5", "16:9"] = Field(default="9:16", description="Width to height.")


def cropped_size(parameters: Reframe, size: tuple[int, int]) -> tuple[int, int]:
    """The largest of the wanted shape that fits, with even sides: the full height where it can be."""
    across, down = map(int, parameters.shape.split(":"))
    width, height = size
    if width * down >= height * across:
        return max(2, 2 * round(height * across / down / 2)), height
    return width, max(2, 2 * round(width * down / across / 2))


class Cropper:
    """Crops each picture where the path says, to fractions of a pixel."""

    def __init__(self, parameters: Reframe, corners: NDArray[np.float64]) -> None:
        self._parameters = parameters
        self._corners = corners

    def paint(self, segment: Segment, stills: Iterator[Still]) -> Iterator[Still]:
        for still in stills:
            picture = still.picture
            size = cropped_size(self._parameters, (picture.width, picture.height))
            x, y = self._corners[still.index] * (picture.width, picture.height)
            yield still.painted(cropped(picture, float(x), float(y), size))

    def close(self) -> None:
        """Holds nothing."""


def cropped(picture: av.VideoFrame, x: float, y: float, size: tuple[int, int]) -> av.VideoFrame:
    """A crop with its left top corner at a place in luma pixels. `yuv420p` in and out, colour tags kept."""
    flat = picture.to_ndarray(format="yuv420p").reshape(-1)
    width, height = picture.width, picture.height
    made, at = [], 0
    for half in (1, 2, 2):
        shape = (height // half, width // half)
        plane = flat[at : at + shape[0] * shape[1]].reshape(shape)
        at += plane.size
        shift = np.array([[1, 0, -x / half], [0, 1, -y / half]])
        out = cv2.warpAffine(
            plane,
            shift,
            (size[0] // half, size[1] // half),
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
        made.append(out.reshape(-1))
    page = np.asarray(np.concatenate(made), np.uint8).reshape(size[1] * 3 // 2, size[0])
    result = av.VideoFrame.from_ndarray(page, format="yuv420p")
    result.colorspace, result.color_range = picture.colorspace, picture.color_range
    return result


def _analyse(parameters: Reframe, timeline: Timeline, scope: Scope) -> Mapping[str, Any]:
    focus = np.full((len(timeline), 2), 0.5)
    starts = set((np.flatnonzero(np.diff(timeline.source)) + 1).tolist())
    for source in np.unique(timeline.source).tolist():
        mine = timeline.source == source
        frames = timeline.frame[mine]
        first, last = int(frames.min()), int(frames.max()) + 1
        clip = probe(scope.inputs[source])
        found: list[tuple[float, float]] = []
        small = _looked_over(pictures(scope.inputs[source], clip, first, last), last - first, found, scope)
        begun = np.array([first + cut for cut in cuts(small)], np.int64)
        focus[mine] = np.array(found)[frames - first]
        shot = np.searchsorted(begun, timeline.frame, side="right")
        change = (np.diff(shot) != 0) & mine[1:] & mine[:-1]
        starts |= set((np.flatnonzero(change) + 1).tolist())
    size = scope.sources[0].width, scope.sources[0].height
    crop = cropped_size(parameters, size)
    room = (1 - crop[0] / size[0], 1 - crop[1] / size[1])
    seconds = float(timeline.time(len(timeline) - 1) - timeline.time(0)) if len(timeline) > 1 else 0
    rate = (len(timeline) - 1) / seconds if seconds else 30.0
    corners = path(focus, room, sorted(starts), rate)
    return {"by": "saliency", "corners": np.round(corners, 6).tolist()}


def _looked_over(
    taken: Iterator[tuple[int, av.VideoFrame]], count: int, found: list[tuple[float, float]], scope: Scope
) -> Iterator[NDArray[np.uint8]]:
    """Small pictures, one at a time, while each one's centre is added to `found`."""
    saliency = Saliency()
    for _, picture in taken:
        small = np.asarray(picture.reformat(*SMALL, format="rgb24").to_ndarray(), np.uint8)
        found.append(saliency.centre(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)))
        scope.progress(len(found) / count)
        yield small


def _start(parameters: Reframe, atelier: Atelier) -> Painter:
    return Cropper(parameters, np.array(atelier.analysis["corners"]))


PRESETS = [
    Preset(
        name="reframe",
        title="Reframe",
        summary="Another shape for the clip, with a steady crop that follows what it is about.",
        kind="edit",
        parameters=Reframe,
        engine="OpenCV",
        licence="Apache-2.0",
        marking=lambda parameters: "none",
        size=cropped_size,
        analyse=_analyse,
        start=_start,
    )
]
