"""Every colour, width and strength of an overlay, in one place. Lengths are pixels where the picture's
shorter side has 480; they grow with it."""

from dataclasses import dataclass, replace

from overglass_protocol.scene import Kind

Colour = tuple[int, int, int]
"Red, green, blue, 0 to 255."

COLOURS: dict[Kind, Colour] = {
    "face": (0x6F, 0xE7, 0xD2),
    "person": (0xF2, 0xB8, 0x4B),
    "hand": (0x8F, 0xB8, 0xFF),
    "pose": (0xD0, 0x9B, 0xFF),
    "object": (0xFF, 0x8E, 0x72),
}
PAPER: Colour = (0x0C, 0x0E, 0x11)
"Behind words, and around lines so that they stand out from bright walls too."
CLEAR: Colour = (0, 0, 0)
"Behind words on a display that adds light: it takes away what the picture adds there."
INK: Colour = (0xF4, 0xF6, 0xF8)


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a line is drawn."""

    width: float
    opacity: float
    halo: float = 0.0
    "How dark its surroundings become, 0 to 1."

    def scaled(self, by: float) -> "Stroke":
        return replace(self, width=self.width * by)


CONTOUR = Stroke(1.5, 0.95, halo=0.28)
"Eyes, brows, lips."
OUTER_CONTOUR = Stroke(1.2, 0.55)
"A face's oval and the bridge of its nose."
OUTLINE = Stroke(2.4, 0.95, halo=0.30)
"Around a person."
BONE = Stroke(2.4, 0.90, halo=0.30)
EDGE = Stroke(1.2, 0.45)
"A box all around."
CORNER = Stroke(2.6, 1.0, halo=0.30)
"A box's corners, which carry it."

FACE_SIZE, THINNEST = 200.0, 0.55
"""The height of a face whose lines are as wide as they are said to be; smaller ones' are thinner, down to
this share."""
IRISES_FROM = 0.6
"Of that size; smaller eyes have no room for them."
MESH_DOT, MESH_OPACITY = 0.75, 0.42
"Radius of a face's landmarks: seen when looked for."
JOINT_DOT = 3.2
FILL_OPACITY = 0.10
"Of a person's inside."
RADIUS, REACH = 12.0, 20.0
"Of a box's corners, and how far they reach along its sides, at most."
HALO = 1.6
"By how much a halo is wider than its line on each side."
TEXT, PADDING, GAP, PLATE_OPACITY = 13.0, 6.0, 6.0, 0.68
"Of a name: its size, the room around it, its distance from the box, and how dark its plate is."
