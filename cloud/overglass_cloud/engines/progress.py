"""What is seen while an engine loads: a bar on a terminal, lines in the log elsewhere."""

import structlog
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

log = structlog.get_logger()

QUARTERS = 4
"Lines in the log for each thing that loads, beside the one that says it has begun."


class Loading:
    """Told by engines how far they are; see `Workshop.progress`. For one thread."""

    def __init__(self, console: Console | None = None) -> None:
        """`console`: by default standard error."""
        self._console = console or Console(stderr=True)
        self._bar: Progress | None = None
        self._what, self._quarter = "", -1

    def __call__(self, what: str, done: int, total: int) -> None:
        if self._console.is_terminal:
            self._draw(what, done, total)
        quarter = QUARTERS * done // max(total, 1)
        if (what, quarter) != (self._what, self._quarter):
            self._what, self._quarter = what, quarter
            log.info("loading", what=what, percent=100 * quarter // QUARTERS, megabytes=total >> 20)

    def _draw(self, what: str, done: int, total: int) -> None:
        if self._bar is None:
            columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
            self._bar = Progress(*columns, console=self._console, transient=True)
            self._bar.add_task(what, total=total)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=done, total=total, description=what)
        if done >= total:
            self._bar.stop()
            self._bar = None
