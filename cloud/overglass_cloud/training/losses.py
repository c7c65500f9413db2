"""What a painting is judged by while the network learns. Pure functions of tensors."""

from torch import Tensor
from torch.nn import functional

from overglass_cloud.training.lessons import REACH, Views


def likeness(luma: Tensor, chroma: Tensor, views: Views) -> Tensor:
    """Distance from the teacher's painting: L1, and L1 again on two bands of detail (Laplacian pyramid)."""
    error = luma - views.target_luma
    loss = error.abs().mean() + 2 * (chroma - views.target_chroma).abs().mean()
    for _ in range(2):
        smaller = functional.avg_pool2d(error, 2)
        detail = error - functional.interpolate(smaller, scale_factor=2, mode="bilinear", align_corners=False)
        loss = loss + detail.abs().mean()
        error = smaller
    return loss


def unrest(luma: Tensor, chroma: Tensor, views: Views) -> Tensor:
    """How differently the same thing is painted in the two views."""
    count = len(views.shifts)
    loss = luma.new_zeros(())
    for one, other, (dx, dy) in zip(luma[:count], luma[count:], views.shifts.tolist(), strict=True):
        loss = loss + (_common(one, dx, dy) - _common(other, -dx, -dy)).abs().mean()
    coarse = functional.interpolate(chroma, scale_factor=2, mode="bilinear", align_corners=False)
    for one, other, (dx, dy) in zip(coarse[:count], coarse[count:], views.shifts.tolist(), strict=True):
        loss = loss + 2 * (_common(one, dx, dy) - _common(other, -dx, -dy)).abs().mean()
    return loss / count


def _common(field: Tensor, dx: int, dy: int) -> Tensor:
    """What a view shows that the other, (dx, dy) further, shows too; without the border, which is guessed."""
    height, width = field.shape[-2:]
    top, left = max(dy, 0) + REACH, max(dx, 0) + REACH
    bottom, right = height + min(dy, 0) - REACH, width + min(dx, 0) - REACH
    return field[..., top:bottom, left:right]


def total(luma: Tensor, chroma: Tensor, views: Views, calm: float) -> Tensor:
    """`calm` weighs stillness against likeness."""
    return likeness(luma, chroma, views) + calm * unrest(luma, chroma, views)

