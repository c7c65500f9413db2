"""What a painting is judged by while the network learns. Pure functions of tensors."""

from torch import Tensor
from torch.nn import functional

from overglass_cloud.training.lessons import REACH, Views

DETAIL = (2.0, 1.0)
"Weights of the bands, finest first."
CONTRAST, NEAR = 1.0, 8


def likeness(luma: Tensor, chroma: Tensor, views: Views) -> Tensor:
    """Distance from the teacher's painting: L1, L1 again on two bands of detail (Laplacian pyramid), and of
    contrast, without which a stroke whose place cannot be told becomes a grey in between."""
    error = luma - views.target_luma
    loss = error.abs().mean() + 2 * (chroma - views.target_chroma).abs().mean()
    loss = loss + CONTRAST * (contrast(luma) - contrast(views.target_luma)).abs().mean()
    for weight in DETAIL:
        smaller = functional.avg_pool2d(error, 2)
        detail = error - functional.interpolate(smaller, scale_factor=2, mode="bilinear", align_corners=False)
        loss = loss + weight * detail.abs().mean()
        error = smaller
    return loss


def contrast(luma: Tensor) -> Tensor:
    """Standard deviation in windows of NEAR pixels, every few pixels."""
    mean = functional.avg_pool2d(luma, NEAR, NEAR // 2)
    square = functional.avg_pool2d(luma * luma, NEAR, NEAR // 2)
    return (square - mean * mean).clamp(min=0).add(1e-5).sqrt()


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
