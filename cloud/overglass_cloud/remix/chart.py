"""A quality report's shifts of colour as a drawing (SVG): what was looked at, and which joins stand out."""

from xml.sax.saxutils import escape

from overglass_cloud.remix.verdicts import SEAM, Looks, QualityReport, StepFigure

WIDTH, HEIGHT = 720, 240
"Units of the drawing, which scales to any size."
LEFT, RIGHT, TOP, BOTTOM = 44, 16, 40, 36
"Room around the plot."
INK, FAINT, GOOD, JOIN, BAD = "#1f2430", "#8a93a5", "#9db2d3", "#2f6fdb", "#d43f3a"


def chart(report: QualityReport) -> str:
    """One bar for each step that was looked at; joins stand out, and those that are seen are red."""
    looks = report.looks
    body = (
        _plot(looks, max(1, report.timing.got)) if looks else [_text(LEFT, HEIGHT / 2, "Not compared", INK)]
    )
    title = "Shift of colour from picture to picture, against the usual"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'font-family="system-ui, sans-serif" font-size="12"><title>{escape(title)}</title>',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
            _text(LEFT, 22, title, INK, weight=600),
            *body,
            "</svg>",
        ]
    )


def _plot(looks: Looks, count: int) -> list[str]:
    most = max(SEAM * 1.4, *(step.seam_ratio for step in looks.steps))
    bars = [_bar(step, count, most) for step in sorted(looks.steps, key=lambda step: step.join)]
    marks = [mark for mark in (1, SEAM, int(most)) if mark <= most]
    scale = [
        _text(LEFT - 6, _y(mark, most) + 4, f"{mark:g}", FAINT, anchor="end") for mark in dict.fromkeys(marks)
    ]
    line, ground = _y(SEAM, most), HEIGHT - BOTTOM
    return [
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{ground}" y2="{ground}" stroke="{FAINT}"/>',
        *bars,
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{line:.1f}" y2="{line:.1f}" stroke="{BAD}" '
        'stroke-dasharray="4 4"/>',
        *scale,
        _text(LEFT, HEIGHT - 12, "picture 0", FAINT),
        _text(WIDTH - RIGHT, HEIGHT - 12, f"picture {count - 1}", FAINT, anchor="end"),
        _text(WIDTH - RIGHT, 22, "joins in blue, those that are seen in red", FAINT, anchor="end"),
    ]


def _bar(step: StepFigure, count: int, most: float) -> str:
    room = WIDTH - LEFT - RIGHT
    width = max(1.5, min(8.0, room / count * 0.8)) if not step.join else max(3.0, min(10.0, room / count))
    x = LEFT + room * (step.picture + 0.5) / count - width / 2
    top = _y(step.seam_ratio, most)
    colour = GOOD if not step.join else BAD if step.seam_ratio > SEAM else JOIN
    return (
        f'<rect x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" height="{HEIGHT - BOTTOM - top:.1f}" '
        f'fill="{colour}"><title>picture {step.picture}: {step.seam_ratio:.2f}</title></rect>'
    )


def _y(value: float, most: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / most


def _text(x: float, y: float, words: str, fill: str, *, anchor: str = "start", weight: int = 400) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{fill}" text-anchor="{anchor}" font-weight="{weight}">'
        f"{escape(words)}</text>"
    )
