"""A generated place to walk through, for everything that needs a picture and a known pose."""

from overglass_simulators.world.camera import WorldCamera
from overglass_simulators.world.world import World

__all__ = ["World", "WorldCamera"]
