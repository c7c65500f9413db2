"""How each kind of thing looks: a scene, drawn. Knows no display and no encoder."""

from math import cos, pi, sin

import av

from overglass_edge.overlay import palette
from overglass_edge.overlay.canvas import Area, Canvas, Line, Point, measured
from overglass_edge.overlay.palette import COLOURS, PAPER
from overglass_edge.overlay.topology import (
    FACE_LINES,
    FACE_OUTER_LINES,
    FACE_POINTS,
    HAND_LINES,
    HAND_POINTS,
    IRISES,
    POSE_LINES,
    POSE_POINTS,
    Path,
)
from overglass_protocol.scene import Points, Scene, Thing


def with_scene(picture: av.VideoFrame, scene: Scene | None, *, additive: bool = False) -> av.VideoFrame:
    """`picture` (yuv420p in limited range) with the scene over it, as a new one with the same times.

    The picture itself where there is nothing to draw; it is never drawn into. For an `additive` display
    nothing dark is drawn, but behind words, where light is taken away.
    """
    if scene is None or not scene.things:
        return picture
    canvas = Canvas(picture, additive)
    for thing in scene.things:
        _draw(canvas, thing)
    for thing in scene.things:  # above all lines
        _draw_label(canvas, thing)
    return canvas.picture()


def _draw(canvas: Canvas, thing: Thing) -> None:
    points = _placed(canvas, thing.points)
    match thing.kind:
        case "face" if len(points) >= FACE_POINTS:
            _draw_face(canvas, points)
        case "person" if thing.outlines:
            _draw_person(canvas, thing)
        case "hand" if len(points) == HAND_POINTS:
            _draw_skeleton(canvas, points, HAND_LINES, thing)
        case "pose" if len(points) == POSE_POINTS:
            _draw_skeleton(canvas, points, POSE_LINES, thing)
        case _:
            _draw_box(canvas, _area(canvas, thing), thing)


def _draw_face(canvas: Canvas, points: Line) -> None:
    colour = COLOURS["face"]
    heights = [y for _, y in points]
    share = (max(heights) - min(heights)) / (palette.FACE_SIZE * canvas.unit)
    fineness = min(1.0, max(palette.THINNEST, share))
    canvas.dots(points, palette.MESH_DOT * fineness * canvas.unit, colour, palette.MESH_OPACITY)
    canvas.lines(_along(points, FACE_OUTER_LINES), colour, palette.OUTER_CONTOUR.scaled(fineness))
    lines = FACE_LINES if share < palette.IRISES_FROM else (*FACE_LINES, *IRISES)
    canvas.lines(_along(points, lines), colour, palette.CONTOUR.scaled(fineness))


def _draw_person(canvas: Canvas, thing: Thing) -> None:
    for outline in thing.outlines:
        if len(outline) < 3:
            continue
        line = _rounded(_placed(canvas, outline))
        canvas.area(line, COLOURS["person"], palette.FILL_OPACITY)
        canvas.lines([[*line, line[0]]], COLOURS["person"], palette.OUTLINE)


def _rounded(ring: Line) -> Line:
    """A closed polygon with each corner cut (Chaikin, 1974), since people have none."""
    rounded = []
    for (x, y), (next_x, next_y) in zip(ring, [*ring[1:], ring[0]], strict=True):
        rounded += [(0.75 * x + 0.25 * next_x, 0.75 * y + 0.25 * next_y)]
        rounded += [(0.25 * x + 0.75 * next_x, 0.25 * y + 0.75 * next_y)]
    return rounded


def _draw_skeleton(canvas: Canvas, points: Line, paths: tuple[Path, ...], thing: Thing) -> None:
    canvas.lines(_along(points, paths), COLOURS[thing.kind], palette.BONE)
    canvas.dots(points, palette.JOINT_DOT * canvas.unit, COLOURS[thing.kind])
    if not canvas.additive:
        canvas.dots(points, 0.45 * palette.JOINT_DOT * canvas.unit, PAPER)


def _draw_box(canvas: Canvas, area: Area, thing: Thing) -> None:
    """Round corners that carry it, joined by fainter sides."""
    left, top, right, bottom = area
    side = min(right - left, bottom - top)
    radius = min(palette.RADIUS * canvas.unit, side / 3)
    reach = min(palette.REACH * canvas.unit, side / 3)
    colour = COLOURS[thing.kind]
    for line in (
        [(left + reach, top), (right - reach, top)],
        [(right, top + reach), (right, bottom - reach)],
        [(right - reach, bottom), (left + reach, bottom)],
        [(left, bottom - reach), (left, top + reach)],
    ):
        canvas.lines([line], colour, palette.EDGE)
    for x, y, right_of, below in (
        (left, top, 1, 1),
        (right, top, -1, 1),
        (right, bottom, -1, -1),
        (left, bottom, 1, -1),
    ):
        canvas.lines([_corner(x, y, right_of, below, radius, reach)], colour, palette.CORNER)


def _corner(x: float, y: float, right_of: int, below: int, radius: float, reach: float) -> Line:
    """From one side of a corner around to the other."""
    turns = [n * pi / 16 for n in range(9)]
    arc = [(x + right_of * radius * (1 - sin(t)), y + below * radius * (1 - cos(t))) for t in turns]
    return [(x + right_of * reach, y), *arc, (x, y + below * reach)]


def _draw_label(canvas: Canvas, thing: Thing) -> None:
    if not thing.label:
        return
    unit = canvas.unit
    size, padding, gap = palette.TEXT * max(unit, 0.8), palette.PADDING * unit, palette.GAP * unit
    width, height = measured(thing.label, size)
    dot = size * 0.28
    plate = (width + 2 * dot + 3 * padding, height + padding)
    left, top = _label_anchor(canvas, thing, plate[0])
    x = max(0.0, min(left, canvas.width - plate[0]))
    y = top - gap - plate[1]
    if y < 0:
        y = max(0.0, top) + gap  # no room above: inside
    behind = palette.CLEAR if canvas.additive else PAPER
    canvas.plate((x, y, x + plate[0], y + plate[1]), plate[1] / 2, behind, palette.PLATE_OPACITY)
    canvas.dots([(x + padding + dot, y + plate[1] / 2)], dot, COLOURS[thing.kind])
    canvas.words(x + 2 * dot + 2 * padding, y + padding / 2, thing.label, size, palette.INK)


def _label_anchor(canvas: Canvas, thing: Thing, width: float) -> Point:
    """Above a box its left edge; above anything without one its highest point, centred."""
    left, top, right, _ = _area(canvas, thing)
    if thing.kind == "person" and any(len(outline) for outline in thing.outlines):
        x, top = min(
            (point for outline in thing.outlines for point in _placed(canvas, outline)), key=lambda at: at[1]
        )
        return x - width / 2, top
    if len(thing.points):
        return (left + right - width) / 2, top
    return left, top


def _area(canvas: Canvas, thing: Thing) -> Area:
    left, top, width, height = thing.box
    return (
        left * canvas.width,
        top * canvas.height,
        (left + width) * canvas.width,
        (top + height) * canvas.height,
    )


def _placed(canvas: Canvas, points: Points) -> Line:
    return [(float(x) * canvas.width, float(y) * canvas.height) for x, y in points]


def _along(points: Line, paths: tuple[Path, ...]) -> list[Line]:
    return [[points[index] for index in path] for path in paths]
