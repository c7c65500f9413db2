"""A shown layer joined with what is seen behind it. Knows no geometry and no optics but these two."""

from overglass_edge.reprojection import pixels
from overglass_edge.reprojection.layer import Picture
from overglass_edge.reprojection.reprojector import Shown


def over(base: Picture, shown: Shown) -> Picture:
    """(h, w, 3) BGR: the layer over a camera's picture of the display's size, for video see-through.

    Where nothing of the layer is to be seen at all it is `base` itself.
    """
    if shown.opacity <= 0 or shown.coverage <= 0:
        return base
    return pixels.laid(base, shown.picture, shown.opacity)


def light(shown: Shown) -> Picture:
    """(h, w, 3) BGR: what a display that adds light to the world has to show; black is clear."""
    return pixels.lit(shown.picture, shown.opacity)
