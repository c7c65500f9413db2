"""A brush paints pictures of any size, in both ranges, at any strength, and the same each time."""

import numpy as np
import pytest
import torch

from overglass_cloud.engines.planes import Levels, Planes
from overglass_cloud.neural.brush import Brush
from overglass_cloud.neural.look_file import Shape
from overglass_cloud.neural.way import Way
from tests.cloud.neural.weights import TINY, weights

FULL, VIDEO = Levels(0, 255, 255), Levels(16, 219, 224)
FP32 = Way(torch.device("cpu"), torch.float32, 1)
BF16 = Way(torch.device("cpu"), torch.bfloat16, 1)


def planes(width: int = 64, height: int = 48, seed: int = 0) -> Planes:
    """Soft blobs, mid-grey: nothing near black or white."""
    random = np.random.default_rng(seed)
    coarse = random.integers(60, 196, (3, height // 8 + 1, width // 8 + 1))
    large = np.kron(coarse, np.ones((1, 8, 8))).astype(np.uint8)
    rows, columns = (height + 1) // 2, (width + 1) // 2
    return large[0, :height, :width], large[1, :rows, :columns], large[2, :rows, :columns]


def brush(way: Way = FP32, shape: Shape = TINY, seed: int = 0) -> Brush:
    return Brush(shape, weights(shape, seed), way)


def away(a: Planes, b: Planes) -> float:
    """Mean difference over all planes, in levels."""
    return float(np.mean([np.abs(one.astype(int) - other).mean() for one, other in zip(a, b, strict=True)]))


def same(a: Planes, b: Planes) -> bool:
    return all(map(np.array_equal, a, b))


@pytest.mark.parametrize("size", [(64, 48), (66, 50), (2, 2), (1, 1), (7, 5), (63, 47), (642, 2), (10, 360)])
def test_a_picture_of_any_size_is_painted_at_its_size(size: tuple[int, int]) -> None:
    source = planes(*size)
    painted = brush().paint(source, FULL, 1.0)
    assert [plane.shape for plane in painted] == [plane.shape for plane in source]
    assert all(plane.dtype == np.uint8 for plane in painted)


def test_what_lies_beyond_the_border_changes_nothing_in_the_middle() -> None:
    source = planes(128, 128)
    y, cb, cr = source
    cut = y[:126, :123], cb[:63, :62], cr[:63, :62]
    whole, part = brush().paint(source, FULL, 1.0), brush().paint(cut, FULL, 1.0)
    assert np.array_equal(whole[0][:64, :64], part[0][:64, :64])


@pytest.mark.parametrize("scale", [FULL, VIDEO])
def test_strength_0_gives_the_source_itself(scale: Levels) -> None:
    source = planes()
    assert same(brush().paint(source, scale, 0.0), source)


def test_strength_in_between_moves_steadily_from_the_source_to_the_painting() -> None:
    source = planes()
    steps = [brush().paint(source, FULL, share) for share in (0, 0.25, 0.5, 0.75, 1)]
    from_source = [away(step, source) for step in steps]
    assert from_source == sorted(from_source)
    assert from_source[-1] > 5
    assert from_source[2] == pytest.approx(from_source[-1] / 2, rel=0.1)


def test_full_range_and_video_range_show_the_same_painting() -> None:
    def to(scale: Levels, full: Planes) -> Planes:
        y = np.rint(full[0] * (scale.luma / 255.0) + scale.black).astype(np.uint8)
        cb, cr = (np.rint((c - 128.0) * scale.colour / 255 + 128).astype(np.uint8) for c in full[1:])
        return y, cb, cr

    source = planes()
    expected = to(VIDEO, brush().paint(source, FULL, 1.0))
    assert away(brush().paint(to(VIDEO, source), VIDEO, 1.0), expected) < 1
    assert away(brush().paint(to(VIDEO, source), FULL, 1.0), expected) > 1, "the range has to matter here"


def test_half_precision_paints_as_single_precision_does_but_for_a_level_or_two() -> None:
    source = planes()
    one, other = brush(FP32).paint(source, FULL, 1.0), brush(BF16).paint(source, FULL, 1.0)
    assert away(one, other) < 1.5
    assert away(one, source) > 5


@pytest.mark.parametrize("way", [FP32, BF16], ids=lambda way: way.precision)
def test_equal_pictures_give_equal_paintings(way: Way) -> None:
    one = brush(way)
    first = one.paint(planes(), FULL, 1.0)
    one.paint(planes(32, 80, seed=1), FULL, 0.5)
    assert same(one.paint(planes(), FULL, 1.0), first)
    assert not same(one.paint(planes(seed=1), FULL, 1.0), first)


def test_the_source_is_not_written_to_and_may_be_read_only() -> None:
    source = planes()
    before = [plane.copy() for plane in source]
    for plane in source:
        plane.flags.writeable = False
    painted = brush().paint(source, FULL, 0.5)
    assert all(map(np.array_equal, source, before))
    assert not any(np.shares_memory(a, b) for a, b in zip(source, painted, strict=True))


def test_a_network_that_paints_beyond_white_and_black_is_clipped() -> None:
    loud = weights()
    for sign, level in ((1, 255), (-1, 0)):
        loud["leave.bias"] = np.full_like(loud["leave.bias"], sign * 100)
        y, cb, cr = Brush(TINY, loud, FP32).paint(planes(), FULL, 1.0)
        assert {int(plane.min()) for plane in (y, cb, cr)} == {level}
        assert {int(plane.max()) for plane in (y, cb, cr)} == {level}
