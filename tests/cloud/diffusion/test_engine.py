"""The engine: sessions' documents and pictures in, painted pictures out, and what goes wrong."""

import threading
from collections.abc import Sequence

import av
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from overglass_cloud.engines.diffusion.engine import PROMPT, Diffusion
from overglass_cloud.engines.diffusion.frame import Batch, Model
from overglass_cloud.engines.diffusion.replay import Replay
from overglass_cloud.engines.diffusion.wearing import BLEND, Wearing
from overglass_cloud.looks import ALONE
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError
from tests.cloud.diffusion import pipelines

PIXELS = 48 * 64


class Reader:
    """Makes numbers of a prompt as told: at once, or when `gate` opens."""

    def __init__(self) -> None:
        self.gate: threading.Event | None = None
        self.asked: list[str] = []

    def check(self, prompt: str) -> None:
        if len(prompt) > 100:
            raise LookError("too long", cure="Say less.")

    def encode(self, prompt: str) -> Tensor:
        self.asked.append(prompt)
        if self.gate is not None:
            assert self.gate.wait(10)
        random = torch.Generator().manual_seed(sum(map(ord, prompt)))
        return 3 * torch.randn(77, pipelines.WORDS, generator=random)


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def engine(model: Model, reader: Reader) -> Diffusion:
    return engine_of(model, reader)


def engine_of(model: Model, reader: Reader) -> Diffusion:
    return Diffusion(model, reader, Replay(model, PIXELS, graphs=False), noise=0.5, max_batch=4)


def picture(shade: int = 0, width: int = 64, height: int = 48) -> av.VideoFrame:
    """A soft ramp, another for each shade."""
    y, x = np.mgrid[: height * 3 // 2, :width]
    samples = 60 + (x + (1 + shade) * y) % 120
    made = av.VideoFrame.from_ndarray(samples.astype(np.uint8), format="yuv420p")
    made.pts = 7 + shade
    return made


def wearing(engine: Diffusion, **document: object) -> Wearing:
    """A session's state, whose prompt has been encoded."""
    state = engine.prepare(Control.model_validate({"look": "imagine", **document}), None, ALONE)
    assert state.pending is not None
    state.pending.result(10)
    return state


def painted(
    engine: Diffusion, pictures: Sequence[av.VideoFrame], states: Sequence[Wearing]
) -> NDArray[np.int64]:
    return np.stack([result.to_ndarray().astype(int) for result in engine.paint(pictures, states)])


def test_at_strength_zero_the_picture_itself_comes_back_and_nothing_is_computed(engine: Diffusion) -> None:
    source = picture()
    assert engine.paint([source], [wearing(engine, strength=0.0)]) == [source]


def test_the_result_has_the_size_the_time_and_the_range_of_its_source(engine: Diffusion) -> None:
    source = picture()
    (result,) = engine.paint([source], [wearing(engine)])
    assert (result.width, result.height, result.pts, result.format.name) == (64, 48, 7, "yuv420p")
    samples = result.to_ndarray()
    assert samples[:48].min() >= 16
    assert samples[:48].max() <= 235


def test_the_same_seed_paints_the_same_and_another_one_other(engine: Diffusion) -> None:
    def of_seed(seed: int) -> NDArray[np.int64]:
        return painted(engine, [picture()], [wearing(engine, seed=seed)])

    assert np.array_equal(of_seed(3), of_seed(3))
    assert np.abs(of_seed(3) - of_seed(2**62)).max() > 8


def test_wearers_in_one_batch_are_painted_as_each_would_be_alone(engine: Diffusion) -> None:
    documents = [
        {"prompt": "a", "seed": 1, "strength": 0.3},
        {"prompt": "b", "seed": 2, "strength": 1.0},
        {"prompt": "a", "seed": 2, "strength": 0.8},
    ]
    pictures = [picture(shade) for shade in range(3)]
    alone = [
        painted(engine, [each], [wearing(engine, **document)])[0]
        for each, document in zip(pictures, documents, strict=True)
    ]
    together = painted(engine, pictures, [wearing(engine, **document) for document in documents])
    assert np.abs(together - alone).max() <= 1
    assert np.abs(together[0] - together[1]).max() > 8


def test_a_batch_may_hold_one_who_wants_nothing_painted(engine: Diffusion) -> None:
    sources = [picture(0), picture(1)]
    results = engine.paint(sources, [wearing(engine, strength=0.0), wearing(engine)])
    assert results[0] is sources[0]
    assert results[1] is not sources[1]


def test_while_a_prompt_is_encoded_frames_go_on_with_the_one_before(
    engine: Diffusion, reader: Reader
) -> None:
    state = wearing(engine, prompt="sea")
    before = painted(engine, [picture()], [state])
    reader.gate = threading.Event()
    state = engine.prepare(state.control.model_copy(update={"prompt": "wood"}), state, ALONE)
    assert np.array_equal(painted(engine, [picture()], [state]), before)
    reader.gate.set()
    assert state.pending is not None
    state.pending.result(10)
    assert np.abs(painted(engine, [picture()], [state]) - before).max() > 0


def test_where_pictures_have_to_be_the_same_a_picture_waits_for_its_words(
    engine: Diffusion, reader: Reader
) -> None:
    engine.waits = True
    state = wearing(engine, prompt="sea")
    before = painted(engine, [picture()], [state])
    reader.gate = threading.Event()
    threading.Timer(0.01, reader.gate.set).start()
    state = engine.prepare(state.control.model_copy(update={"prompt": "wood"}), state, ALONE)
    assert np.abs(painted(engine, [picture()], [state]) - before).max() > 0


def test_a_prompt_becomes_another_in_even_steps(engine: Diffusion) -> None:
    state = wearing(engine, prompt="sea")
    engine.paint([picture()], [state])
    assert state.words is not None
    words, start = state.words, state.words.shown.clone()
    state = engine.prepare(state.control.model_copy(update={"prompt": "wood"}), state, ALONE)
    assert state.pending is not None
    state.pending.result(10)
    shown = []
    for _ in range(BLEND + 1):
        engine.paint([picture()], [state])
        shown.append(words.shown.clone())
    target = words.target
    for number, between in enumerate(shown[:BLEND], 1):
        torch.testing.assert_close(between, torch.lerp(start, target, number / BLEND), rtol=1e-3, atol=1e-4)
    assert torch.equal(shown[BLEND], target)


def test_the_first_prompt_of_a_session_is_not_blended_in(engine: Diffusion) -> None:
    state = wearing(engine, prompt="sea")
    engine.paint([picture()], [state])
    assert state.words is not None
    assert state.words.left == 0


def test_a_prompt_typed_over_is_not_encoded(engine: Diffusion, reader: Reader) -> None:
    state = wearing(engine, prompt="sea")
    reader.gate = threading.Event()
    for prompt in ("w", "wo", "woo", "wood"):
        state = engine.prepare(state.control.model_copy(update={"prompt": prompt}), state, ALONE)
    reader.gate.set()
    assert state.pending is not None
    state.pending.result(10)
    assert reader.asked[-1] == "wood"
    assert "woo" not in reader.asked


def test_another_strength_keeps_prompt_and_memory(engine: Diffusion, reader: Reader) -> None:
    state = wearing(engine, prompt="sea")
    engine.paint([picture()], [state])
    asked = list(reader.asked)
    again = engine.prepare(state.control.model_copy(update={"strength": 0.4}), state, ALONE)
    assert again.words is state.words
    assert again.memory is state.memory
    assert reader.asked == asked


def test_who_says_nothing_gets_the_looks_own_prompt(engine: Diffusion) -> None:
    assert wearing(engine, prompt="  ").prompt == PROMPT


def test_a_prompt_that_is_too_long_is_refused_and_the_state_before_still_paints(engine: Diffusion) -> None:
    state = wearing(engine)
    with pytest.raises(LookError, match="too long"):
        engine.prepare(state.control.model_copy(update={"prompt": "x" * 101}), state, ALONE)
    assert len(engine.paint([picture()], [state])) == 1


def test_a_reference_picture_is_refused_with_what_can_be_done_instead(engine: Diffusion) -> None:
    with pytest.raises(LookError, match="no image adapter") as caught:
        engine.prepare(Control(look="imagine", reference="a" * 64), None, ALONE)
    assert "any-picture" in caught.value.cure


class Full(Model):
    """A model that runs out of memory for batches of more than `room`."""

    def __init__(self, model: Model) -> None:
        super().__init__(model.unet, model.autoencoder, model.schedule, model.steps)
        self.room = 0
        self.tried: list[int] = []

    def paint(self, batch: Batch) -> None:
        self.tried.append(batch.count)
        if batch.count > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB\nmore of it")
        super().paint(batch)


def test_out_of_memory_says_its_cure_and_the_engine_paints_again_when_there_is_room(
    model: Model, reader: Reader
) -> None:
    full = Full(model)
    engine = engine_of(full, reader)
    state = wearing(engine)
    with pytest.raises(
        LookError, match=r"no room for the diffusion model.*Tried to allocate 2 GiB"
    ) as caught:
        engine.paint([picture()], [state])
    assert "OVERGLASS_DIFFUSION_PIXELS" in caught.value.cure
    full.room = 1
    assert engine.paint([picture()], [state])[0].width == 64


def test_no_room_for_a_batch_halves_it_from_then_on(model: Model, reader: Reader) -> None:
    full = Full(model)
    full.room = 1
    engine = engine_of(full, reader)
    states = [wearing(engine, seed=seed) for seed in range(4)]
    expected = [
        painted(engine_of(model, reader), [picture()], [wearing(engine, seed=n)])[0] for n in range(4)
    ]
    assert np.abs(painted(engine, [picture()] * 4, states) - expected).max() <= 1
    assert engine.max_batch == 1


def test_another_failure_is_not_taken_for_a_lack_of_memory(model: Model, reader: Reader) -> None:
    class Broken(Full):
        def paint(self, batch: Batch) -> None:
            raise RuntimeError("illegal instruction")

    engine = engine_of(Broken(model), reader)
    with pytest.raises(RuntimeError, match="illegal instruction"):
        engine.paint([picture()], [wearing(engine)])


def test_a_picture_marked_bt709_is_read_as_that(engine: Diffusion) -> None:
    plain, marked = picture(), picture()
    marked.colorspace = 1
    results = painted(engine, [plain, marked], [wearing(engine), wearing(engine)])
    assert np.abs(results[0] - results[1]).max() > 0


def test_a_picture_that_is_not_420_is_refused(engine: Diffusion) -> None:
    wrong = av.VideoFrame(64, 48, "rgb24")
    with pytest.raises(LookError, match="rgb24"):
        engine.paint([wrong], [wearing(engine)])
