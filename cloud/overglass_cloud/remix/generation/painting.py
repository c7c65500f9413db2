"""Feeds a model windows of pictures as its shape wants them, and joins what it makes.

Which pipeline it is, is data (`catalogue`). Knows no files and no jobs.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import av
import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from overglass_cloud.clips.still import Still
from overglass_cloud.engines import planes
from overglass_cloud.remix.blending import Pixels, joined
from overglass_cloud.remix.generation.catalogue import Model
from overglass_cloud.remix.generation.fitting import Fitting
from overglass_cloud.remix.presets.contract import Segment


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks of a model."""

    prompt: str
    negative: str = ""
    strength: float = 0.7
    steps: int = 30
    guidance: float = 5.0
    pixels: int = 832 * 480
    window: int = 81
    "Pictures at once, as the model's shape allows."
    overlap: int = 8
    "Pictures that neighbouring windows both paint."
    seed: int = 0
    mask: NDArray[np.uint8] | None = None
    "(height, width): black keeps, white generates."
    rate: int = 24
    "Pictures in a second that moving is made for."


class Generator:
    """One pipeline at work on segments, one after the other."""

    def __init__(self, pipeline: Any, model: Model, wish: Wish) -> None:
        self._pipeline = pipeline
        self._model = model
        self._wish = wish

    def paint(self, segment: Segment, stills: Iterator[Still]) -> Iterator[Still]:
        stills = (still for still in stills if segment.start - segment.blend <= still.index < segment.end)
        tail: list[Pixels] = []
        fresh = list(islice(stills, self._wish.window))
        held: list[Still] = []
        while fresh:
            window = held + fresh
            run = list(joined(tail, self._made(window)))
            fresh = list(islice(stills, self._wish.window - self._wish.overlap))
            kept = len(window) - self._wish.overlap if fresh else len(window)
            for still, picture in zip(window[:kept], run[:kept], strict=True):
                yield still.painted(_frame(picture, still.picture))
            held, tail = window[kept:], run[kept:]

    def close(self) -> None:
        """Lets the weights go."""
        self._pipeline = None

    def _made(self, window: Sequence[Still]) -> list[Pixels]:
        """The window's pictures at their own size; what fills it up to the shape is dropped."""
        sources = [_rgb(still.picture) for still in window]
        height, width = sources[0].shape[:2]
        fitting = Fitting.of(width, height, self._wish.pixels, self._model.multiple)
        count = self._model.shape.window(len(window))
        padded = sources + [sources[-1]] * (count - len(sources))
        made = self._call([fitting.into(picture) for picture in padded], fitting, window[0].index)
        run = [fitting.back(picture) for picture in made[: len(sources)]]
        if len(run) < len(sources):
            raise RuntimeError(f"{self._model.pipeline} made {len(run)} pictures of {len(sources)}")
        if (mask := self._mask((width, height))) is not None:
            run = [_laid(mask, source, made) for source, made in zip(sources, run, strict=True)]
        return run

    def _call(self, pictures: Sequence[Pixels], fitting: Fitting, first: int) -> list[Pixels]:
        model, wish = self._model, self._wish
        video = [Image.fromarray(picture) for picture in pictures]
        width, height = fitting.outer
        asked: dict[str, Any] = {
            "prompt": wish.prompt,
            "negative_prompt": wish.negative,
            "width": width,
            "height": height,
            "num_inference_steps": wish.steps,
            "guidance_scale": wish.guidance,
            # Noise is drawn on the processor, so that it is the same whatever paints.
            "generator": torch.Generator("cpu").manual_seed(seed_of(wish.seed, first)),
            "output_type": "np",
            **model.fixed,
        }
        asked["image" if model.task == "image" else "video"] = video[0] if model.task == "image" else video
        if model.counted:
            asked["num_frames"] = len(video)
        if model.rated:
            asked["frame_rate"] = wish.rate
        if model.strength is not None:
            asked[model.strength] = wish.strength
        if model.keeping is not None:
            asked[model.keeping] = 1 - wish.strength
        if model.mask:
            white = np.full((*pictures[0].shape[:2],), 255, np.uint8)
            mask = self._mask(fitting.own)
            shown = white if mask is None else fitting.into(np.repeat(mask[..., None], 3, 2))[..., 0]
            asked["mask"] = [Image.fromarray(shown)] * len(video)
        with torch.inference_mode():
            (made,) = self._pipeline(**asked).frames
        return [(np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8) for picture in np.asarray(made)]

    def _mask(self, size: tuple[int, int]) -> NDArray[np.uint8] | None:
        """At a size (width, height)."""
        if not self._model.mask or self._wish.mask is None:
            return None
        return cv2.resize(self._wish.mask, size, interpolation=cv2.INTER_LINEAR).astype(np.uint8)


def seed_of(seed: int, index: int) -> int:
    """A window's own, from the job's and the number of its first picture: 63 bits."""
    digest = hashlib.sha256(f"{seed}:{index}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def _laid(mask: NDArray[np.uint8], source: Pixels, made: Pixels) -> Pixels:
    """What was made where the mask is white; the source's own samples where it is black."""
    share = mask[..., None].astype(np.float32) / 255
    return (source + share * (made.astype(np.float32) - source) + 0.5).astype(np.uint8)


def _rgb(picture: av.VideoFrame) -> Pixels:
    return picture.to_ndarray(format="rgb24").astype(np.uint8, copy=False)


def _frame(rgb: Pixels, like: av.VideoFrame) -> av.VideoFrame:
    """As a picture whose samples mean what those of `like` do."""
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
    meaning: dict[str, Any] = {"dst_colorspace": like.colorspace, "dst_color_range": like.color_range}
    return planes.picture_like(like, planes.views(frame.reformat(format=like.format.name, **meaning)))
