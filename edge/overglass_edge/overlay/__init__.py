"""Scenes drawn over the picture they belong to, for displays that show pictures.

`with_scene` is all that a display needs. `palette` holds every colour and width, `topology` which
landmarks are joined, `canvas` how a line becomes pixels.
"""

from overglass_edge.overlay.scene import with_scene

__all__ = ["with_scene"]
