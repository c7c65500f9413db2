"""The looks in the package, held to what is promised of each, on moments of the generated street."""

from importlib.resources import files
from itertools import combinations
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest
import torch

from overglass_cloud.engines.neural import LOOKS, found_in
from overglass_cloud.neural.brush import Brush
from overglass_cloud.neural.look_file import LookFile
from overglass_cloud.neural.way import Way
from overglass_cloud.quality import Pixels, difference, measure
from overglass_cloud.training.run import painted
from overglass_simulators.world import World

MOST_BYTES = 6_000_000
WEIGHTS = Path(str(files("overglass_cloud.neural").joinpath("weights")))
SHIPPED = found_in(WEIGHTS)
NAMES = [file.card.name for file in SHIPPED]


@pytest.fixture(scope="module")
def walk() -> list[Pixels]:
    world = World(0, 256, 144)
    return [np.ascontiguousarray(world.render(3 + number / 30)[..., ::-1]) for number in range(6)]


@pytest.fixture(scope="module")
def paintings(walk: list[Pixels]) -> dict[str, list[Pixels]]:
    way = Way(torch.device("cpu"), torch.float32, 1)
    brushes = [(file.card, Brush.of(file, way)) for file in SHIPPED]
    return {
        card.name: [painted(brush, picture, card.strength) for picture in walk] for card, brush in brushes
    }


def test_there_are_at_least_twelve_in_at_most_6_mb() -> None:
    assert len(SHIPPED) >= 12
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir()) <= MOST_BYTES
    assert [look.name for look in LOOKS] == NAMES


@pytest.mark.parametrize("file", SHIPPED, ids=NAMES)
def test_each_says_what_it_is_and_how_it_was_made(file: LookFile) -> None:
    assert file.path.name.startswith(f"{file.card.name}.")
    assert file.card.trained["steps"]
    assert file.card.figures["structure"] > 0


@pytest.mark.parametrize("name", NAMES)
def test_each_is_steady_keeps_the_scene_and_is_clearly_a_look(
    name: str, walk: list[Pixels], paintings: dict[str, list[Pixels]]
) -> None:
    figures = measure(zip(walk, paintings[name], strict=True))
    assert figures.warp_ratio <= 1.5
    assert figures.structure >= 0.6
    assert figures.strength >= 0.08


def test_any_two_clearly_differ(paintings: dict[str, list[Pixels]]) -> None:
    apart = {
        pair: fmean(difference(*both) for both in zip(*(paintings[name] for name in pair), strict=True))
        for pair in combinations(NAMES, 2)
    }
    assert min(apart.values()) >= 0.05, min(apart, key=lambda pair: apart[pair])
