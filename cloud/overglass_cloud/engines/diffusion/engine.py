"""Wearers' pictures through the diffusion model, several at once, each by its own prompt, seed, strength.

Knows sessions' documents and pictures; how a frame is computed is the model's affair.
"""

import gc
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

import av
import numpy as np
import structlog
import torch
from torch import Tensor

from overglass_cloud.engines import planes
from overglass_cloud.engines.diffusion.frame import Batch, Model, Wish
from overglass_cloud.engines.diffusion.prompts import Prompts
from overglass_cloud.engines.diffusion.replay import Replay
from overglass_cloud.engines.diffusion.wearing import Wearing, Words
from overglass_cloud.looks import Sitter, State
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError

log = structlog.get_logger()

PROMPT = "an oil painting in bold brush strokes, vivid colours, golden light"
"What is painted for those who say nothing."
CALM = 0.6
"How much of the frame before stays where nothing moves."
FADED = 0.2
"Strength below which the source shows through, for even without noise the autoencoder loses fine detail."
BT709 = 1
"In ITU-T H.273, table 4, as FFmpeg numbers it."
WORDS_KEPT = 32
"Prompts whose keys and values stay on the device, a few megabytes each."


class Reader(Protocol):
    """What makes numbers of a prompt."""

    def check(self, prompt: str) -> None:
        """Raises LookError for a prompt that cannot be read."""
        ...

    def encode(self, prompt: str) -> Tensor:
        """(tokens, words); called in a thread of its own."""
        ...


class Diffusion:
    """The engine. `noise`: the share of all noise that strength 1 lays over the picture, 0..1."""

    def __init__(self, model: Model, reader: Reader, replay: Replay, *, noise: float, max_batch: int) -> None:
        self.max_batch = max_batch
        self.waits = False
        "Whether a picture waits for its words to be read, rather than being painted with those before."
        self._model, self._reader, self._replay = model, reader, replay
        self._noise = noise
        self._prompts = Prompts(reader.encode)
        self._words: OrderedDict[str, Tensor] = OrderedDict()
        self._plain = self._read(PROMPT, reader.encode(PROMPT))

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> Wearing:
        """Raises LookError for a prompt that is too long, and for a reference picture."""
        if control.reference is not None:
            raise LookError(
                "the look 'imagine' cannot go by a picture: its pipeline has no image adapter",
                cure="Leave the picture out and say it in words, or wear the look any-picture.",
            )
        prompt = (control.prompt or "").strip() or PROMPT
        if not isinstance(previous, Wearing):
            self._reader.check(prompt)
            return Wearing(control, prompt, self._prompts.ask(prompt))
        if prompt == previous.prompt:
            return replace(previous, control=control)
        self._reader.check(prompt)
        if previous.pending is not None:
            previous.pending.cancel()  # typed over: nobody waits for half a prompt
        return replace(previous, control=control, prompt=prompt, pending=self._prompts.ask(prompt))

    def paint(self, pictures: Sequence[av.VideoFrame], states: Sequence[State]) -> list[av.VideoFrame]:
        """Raises LookError when the device has no room for even one picture."""
        results = list(pictures)
        wanted = [row for row, state in enumerate(states) if state.control.strength > 0]
        painted = self._painted([pictures[row] for row in wanted], [states[row] for row in wanted])
        for row, picture in zip(wanted, painted, strict=True):
            results[row] = picture
        return results

    def _painted(
        self, pictures: Sequence[av.VideoFrame], states: Sequence[Wearing]
    ) -> Iterator[av.VideoFrame]:
        if not pictures:
            return iter(())
        if len(pictures) > self.max_batch:
            return self._in_parts(pictures, states, self.max_batch)
        try:
            return iter(self._batch_painted(pictures, states))
        except Exception as error:
            if not out_of_memory(error):
                raise
            failure = str(error).partition("\n")[0]
        # Outside the handler: there the error's traceback would keep alive what has to be freed.
        self._replay.forget()
        gc.collect()
        if len(pictures) == 1:
            raise no_room(failure)
        half = self.max_batch = (len(pictures) + 1) // 2
        log.warning("no room for so many pictures at once", pictures=len(pictures), from_now_on=half)
        return self._in_parts(pictures, states, half)

    def _in_parts(
        self, pictures: Sequence[av.VideoFrame], states: Sequence[Wearing], most: int
    ) -> Iterator[av.VideoFrame]:
        for start in range(0, len(pictures), most):
            part = slice(start, start + most)
            yield from self._painted(pictures[part], states[part])

    def _batch_painted(
        self, pictures: Sequence[av.VideoFrame], states: Sequence[Wearing]
    ) -> list[av.VideoFrame]:
        batch = self._replay.batch((pictures[0].height, pictures[0].width), len(pictures))
        rows = [
            self._fill(batch, row, picture, state)
            for row, (picture, state) in enumerate(zip(pictures, states, strict=True))
        ]
        batch.numbers[: len(rows)].copy_(torch.tensor(rows))
        self._replay.paint(batch)
        for row, state in enumerate(states):
            state.memory = batch.memory[row].clone()
        return [
            planes.picture_like(picture, _planes(batch, batch.taken[row]))
            for row, picture in enumerate(pictures)
        ]

    def _fill(self, batch: Batch, row: int, picture: av.VideoFrame, state: Wearing) -> list[float]:
        """Lays one picture and what belongs to it into the batch; its row of numbers."""
        for place, plane in zip(_planes(batch, batch.given[row]), planes.views(picture), strict=True):
            np.copyto(place, plane)
        height, width = batch.noise.shape[2:]
        batch.noise[row].copy_(state.fixed_noise((height, width)), non_blocking=True)
        batch.words[row].copy_(self._words_of(state))
        remembers = state.memory is not None and state.memory.shape == batch.memory[row].shape
        batch.memory[row] = state.memory if remembers and state.memory is not None else 0.0
        return self._model.numbers(self._wish(picture, state, remembers=remembers))

    def _wish(self, picture: av.VideoFrame, state: Wearing, *, remembers: bool) -> Wish:
        levels, strength = planes.levels(picture), state.control.strength
        weights = (0.2126, 0.0722) if picture.colorspace == BT709 else (0.299, 0.114)
        return Wish(
            (float(levels.black), float(levels.luma), float(levels.colour), *weights),
            min(1.0, strength / FADED),
            CALM if remembers else 0.0,
            tuple(self._model.schedule.steps(strength * self._noise, self._model.steps)),
        )

    def _words_of(self, state: Wearing) -> Tensor:
        """The next frame's keys and values, with a new prompt taken in as soon as it has been encoded."""
        pending = state.pending
        if pending is not None and pending.cancelled():  # by another wearer of the same prompt
            pending = state.pending = self._prompts.ask(state.prompt)
        if pending is not None and (self.waits or pending.done()):
            state.pending = None
            if (failure := pending.exception()) is not None:
                log.error("a prompt could not be encoded; the one before stays", reason=str(failure))
            else:
                target = self._read(state.prompt, pending.result())
                state.words = state.words or Words(target, target)
                state.words.aim(target)
        return state.words.step() if state.words is not None else self._plain

    def _read(self, prompt: str, numbers: Tensor) -> Tensor:
        """A prompt's keys and values for all layers, (tokens, width), on the device."""
        if prompt not in self._words:
            with torch.no_grad():
                numbers = numbers.to(self._model.device, self._model.dtype)
                self._words[prompt] = self._model.unet.read(numbers)
        self._words.move_to_end(prompt)
        while len(self._words) > WORDS_KEPT:
            self._words.popitem(last=False)
        return self._words[prompt]


def out_of_memory(error: BaseException | None) -> bool:
    """Whether the device, or the host, had no room; a failed capture hides that behind another error."""
    while error is not None:
        if isinstance(error, torch.OutOfMemoryError | MemoryError) or "can't allocate memory" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def no_room(failure: str) -> LookError:
    """What running out of memory means to a person."""
    return LookError(
        f"there is no room for the diffusion model on the device ({failure})",
        cure="End what else uses it, lower OVERGLASS_DIFFUSION_PIXELS, or wear another look.",
    )


def _planes(batch: Batch, samples: Tensor) -> planes.Planes:
    """Views of one picture's samples, which lie on the host."""
    height, width = batch.size
    half = ((height + 1) // 2, (width + 1) // 2)
    flat, luma = samples.numpy(), height * width
    chroma = half[0] * half[1]
    return (
        flat[:luma].reshape(height, width),
        flat[luma : luma + chroma].reshape(half),
        flat[luma + chroma :].reshape(half),
    )
