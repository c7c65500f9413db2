"""The network's folds lose nothing, and its weights are those that a file has to bring."""

import pytest
import torch

from overglass_cloud.neural.look_file import SAMPLES as SAMPLES_OF_FILES
from overglass_cloud.neural.look_file import Shape, shapes
from overglass_cloud.neural.network import SAMPLES, Network, folded, unfolded


@pytest.mark.parametrize("size", [(8, 8), (8, 24), (40, 16), (288, 512)])
@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
def test_unfolding_is_the_inverse_of_folding(size: tuple[int, int], dtype: torch.dtype) -> None:
    height, width = size
    luma = torch.randint(0, 256, (2, 1, height, width)).to(dtype)
    chroma = torch.randint(0, 256, (2, 2, height // 2, width // 2)).to(dtype)
    places = folded(luma, chroma)
    assert places.shape == (2, SAMPLES, height // 4, width // 4)
    back = unfolded(places)
    assert torch.equal(back[0], luma)
    assert torch.equal(back[1], chroma)


def test_a_place_holds_what_lies_there_in_the_picture() -> None:
    luma, chroma = torch.zeros(1, 1, 16, 16), torch.zeros(1, 2, 8, 8)
    luma[..., 4:8, 8:12] = 1
    chroma[..., 2:4, 4:6] = 1
    places = folded(luma, chroma)
    assert places[0, :, 1, 2].eq(1).all()
    assert places.sum() == SAMPLES


@pytest.mark.parametrize("shape", [Shape(), Shape(wide=8, deep=16, blocks=3)])
def test_a_file_has_to_bring_exactly_the_weights_of_the_network(shape: Shape) -> None:
    network = Network(shape.wide, shape.deep, shape.blocks)
    assert {name: tuple(w.shape) for name, w in network.state_dict().items()} == shapes(shape)
    assert SAMPLES_OF_FILES == SAMPLES


@pytest.mark.parametrize("size", [(8, 8), (16, 40)])
def test_a_painting_has_the_size_of_its_source(size: tuple[int, int]) -> None:
    source = torch.rand(2, SAMPLES, size[0] // 4, size[1] // 4)
    assert Network(8, 8, 1)(source).shape == source.shape
