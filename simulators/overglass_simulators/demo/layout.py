"""Where things stand in the side-by-side clip: two panes, a line of words above, figures below. Pure."""

from dataclasses import dataclass

LEAST_PANE, LARGEST_PANE = (480, 270), (1280, 1080)
"A pane is as large as its picture, unless the words would not fit beside it or nobody could play it."


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; all four are even, since chroma has half the resolution."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole canvas."""

    width: int
    height: int
    unit: float
    "What a design pixel is in real ones: 1 for panes of 848."
    header: Box
    camera: Box
    result: Box
    footer: Box

    @classmethod
    def of(cls, picture: tuple[int, int]) -> "Layout":
        """For pictures of (width, height)."""
        pane = fitted(picture)
        unit = min(1.5, max(0.85, pane[0] / 848))
        margin, gap, head, foot = (even(size * unit) for size in (28, 16, 52, 72))
        width = 2 * margin + 2 * pane[0] + gap
        right = margin + pane[0] + gap
        return cls(
            width,
            head + pane[1] + foot,
            unit,
            Box(0, 0, width, head),
            Box(margin, head, *pane),
            Box(right, head, *pane),
            Box(0, head + pane[1], width, foot),
        )


def fitted(picture: tuple[int, int]) -> tuple[int, int]:
    """The picture's own size, or the nearest of its shape that is neither too small nor too large."""
    width, height = picture
    grow = max(1.0, min(LEAST_PANE[0] / width, LEAST_PANE[1] / height))
    shrink = min(1.0, LARGEST_PANE[0] / width, LARGEST_PANE[1] / height)
    scale = grow if grow > 1 else shrink
    return even(width * scale), even(height * scale)


def even(length: float) -> int:
    return max(2, round(length / 2) * 2)
