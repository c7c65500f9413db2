"""`latency.png`: where a run's milliseconds went, in one picture that explains itself.

Draws a report and the trips it was made of; measures nothing.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from overglass_edge.meter import percentile
from overglass_edge.trip import Trip
from overglass_protocol.errors import DisplayError
from overglass_simulators.demo.palette import ACCENT, BACKGROUND, LINE, QUIET, SHOWN_STAGES, TEXT

SIZE, DOTS = (12.8, 7.6), 150
"Inches, and dots in each: 1920 x 1140."
DOT = "#7fadfa"
ROOM = 1.35
"How far above the 99th percentile the axes reach; what is beyond is marked at their edge."


def write_plot(path: Path, report: Mapping[str, Any], trips: Sequence[Trip]) -> None:
    """Draws at least one trip. Raises DisplayError when the file cannot be written."""
    figure = Figure(figsize=SIZE, dpi=DOTS, facecolor=BACKGROUND)
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(
        2,
        2,
        left=0.075,
        right=0.965,
        top=0.80,
        bottom=0.085,
        hspace=0.42,
        wspace=0.13,
        height_ratios=(1, 0.8),
        width_ratios=(1.5, 1),
    )
    latencies = [trip.latency * 1000 for trip in trips]
    top = max(ROOM * (percentile(latencies, 99) or 0.0), 1.0)
    _title(figure, report)
    _over_time(figure.add_subplot(grid[0, :]), trips, top)
    _stages(figure.add_subplot(grid[1, 0]), report)
    _histogram(figure.add_subplot(grid[1, 1]), latencies, top)
    try:
        figure.savefig(path, format="png", facecolor=BACKGROUND)
    except OSError as error:
        raise DisplayError(f"cannot write {path.name}: {error}", cure="Free disk space and retry.") from error


def headline(report: Mapping[str, Any]) -> tuple[str, str]:
    """The plot's title and the line below it."""
    latency, machine = report["latency_ms"], report["machine"]
    source = report["source"]
    what = f"'{report['look']}' on {source['name']}, {report['size'].replace('x', ' x ')}"
    how = f"{_number(report['fps']['in'])} pictures a second in, {_number(report['fps']['out'])} out"
    codec = (report["codec"] or "video").upper().replace("H264", "H.264")
    where = f"{machine.get('usable_cores', machine.get('cores'))} cores of {machine['cpu']}"
    return (
        f"{latency['p50']:.0f} ms from camera to display",
        f"{what}; {how}; {codec} over WebRTC on loopback, both ends on {where}.",
    )


def _title(figure: Figure, report: Mapping[str, Any]) -> None:
    title, below = headline(report)
    latency = report["latency_ms"]
    figure.text(0.075, 0.925, title, color=TEXT, fontsize=21, fontweight="bold")
    figure.text(0.075, 0.885, below, color=QUIET, fontsize=10)
    figures = (("p50", "p50"), ("p95", "p95"), ("p99", "p99"), ("max", "max"))
    for index, (key, name) in enumerate(reversed(figures)):
        x = 0.965 - 0.06 * index
        figure.text(x, 0.945, f"{latency[key]:.1f}", color=TEXT, fontsize=14, ha="right")
        figure.text(x, 0.918, f"{name}, ms", color=QUIET, fontsize=9, ha="right")


def _over_time(axes: Axes, trips: Sequence[Trip], top: float) -> None:
    _style(axes, "Every frame that came back")
    begin = trips[0].capture_time
    times = [trip.capture_time - begin for trip in trips]
    latencies = [trip.latency * 1000 for trip in trips]
    axes.plot(times, latencies, color=DOT, linewidth=0.7, alpha=0.45)
    axes.scatter(times, [min(value, top) for value in latencies], s=9, color=DOT, linewidths=0, zorder=3)
    _outliers(axes, times, latencies, top)
    for share, colour in ((50, TEXT), (95, ACCENT)):
        value = percentile(latencies, share) or 0.0
        axes.axhline(value, color=colour, linewidth=0.9, linestyle=(0, (4, 3)), alpha=0.8)
        axes.text(
            1.006,
            value,
            f"p{share}",
            transform=axes.get_yaxis_transform(),
            color=colour,
            fontsize=9,
            va="center",
        )
    axes.set_ylim(0, top)
    axes.set_xlim(0, max(times[-1], 0.1))
    axes.set_xlabel("seconds since the first of them was captured", color=QUIET, fontsize=9)
    axes.set_ylabel("ms, camera to display", color=QUIET, fontsize=9)


def _outliers(axes: Axes, times: Sequence[float], latencies: Sequence[float], top: float) -> None:
    beyond = [(at, value) for at, value in zip(times, latencies, strict=True) if value > top]
    if not beyond:
        return
    axes.scatter(
        [at for at, _ in beyond], [top * 0.985] * len(beyond), marker="^", s=28, color="#ec5f67", zorder=4
    )
    worst = max(value for _, value in beyond)
    words = f"{len(beyond)} beyond the axis, up to {worst:.0f} ms"
    axes.text(1.0, 1.03, words, transform=axes.transAxes, color="#ec5f67", fontsize=9, ha="right")


def _stages(axes: Axes, report: Mapping[str, Any]) -> None:
    _style(axes, "Where the time goes: the median of each stage, in the order a frame passes them")
    at, medians = 0.0, report["stages_ms"]
    known = [stage for stage in SHOWN_STAGES if medians.get(stage.name) is not None]
    whole = sum(medians[stage.name] for stage in known) or 1.0
    for row, stage in enumerate(known):
        length = medians[stage.name]
        axes.barh(row, length, left=at, color=stage.colour, height=0.62)
        right = at + length
        beside = right + 0.012 * whole if right < 0.9 * whole else at - 0.012 * whole
        side = "left" if right < 0.9 * whole else "right"
        axes.text(beside, row, f"{length:.1f}", color=TEXT, fontsize=9, va="center", ha=side)
        at = right
    axes.set_yticks(range(len(known)), [stage.label for stage in known])
    axes.invert_yaxis()
    axes.set_xlim(0, whole * 1.01)
    axes.set_xlabel(f"ms since capture; the medians add up to {whole:.1f}", color=QUIET, fontsize=9)
    places = {stage.place: stage.colour for stage in reversed(SHOWN_STAGES)}
    handles = [Patch(color=places[place], label=place) for place in ("glasses", "network", "cloud")]
    axes.legend(handles=handles, frameon=False, labelcolor=QUIET, fontsize=9, loc="upper right")
    axes.grid(axis="y", visible=False)


def _histogram(axes: Axes, latencies: Sequence[float], top: float) -> None:
    _style(axes, "How often")
    axes.hist([min(value, top) for value in latencies], bins=48, range=(0, top), color=DOT, alpha=0.85)
    for share, colour in ((50, TEXT), (95, ACCENT)):
        value = percentile(latencies, share) or 0.0
        axes.axvline(value, color=colour, linewidth=1.1, linestyle=(0, (4, 3)))
        words, place = f"p{share}  {value:.1f} ms", (0.97, 0.86)[share > 50]
        axes.text(1, place, words, transform=axes.transAxes, color=colour, fontsize=10, ha="right", va="top")
    axes.set_xlim(0, top)
    axes.set_xlabel("ms, camera to display", color=QUIET, fontsize=9)
    axes.set_ylabel("frames", color=QUIET, fontsize=9)


def _style(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", color=TEXT, fontsize=11, pad=9)
    axes.set_facecolor(BACKGROUND)
    axes.grid(color=LINE, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(colors=QUIET, labelsize=9, length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:.0f}"
