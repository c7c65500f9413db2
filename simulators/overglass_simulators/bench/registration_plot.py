"""Registration in one picture that explains itself: error against round trip, a panel for each motion.

Draws a result; measures nothing.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from overglass_protocol.errors import DisplayError
from overglass_simulators.demo.palette import ACCENT, BACKGROUND, LINE, QUIET, TEXT

SIZE, DOTS = (14.4, 9.6), 140
"Inches, and dots in each."
LOWEST, HIGHEST = 0.02, 120.0
"Degrees shown; what is less is drawn at the lower edge."
PROMISED = 0.6
WORN = ("none", "server_prediction", "warp", "plane", "warp_prediction", "delayed")
COLOURS = {
    "none": "#98a1ad",
    "server_prediction": "#ec5f67",
    "warp": "#5f97ea",
    "plane": "#8fbf9f",
    "warp_prediction": "#7fd4ff",
    "delayed": "#b48ce0",
}
LABELS = {
    "none": "left where it was captured",
    "server_prediction": "predicted by the service",
    "warp": "warped to the newest pose",
    "plane": "plane at its depth, predicted",
    "warp_prediction": "warped, predicted to the photon",
    "delayed": "with its own delayed picture",
}
TITLES = {
    "constant": "Turning steadily, 30° a second",
    "sin30": "Looking round, 30° at 0.5 Hz",
    "sin20": "Looking to and fro, 20° at 1 Hz",
    "sin10": "Shaking the head, 10° at 2 Hz",
    "recorded": "A recorded head: gyroscope of a walk",
    "walk": "Walking, things 2 m away",
}
DEPTHS = {"walk": "2"}
"Metres at which a panel's things are; elsewhere they are infinitely far."
_LEFT, _RIGHT = -8, 462
"Milliseconds at a panel's sides: room for dots, and for what each curve comes to."
_LETTER = 0.0042
"Share of the picture's width that a letter of the legend takes."
APART = 1.42
"Factor between labels at the right, so that none lies on another."


def write_plot(path: Path, result: Mapping[str, Any]) -> None:
    """Raises DisplayError when the file cannot be written."""
    figure = Figure(figsize=SIZE, dpi=DOTS, facecolor=BACKGROUND)
    FigureCanvasAgg(figure)
    names = [name for name in TITLES if name in result["motions"]]
    columns = min(3, len(names))
    lines = -(-len(names) // columns)
    edges = {"left": 0.055, "right": 0.98, "top": 0.825, "bottom": 0.1}
    grid = figure.add_gridspec(lines, columns, hspace=0.3, wspace=0.1, **edges)
    for n, name in enumerate(names):
        axes = figure.add_subplot(grid[n // columns, n % columns])
        _panel(axes, name, result["rows"], first=n % columns == 0, last=n + columns >= len(names))
        if n == 0:
            axes.text(-4, PROMISED * 0.86, "promised: below 0.6°", color=ACCENT, fontsize=9, va="top")
    _title(figure, result)
    _legend(figure)
    try:
        figure.savefig(path, format="png", facecolor=BACKGROUND)
    except OSError as error:
        raise DisplayError(f"cannot write {path.name}: {error}", cure="Free disk space and retry.") from error


def curve(rows: Sequence[Mapping[str, Any]], motion: str, mode: str) -> tuple[list[int], list[float]]:
    """Round trips and, at the worst jitter of each, the 95th percentile of the error in degrees."""
    worst: dict[int, float] = {}
    for row in rows:
        if (row["motion"], row["mode"], row["depth"]) == (motion, mode, DEPTHS.get(motion, "inf")):
            worst[row["rtt_ms"]] = max(worst.get(row["rtt_ms"], 0.0), row["p95_deg"])
    trips = sorted(worst)
    return trips, [worst[trip] for trip in trips]


def _title(figure: Figure, result: Mapping[str, Any]) -> None:
    worst = result["rotational_p95_deg"]
    said = "" if worst is None else f": {worst:.2f}° off, whatever the round trip"
    figure.text(0.055, 0.945, f"Heads turn, overlays stay{said}", color=TEXT, fontsize=20, weight="bold")
    jitters = ", ".join(str(jitter) for jitter in sorted({row["jitter_ms"] for row in result["rows"]}))
    besides = min(row["age_ms"] - row["rtt_ms"] for row in result["rows"])
    below = (
        "How far an overlay painted in the cloud is from its thing when its light is seen: 95th "
        f"percentile of the angle, at the worst of {jitters} ms of jitter.",
        f"Camera 30 fps, display 90 Hz, gyro 500 Hz. All but the network takes {besides:.0f} ms. "
        "The camera's clock is half a second off and drifts by 50 ppm; pings find it.",
    )
    for n, line in enumerate(below):
        figure.text(0.055, 0.912 - 0.025 * n, line, color=QUIET, fontsize=10.5)


def _legend(figure: Figure) -> None:
    """One line at the bottom, in the order of the curves from above."""
    at = 0.055
    for mode in WORN:
        figure.text(at, 0.035, "\u2501\u2501", color=COLOURS[mode], fontsize=12, va="center", weight="bold")
        figure.text(at + 0.022, 0.035, LABELS[mode], color=TEXT, fontsize=9.5, va="center")
        at += 0.044 + _LETTER * len(LABELS[mode])


def _panel(axes: Axes, name: str, rows: Sequence[Mapping[str, Any]], *, first: bool, last: bool) -> None:
    _style(axes, TITLES[name])
    axes.axhspan(LOWEST / 2, PROMISED, color=ACCENT, alpha=0.05, linewidth=0)
    axes.plot((_LEFT, 405), (PROMISED, PROMISED), color=ACCENT, linewidth=1.0, linestyle=(0, (4, 3)))
    ends: list[tuple[float, float, str]] = []
    for mode in WORN:
        trips, degrees = curve(rows, name, mode)
        if not trips or (mode == "plane" and name not in DEPTHS):
            continue
        shown = [max(value, LOWEST) for value in degrees]
        bold = mode in ("warp_prediction", "plane")
        axes.plot(
            trips, shown, color=COLOURS[mode], linewidth=2.6 if bold else 1.8, marker="o", markersize=4.5,
            zorder=3 if bold else 2, clip_on=False, linestyle=(0, (1, 1.6)) if mode == "delayed" else "-",
        )  # fmt: skip
        ends.append((shown[-1], degrees[-1], mode))
    _label_ends(axes, ends)
    if name == "sin10":
        axes.text(
            460, 9.5, "by chance: late by\na whole swing", color=QUIET, fontsize=8.5, ha="right", va="bottom"
        )
    axes.set_xticks([0, 50, 100, 200, 400], ["0", "50", "100", "200", "400"])
    axes.set_xlim(_LEFT, _RIGHT)
    if last:
        axes.set_xlabel("round trip of the network, milliseconds", color=QUIET, fontsize=9)
    if first:
        axes.set_ylabel("degrees", color=QUIET, fontsize=9)
    else:
        axes.tick_params(labelleft=False)


def _label_ends(axes: Axes, ends: list[tuple[float, float, str]]) -> None:
    """The value of each curve behind its end, moved apart where two are near."""
    placed = sorted(ends)
    heights = [place for place, _, _ in placed]
    for below, above in pairwise(range(len(heights))):
        heights[above] = max(heights[above], heights[below] * APART)
    for height, (_, value, mode) in zip(heights, placed, strict=True):
        digits = 2 if value < 1 else 1 if value < 10 else 0
        text = "0°" if value < 0.005 else f"{value:.{digits}f}°"
        axes.text(412, height, text, color=COLOURS[mode], fontsize=9.5, va="center", weight="bold")


def _style(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", color=TEXT, fontsize=11.5, pad=8)
    axes.set_facecolor(BACKGROUND)
    axes.set_yscale("log")
    axes.set_ylim(LOWEST, HIGHEST)
    axes.set_yticks([0.03, 0.1, 0.3, 1, 3, 10, 30, 100], ["0.03", "0.1", "0.3", "1", "3", "10", "30", "100"])
    axes.yaxis.set_minor_locator(NullLocator())
    axes.grid(axis="y", color=LINE, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(colors=QUIET, labelsize=9, length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
