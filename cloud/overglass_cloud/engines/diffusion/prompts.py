"""Prompts as numbers: a text encoder in a thread of its own, so that no frame waits for words.

It computes on the processor, whatever paints: a prompt takes a few tenths of a second there, and the
device stays with the one thread that owns it.
"""

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from overglass_protocol.errors import LookError

KEPT = 64
"Prompts remembered; each is a few hundred kilobytes."


class Encoder:
    """A pipeline's tokenizer and text encoder (CLIP). `tokens`: how many it reads, the two marks included."""

    def __init__(self, folder: Path) -> None:
        """Raises LookError when the folder has none that can be read."""
        try:
            from transformers import CLIPTextModel, CLIPTokenizer
            from transformers.utils import logging as chatter
        except ImportError as error:
            raise LookError(
                f"prompts cannot be read: {error}", cure="Run: pip install 'overglass[diffusion]'."
            ) from error
        chatter.disable_progress_bar()  # ours is the one that is shown
        text = folder / "text_encoder"
        variant = "fp16" if (text / "model.fp16.safetensors").is_file() else None
        try:
            self._tokenizer: Any = CLIPTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True)
            self._model: Any = CLIPTextModel.from_pretrained(
                text, variant=variant, local_files_only=True, use_safetensors=True, dtype=torch.float32
            )
        except Exception as error:  # what it raises for a damaged folder differs by version
            raise LookError(
                f"the text encoder in {folder} cannot be read: {error}",
                cure="Run: overglass models pull sd_turbo. Or lay whole tokenizer and text_encoder there.",
            ) from error
        self.tokens = int(self._model.config.max_position_embeddings)

    def check(self, prompt: str) -> None:
        """Raises LookError for a prompt that is longer than can be read."""
        length = len(self._tokenizer(prompt).input_ids)
        if length > self.tokens:
            raise LookError(
                f"the prompt has {length - 2} tokens, and the model reads {self.tokens - 2}",
                cure="Say it in fewer words; a word is one token or two.",
            )

    @torch.no_grad()
    def encode(self, prompt: str) -> Tensor:
        """(tokens, words), float32."""
        ids = self._tokenizer(
            prompt, padding="max_length", max_length=self.tokens, truncation=True, return_tensors="pt"
        ).input_ids
        states: Tensor = self._model(ids)[0]
        return states[0]


class Prompts:
    """Prompts being encoded, and those that were. Its thread ends when this is dropped."""

    def __init__(self, encode: Callable[[str], Tensor]) -> None:
        self._encode = encode
        self._thread = ThreadPoolExecutor(1, "prompts")
        self._known: OrderedDict[str, Future[Tensor]] = OrderedDict()

    def ask(self, prompt: str) -> "Future[Tensor]":
        """The prompt's numbers, now or later. Whoever no longer wants them may cancel the future."""
        known = self._known.get(prompt)
        if known is None or known.cancelled() or (known.done() and known.exception() is not None):
            known = self._known[prompt] = self._thread.submit(self._encode, prompt)
        self._known.move_to_end(prompt)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return known
