"""The crowd at one device in one picture that explains itself: waiting above, what each gets below.

Draws a result; measures nothing.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from overglass_protocol.errors import DisplayError
from overglass_simulators.demo.palette import ACCENT, BACKGROUND, LINE, QUIET, TEXT

SIZE, DOTS = (12.8, 8.4), 150
"Inches, and dots in each."
BAD = "#ec5f67"
TOP = 5.0
"Intervals; what waits longer leaves the picture."
SHARES = (
    ("full", "all that was asked for", "#2f6fdb"),
    ("smaller", "painted at half the pixels", "#5f97ea"),
    ("alternate", "every other picture painted, the others moved along", "#9cc3f7"),
    ("cheaper", "a cheaper look", "#8fbf9f"),
    ("plain", "overlays only", "#c9b46a"),
    ("outside", "turned away, with a place in the queue", "#4a4f57"),
)


def write_plot(path: Path, result: Mapping[str, Any]) -> None:
    """Raises DisplayError when the file cannot be written."""
    figure = Figure(figsize=SIZE, dpi=DOTS, facecolor=BACKGROUND)
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(2, 1, left=0.075, right=0.965, top=0.83, bottom=0.085, hspace=0.36)
    _title(figure, result)
    _waiting(figure.add_subplot(grid[0]), result)
    _shares(figure.add_subplot(grid[1]), result)
    try:
        figure.savefig(path, format="png", facecolor=BACKGROUND)
    except OSError as error:
        raise DisplayError(f"cannot write {path.name}: {error}", cure="Free disk space and retry.") from error


def _title(figure: Figure, result: Mapping[str, Any]) -> None:
    most = result["rows"][-1]["wearers"]
    title = f"One device, up to {most} wearers: pictures wait {result['p95_intervals']:.2f} of an interval"
    takes = f"{result['base_ms']:g} + n x {result['each_ms']:g} ms"
    below = (
        f"Simulated: n pictures of 512 x 512 take {takes}, at most {result['max_batch']} at once. "
        "Wearers send 7 to 30 pictures a second, of 360 x 640 to 512 x 896."
    )
    figure.text(0.075, 0.93, title, color=TEXT, fontsize=19, fontweight="bold")
    figure.text(0.075, 0.89, below, color=QUIET, fontsize=10)


def _waiting(axes: Axes, result: Mapping[str, Any]) -> None:
    rows = result["rows"]
    _style(axes, "How long a picture waits for its turn: 95th percentile of the wearer who is worst off")
    x = range(len(rows))
    steered = [row["p95"] for row in rows]
    free = [row["unsteered_p95"] for row in rows]
    axes.axhline(1.0, color=ACCENT, linewidth=1.0, linestyle=(0, (4, 3)))
    axes.text(
        len(rows) - 0.5, 1.04, "one interval: the promise", color=ACCENT, fontsize=9, ha="right", va="bottom"
    )
    axes.plot(x, free, color=BAD, linewidth=1.6, marker="o", markersize=4)
    axes.plot(x, steered, color="#7fadfa", linewidth=2.4, marker="o", markersize=5)
    beyond = next((n for n, row in enumerate(rows) if row["unsteered_p95"] > TOP), len(rows) - 1)
    words = f"without ladder and queue (up to {max(row['unsteered_p95'] for row in rows):.0f})"
    axes.text(beyond - 0.6, min(free[beyond], TOP) * 0.93, words, color=BAD, fontsize=10, ha="right")
    axes.text(len(rows) - 0.5, steered[-1] - 0.3, "with them", color="#7fadfa", fontsize=10, ha="right")
    axes.set_xticks(x, [str(row["wearers"]) for row in rows])
    axes.set_xlim(-0.6, len(rows) - 0.4)
    axes.set_ylim(0, TOP)
    axes.set_ylabel("intervals of its session", color=QUIET, fontsize=9)


def _shares(axes: Axes, result: Mapping[str, Any]) -> None:
    rows = result["rows"]
    _style(axes, "What they get meanwhile")
    bottom = [0.0] * len(rows)
    for key, label, colour in SHARES:
        counts = [
            row["wearers"] - row["let_in"] if key == "outside" else row["rungs"].get(key, 0) for row in rows
        ]
        if not any(counts):
            continue
        heights = [100 * count / row["wearers"] for count, row in zip(counts, rows, strict=True)]
        axes.bar(range(len(rows)), heights, 0.72, bottom=bottom, color=colour, label=label)
        for n, (count, height) in enumerate(zip(counts, heights, strict=True)):
            if height > 7:
                axes.text(
                    n,
                    bottom[n] + height / 2,
                    str(count),
                    color=TEXT if key == "outside" else "#101318",
                    fontsize=9,
                    ha="center",
                    va="center",
                )
        bottom = [below + height for below, height in zip(bottom, heights, strict=True)]
    axes.set_xticks(range(len(rows)), [str(row["wearers"]) for row in rows])
    axes.set_xlim(-0.6, len(rows) - 0.4)
    axes.set_ylim(0, 100)
    axes.set_ylabel("% of wearers", color=QUIET, fontsize=9)
    axes.set_xlabel("wearers who want in", color=QUIET, fontsize=9)
    axes.legend(
        frameon=False, labelcolor=QUIET, fontsize=9, ncols=3, loc="lower left", bbox_to_anchor=(0.2, 0.985)
    )


def _style(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", color=TEXT, fontsize=11, pad=9)
    axes.set_facecolor(BACKGROUND)
    axes.grid(axis="y", color=LINE, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(colors=QUIET, labelsize=9, length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
