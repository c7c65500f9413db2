"""Replaying frames: batches for few numbers of pictures; on CUDA graphs that paint what the steps paint."""

import copy

import pytest
import torch

from overglass_cloud.engines.diffusion.frame import Batch, Model, Wish, work_size
from overglass_cloud.engines.diffusion.replay import KEPT, Replay

PIXELS = 48 * 64
cuda = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="needs a GPU with CUDA: graphs exist there alone"
)


def fill(batch: Batch, model: Model, seed: int) -> None:
    """Random pictures, prompts and noise, the same for the same seed."""
    random = torch.Generator().manual_seed(seed)
    batch.given.copy_(torch.randint(16, 236, batch.given.shape, generator=random))
    batch.noise.copy_(torch.randn(batch.noise.shape, generator=random))
    batch.memory.copy_(torch.randn(batch.memory.shape, generator=random))
    batch.words.copy_(torch.randn(batch.words.shape, generator=random))
    steps = tuple(model.schedule.steps(0.5, model.steps))
    row = model.numbers(Wish((16.0, 219.0, 224.0, 0.299, 0.114), 1.0, 0.6, steps))
    batch.numbers.copy_(torch.tensor([row] * batch.count))


@pytest.mark.parametrize(("pictures", "rows"), [(1, 1), (2, 2), (3, 4), (5, 8), (8, 8)])
def test_batches_come_in_powers_of_two(model: Model, pictures: int, rows: int) -> None:
    replay = Replay(model, PIXELS, graphs=False)
    assert replay.batch((48, 64), pictures).count == rows


def test_the_same_shape_and_number_get_the_same_memory(model: Model) -> None:
    replay = Replay(model, PIXELS, graphs=False)
    assert replay.batch((48, 64), 3) is replay.batch((48, 64), 4)
    assert replay.batch((48, 64), 3) is not replay.batch((64, 48), 3)


def test_of_many_shapes_the_one_unused_for_longest_makes_room(model: Model) -> None:
    replay = Replay(model, PIXELS, graphs=False)
    first = replay.batch((48, 64), 1)
    second = replay.batch((48, 66), 1)
    for width in range(68, 64 + 2 * KEPT, 2):
        replay.batch((48, width), 1)
    assert replay.batch((48, 64), 1) is first
    replay.batch((48, 300), 1)
    assert replay.batch((48, 64), 1) is first
    assert replay.batch((48, 66), 1) is not second


def test_the_host_finds_the_painted_samples_where_it_looks(model: Model) -> None:
    replay = Replay(model, PIXELS, graphs=False)
    batch = replay.batch((48, 64), 2)
    fill(batch, model, 1)
    replay.paint(batch)
    reference = Batch(model, (48, 64), 2, work_size((48, 64), PIXELS, model.multiple))
    fill(reference, model, 1)
    model.paint(reference)
    assert torch.equal(batch.taken, reference.painted)
    assert batch.taken.float().std() > 1


@cuda
@pytest.mark.parametrize("count", [1, 2])
def test_a_graph_paints_what_float32_step_by_step_paints(model: Model, count: int) -> None:
    exact = copy.deepcopy(model).cuda()
    quick = copy.deepcopy(model).cuda().to(torch.bfloat16)
    replay = Replay(quick, PIXELS, graphs=True)
    batch = replay.batch((48, 64), count)
    for seed in range(3):  # the second and third show whether a graph holds on to what it was captured with
        fill(batch, quick, seed)
        replay.paint(batch)
        reference = Batch(exact, (48, 64), count, batch.work)
        fill(reference, exact, seed)
        if reference.given is not reference.samples:
            reference.samples.copy_(reference.given)
        exact.paint(reference)
        error = (batch.taken.int() - reference.painted.cpu().int()).abs().float()
        assert error.mean() < 2  # bfloat16 keeps eight bits
        assert (batch.memory - reference.memory).abs().mean() < 0.05


@cuda
def test_graphs_of_two_shapes_share_memory_and_do_not_disturb_each_other(model: Model) -> None:
    quick = copy.deepcopy(model).cuda()
    replay = Replay(quick, PIXELS, graphs=True)
    one = replay.batch((48, 64), 1)
    fill(one, quick, 1)
    replay.paint(one)
    first = one.taken.clone()
    other = replay.batch((64, 48), 2)
    fill(other, quick, 2)
    replay.paint(other)
    fill(one, quick, 1)
    replay.paint(one)
    assert torch.equal(one.taken, first)
