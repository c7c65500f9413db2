"""Prompts: the published pipeline's numbers, in a thread of their own."""

import shutil
import threading
from concurrent.futures import CancelledError
from pathlib import Path

import pytest
import torch
from diffusers import StableDiffusionImg2ImgPipeline
from torch import Tensor

from overglass_cloud.engines.diffusion.prompts import KEPT, Encoder, Prompts
from overglass_protocol.errors import LookError


@pytest.mark.parametrize("prompt", ["", "abc", "a long walk by the sea " * 3])
def test_a_prompt_becomes_the_numbers_the_published_pipeline_makes_of_it(
    published: tuple[Path, StableDiffusionImg2ImgPipeline], prompt: str
) -> None:
    folder, pipeline = published
    expected, _ = pipeline.encode_prompt(prompt, torch.device("cpu"), 1, False)
    torch.testing.assert_close(Encoder(folder).encode(prompt), expected[0])


def test_what_fits_is_read_whole_and_one_token_more_is_refused(folder: Path) -> None:
    encoder = Encoder(folder)
    encoder.check("x" * 75)
    with pytest.raises(LookError, match="the prompt has 76 tokens, and the model reads 75") as caught:
        encoder.check("x" * 76)
    assert "fewer words" in caught.value.cure


def test_the_longest_prompt_a_document_can_hold_is_refused_in_words(folder: Path) -> None:
    with pytest.raises(LookError, match="tokens"):
        Encoder(folder).check("x" * 2000)


@pytest.mark.parametrize("missing", ["tokenizer", "text_encoder"])
def test_a_folder_without_a_text_encoder_says_what_is_missing(
    folder: Path, tmp_path: Path, missing: str
) -> None:
    copied = Path(shutil.copytree(folder, tmp_path / "copied"))
    shutil.rmtree(copied / missing)
    with pytest.raises(LookError, match="the text encoder in") as caught:
        Encoder(copied)
    assert "overglass models pull sd_turbo" in caught.value.cure


def test_half_a_text_encoder_is_refused(folder: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(folder, tmp_path / "copied"))
    file = copied / "text_encoder" / "model.safetensors"
    file.write_bytes(file.read_bytes()[:5000])
    with pytest.raises(LookError, match="the text encoder in"):
        Encoder(copied)


class Slow:
    """Encodes when it may, and notes what."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.begun = threading.Semaphore(0)
        self.encoded: list[str] = []
        self.threads: set[str] = set()

    def __call__(self, prompt: str) -> Tensor:
        self.begun.release()
        assert self.gate.wait(10)
        self.encoded.append(prompt)
        self.threads.add(threading.current_thread().name)
        if prompt == "bad":
            raise RuntimeError("no words for it")
        return torch.zeros(1)


@pytest.fixture
def slow() -> Slow:
    return Slow()


def test_whoever_asks_does_not_wait(slow: Slow) -> None:
    future = Prompts(slow).ask("sea")
    assert not future.done()
    slow.gate.set()
    future.result(10)
    assert threading.current_thread().name not in slow.threads


def test_the_same_prompt_is_encoded_once(slow: Slow) -> None:
    prompts = Prompts(slow)
    slow.gate.set()
    first = prompts.ask("sea")
    first.result(10)
    assert prompts.ask("sea") is first
    assert slow.encoded == ["sea"]


def test_a_cancelled_prompt_is_not_encoded_and_can_be_asked_for_again(slow: Slow) -> None:
    prompts = Prompts(slow)
    prompts.ask("first")
    assert slow.begun.acquire(timeout=10)
    unwanted = prompts.ask("sea")
    assert unwanted.cancel()
    slow.gate.set()
    prompts.ask("wood").result(10)
    assert slow.encoded == ["first", "wood"]
    with pytest.raises(CancelledError):
        unwanted.result(0)
    prompts.ask("sea").result(10)
    assert slow.encoded[-1] == "sea"


def test_a_prompt_that_failed_is_tried_again_when_it_is_asked_for_again(slow: Slow) -> None:
    prompts = Prompts(slow)
    slow.gate.set()
    for _ in range(2):
        with pytest.raises(RuntimeError, match="no words"):
            prompts.ask("bad").result(10)
    assert slow.encoded == ["bad", "bad"]


def test_only_so_many_prompts_are_remembered(slow: Slow) -> None:
    prompts = Prompts(slow)
    slow.gate.set()
    for number in range(KEPT + 1):
        prompts.ask(str(number)).result(10)
    prompts.ask("1").result(10)
    prompts.ask("0").result(10)
    assert slow.encoded.count("1") == 1
    assert slow.encoded.count("0") == 2
