"""One picture of a whole session: every frame's stages, what went wrong, and how far overlays were off.

Draws what it is given and measures nothing.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import ScalarFormatter

from overglass_edge.meter import percentile
from overglass_protocol.errors import DisplayError
from overglass_simulators.demo.palette import ACCENT, BACKGROUND, LINE, QUIET, TEXT
from overglass_simulators.sim.palette import STAGE_PLACES
from overglass_simulators.sim.scripted.account import Provoked
from overglass_simulators.sim.subject import STAGES, FrameRow, Registration

COLOURS = {stage: colour for stage, (_, colour) in STAGE_PLACES.items()}
FAULT = "#ec5f67"
GAP = 0.2
"Seconds without a shown overlay that are drawn as a gap."
PROMISED = 0.6
"Degrees."
SIZE, DOTS = (12.8, 7.6), 150
"Inches, and dots in each."


def write_waterfall(
    path: Path,
    title: str,
    rows: Sequence[FrameRow],
    registrations: Sequence[tuple[float, Registration]],
    provoked: Sequence[Provoked],
) -> None:
    """Draws at least one frame, as PNG. Raises DisplayError when the file cannot be written."""
    figure = Figure(figsize=SIZE, dpi=DOTS, facecolor=BACKGROUND)
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(
        2, 1, left=0.075, right=0.965, top=0.80, bottom=0.085, hspace=0.30, height_ratios=(1.25, 1)
    )
    trips, errors = figure.add_subplot(grid[0]), figure.add_subplot(grid[1])
    until = max(row.exposed + row.latency for row in rows)
    _title(figure, title, rows, registrations)
    _trips(trips, rows)
    _errors(errors, registrations)
    for axes in (trips, errors):
        axes.set_xlim(0, until)
        _bands(axes, provoked, named=axes is trips)
    errors.set_xlabel("seconds since the session began", color=QUIET, fontsize=9)
    try:
        figure.savefig(path, format="png", facecolor=BACKGROUND)
    except OSError as error:
        raise DisplayError(f"cannot write {path}: {error}", cure="Free disk space and retry.") from error


def _title(
    figure: Figure, title: str, rows: Sequence[FrameRow], found: Sequence[tuple[float, Registration]]
) -> None:
    latency = percentile([row.latency * 1000 for row in rows], 50) or 0.0
    figure.text(0.075, 0.925, f"{latency:.0f} ms from light to light", color=TEXT, fontsize=21, weight="bold")
    figure.text(0.075, 0.885, title, color=QUIET, fontsize=10)
    worst = percentile([registration.warped for _, registration in found], 95)
    if worst is not None:
        figure.text(0.965, 0.945, f"{worst:.2f}°", color=TEXT, fontsize=14, ha="right")
        figure.text(0.965, 0.918, "off, p95", color=QUIET, fontsize=9, ha="right")
    legend = [Patch(color=COLOURS[stage], label=stage) for stage in STAGES]
    figure.legend(
        handles=legend, loc=(0.07, 0.835), ncols=len(STAGES), frameon=False, labelcolor=QUIET, fontsize=9
    )


def _trips(axes: Axes, rows: Sequence[FrameRow]) -> None:
    _style(axes, "ms, stage upon stage")
    times = np.array([row.exposed + row.latency for row in rows])
    usual = float(np.median(np.diff(times))) if len(times) > 1 else 0.03
    below = np.zeros(len(rows))
    for stage in STAGES:
        heights = np.array([row.stages.get(stage, 0.0) * 1000 for row in rows])
        axes.bar(times, heights, usual, below, color=COLOURS[stage], linewidth=0)
        below += heights
    top = percentile(below.tolist(), 98) or 1.0
    axes.set_ylim(0, 1.3 * top)
    for at, height in zip(times, below, strict=True):
        if height > 1.3 * top:
            axes.plot(at, 1.27 * top, marker="^", color=FAULT, markersize=4)


def _errors(axes: Axes, found: Sequence[tuple[float, Registration]]) -> None:
    _style(axes, "degrees off")
    if not found:
        words = "no inertial sensor, or nothing came back: nothing is known of the head"
        axes.text(0.5, 0.5, words, transform=axes.transAxes, color=QUIET, ha="center", va="center")
        return
    times = np.array([at for at, _ in found])
    # Where nothing was shown there is nothing to draw, and no line from one side to the other.
    breaks = np.flatnonzero(np.diff(times) > GAP) + 1
    for values, colour, width in (
        ([r.plain for _, r in found], QUIET, 0.8),
        ([r.warped for _, r in found], COLOURS["warp"], 1.2),
    ):
        broken = np.insert(np.array(values), breaks, np.nan)
        axes.plot(np.insert(times, breaks, np.nan), broken, color=colour, linewidth=width)
    axes.axhline(PROMISED, color=ACCENT, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.set_yscale("symlog", linthresh=0.5)
    axes.yaxis.set_major_formatter(ScalarFormatter())
    axes.set_ylim(0, 1.6 * max(1.0, *(r.plain for _, r in found)))
    legend = (("without reprojection", QUIET), ("as worn", COLOURS["warp"]), ("promised: 0.6°", ACCENT))
    for index, (text, colour) in enumerate(legend):
        axes.text(0.008 + 0.17 * index, 1.03, text, transform=axes.transAxes, color=colour, fontsize=9)


def _bands(axes: Axes, provoked: Sequence[Provoked], *, named: bool) -> None:
    for fault in provoked:
        axes.axvspan(fault.at, max(fault.ended, fault.at + 0.05), color=FAULT, alpha=0.16, linewidth=0)
        if named:
            axes.text(
                fault.at,
                1.015,
                fault.fault.kind,
                transform=axes.get_xaxis_transform(),
                color=FAULT,
                fontsize=9,
            )


def _style(axes: Axes, label: str) -> None:
    axes.set_facecolor(BACKGROUND)
    axes.set_ylabel(label, color=QUIET, fontsize=9)
    axes.tick_params(colors=QUIET, labelsize=9, length=0)
    axes.grid(axis="y", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)
