"""How well what an additive display shows can be read before the world behind it.

Light that is added stands against light that was there already. With L of the world after the lens and D
added, Michelson's contrast of the mark against the world beside it is (L + D - L) / (L + D + L), that is
D / (2 L + D): 0 where nothing is seen of it, 1 before black (A. A. Michelson, Studies in Optics, 1927). It
falls with every candela that passes the lens. A picture's score is the mean over its marks, each weighed by
its light, so that what is clear counts for nothing.
"""

import numpy as np

from overglass_simulators.optics.transfer import Picture, luminance

READABLE = 0.5
"A ratio of 3 to 1, as WCAG 2.2 (1.4.11) asks of marks that have to be made out: (3 - 1) / (3 + 1)."
CLEAR = 0.001
"Light below this share of the display's white is taken for clear: black with a codec's noise."
COARSE = 4
"One pixel in so many, across and down, is looked at."


def contrast(world: Picture, shown: Picture, transmittance: float, gain: float) -> float | None:
    """0 to 1; None where nothing is shown. Both pictures of one size, pixel over pixel."""
    added = luminance(np.ascontiguousarray(shown[::COARSE, ::COARSE]))
    marks = added > CLEAR
    if not marks.any():
        return None
    light = added[marks] * np.float32(gain)
    behind = luminance(np.ascontiguousarray(world[::COARSE, ::COARSE]))[marks] * np.float32(transmittance)
    return float(np.average(light / (2 * behind + light), weights=light))
