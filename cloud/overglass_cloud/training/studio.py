"""`overglass looks train` on a terminal: progress bars, one Ctrl-C that comes to rest and keeps, figures."""

import hashlib
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, Self

import torch
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from overglass_cloud.config import Machine, read
from overglass_cloud.models.manifest import Manifest
from overglass_cloud.models.store import Store
from overglass_cloud.neural.folder import folder_here, renamed
from overglass_cloud.neural.look_file import Card
from overglass_cloud.style.style_transfer import StyleTransfer
from overglass_cloud.training import pictures
from overglass_cloud.training.course import Plan
from overglass_cloud.training.lessons import Pixels
from overglass_cloud.training.pace import SETTLE_SECONDS, Pace
from overglass_cloud.training.run import Run, brush_of, figures_of, pan, with_figures
from overglass_cloud.training.sheet import Sheet
from overglass_protocol.errors import LookError

SHOWN = ("astronaut.png", "coffee.png")
"In the preview, after a moment of each clip."
MEASURED = "chelsea.png"
"Kept out of the training: without a clip the figures are of a pan over it."


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asked for."""

    picture: Path
    name: str
    clips: tuple[Path, ...]
    seconds: float
    strength: float
    summary: str
    seed: int
    sheet: Path
    replace: bool
    fresh: bool


def make(order: Order) -> dict[str, Any]:
    """Trains the look and puts it into the folder; what it has become. Raises OverglassError."""
    machine, console = read(Machine), Console(stderr=True)
    folder = folder_here(machine)
    card = renamed(Card(name="new", summary=order.summary, strength=order.strength), order.name)
    folder.check_free(card.name, replace=order.replace)
    folder.check_writable()
    style = pictures.read(order.picture)
    painter = StyleTransfer(Store(machine.models, Manifest.shipped()))
    teacher = partial(_paint, painter, painter.code_of(style))
    seen = [picture for clip in order.clips for picture in pictures.moments(clip)]
    saved = folder.path / ".making" / f"{card.name}.course"
    if order.fresh:
        _forget(saved)
    with Screen(console, order.seconds) as screen:
        run = Run(
            plan=Plan(seed=order.seed, subject=_subject(order)),
            pace=Pace(seconds=order.seconds),
            teacher=teacher,
            pictures=[*seen, *pictures.carried(but=MEASURED)],
            shown=[*seen[:: max(1, len(seen) // 2)], *pictures.carried(*SHOWN)][:4],
            saved=saved,
            sheet=Sheet(order.sheet, f"{card.name} - {card.summary}"),
            told=screen,
            device=torch.device("cuda" if torch.cuda.is_available() else "cpu"),
        )
        with stopped_by_ctrl_c(run, console, saved):
            course = run.learn()
        screen.measuring()
        clip = pictures.stretch(order.clips[0]) if order.clips else pan(pictures.carried(MEASURED)[0])
        figures = figures_of(brush_of(course, run.device), clip, order.strength)
    trained = {"steps": course.steps, "seconds": round(course.seconds), "seed": order.seed}
    card = with_figures(card.model_copy(update={"trained": trained}), figures)
    file = folder.add(card, course.weights(), replace=order.replace)
    _forget(saved)
    _tell(console, card, order.sheet)
    return {**card.model_dump(), "file": str(file.path), "sheet": str(order.sheet)}


class Screen:
    """Progress bars; a context manager."""

    def __init__(self, console: Console, seconds: float) -> None:
        self._bars = Progress(
            TextColumn("{task.description:24}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[said]}"),
            console=console,
        )
        self._painting = self._bars.add_task("the teacher paints", said="", total=None)
        self._learning = self._bars.add_task("the network learns", said="", total=1.0)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._bars.stop()

    def painting(self, number: int, of: int) -> None:
        self._bars.update(self._painting, completed=number, total=of, said=f"{number} of {of} pictures")

    def learning(self, done: float, steps: int, loss: float, left: float | None) -> None:
        told = "" if left is None else f"{int(left) // 60}:{int(left) % 60:02d} to go, "
        self._bars.update(self._learning, completed=done, said=f"{told}step {steps}, loss {loss:.3f}")

    def shown(self, path: Path) -> None:
        self._bars.console.print(f"preview: {path}", highlight=False)

    def measuring(self) -> None:
        self._bars.update(self._learning, completed=1.0, said="measuring")


@contextmanager
def stopped_by_ctrl_c(run: Run, console: Console, saved: Path) -> Iterator[None]:
    """The first Ctrl-C brings the course to rest and keeps it, the second leaves it where it was saved."""

    def on_signal(number: int, frame: FrameType | None) -> None:
        if run.stop:
            raise KeyboardInterrupt
        run.stop = True
        console.print(
            f"Stopping: {SETTLE_SECONDS:g} s to come to rest, then the look is kept. "
            "Ctrl-C again leaves at once; the same command then goes on from there."
        )

    before = signal.signal(signal.SIGINT, on_signal)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _paint(painter: StyleTransfer, code: Any, picture: Pixels) -> Pixels:
    return painter.paint_any(picture, code, fine=True)


def _forget(saved: Path) -> None:
    try:
        saved.unlink(missing_ok=True)
    except OSError as error:
        raise LookError(f"{saved} cannot be deleted: {error.strerror}", cure="Check its folder.") from error


def _subject(order: Order) -> str:
    """Tells one picture and its clips from others."""
    try:
        parts = [order.picture.read_bytes(), *(f"{clip.resolve()}".encode() for clip in order.clips)]
    except OSError as error:
        raise LookError(
            f"{order.picture} cannot be read: {error.strerror}", cure="Check the file."
        ) from error
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _tell(console: Console, card: Card, sheet: Path) -> None:
    said = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in card.figures.items())
    console.print(f"{card.name} is made: {said}. Preview: {sheet}", highlight=False)
    console.print(f"Wear it with: overglass demo --look {card.name}", highlight=False)
