"""How good a painted clip is, measured against its source, without a human eye.

Each measure alone can be cheated (a grey picture is perfectly steady, a copy has all the structure), so they
are a set: `warp_ratio` and `seam_ratio` for steadiness, `structure` for what is still to be recognised,
`strength` for how much was painted at all, and `difference` between two ways of painting the same. Pure:
arrays in, numbers out; knows no session, no engine, no file.
"""

from overglass_cloud.quality.clip import Figures, Quality, Step, measure, seam_ratio, surprise, warp_ratio
from overglass_cloud.quality.likeness import difference, strength, structure
from overglass_cloud.quality.motion import Motion
from overglass_cloud.quality.pictures import LONGEST, Pixels, reduced

__all__ = [
    "LONGEST",
    "Figures",
    "Motion",
    "Pixels",
    "Quality",
    "Step",
    "difference",
    "measure",
    "reduced",
    "seam_ratio",
    "strength",
    "structure",
    "surprise",
    "warp_ratio",
]
