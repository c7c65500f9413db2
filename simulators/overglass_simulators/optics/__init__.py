"""What is seen through a display: optics that add light to the world, that hide it, or that stand in it."""

from overglass_simulators.optics.contrast import READABLE
from overglass_simulators.optics.placement import eye_view
from overglass_simulators.optics.refresh import Refresh
from overglass_simulators.optics.seen import Optics

__all__ = ["READABLE", "Optics", "Refresh", "eye_view"]
