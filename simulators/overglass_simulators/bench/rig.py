"""What every bench stands on: its setup, an event loop set up for latency, and a bar that shows progress.

Knows no bench.
"""

import gc
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from overglass_protocol import loop
from overglass_simulators.bench import content
from overglass_simulators.bench.content import Content
from overglass_simulators.machine import Neighbours, machine

Advance = Callable[[float], None]
"Tells the bar that so many more seconds have passed."
Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Setup:
    """What is sent, and how long."""

    size: tuple[int, int] = (512, 512)
    fps: float = 30.0
    seconds: float = 20.0
    "Of measuring."
    codec: str = "H264"
    look: str = "none"
    clip: Path | None = None
    "None: generated pictures."
    warmup: float = 2.0
    "Seconds from the first returned picture that do not count."

    def describe(self, content: str) -> Result:
        """For the result."""
        return {
            "size": f"{self.size[0]}x{self.size[1]}",
            "fps": self.fps,
            "codec": self.codec.lower(),
            "seconds": self.seconds,
            "look": self.look,
            "content": content,
        }


def pictures_of(setup: Setup) -> Content:
    """What is sent, made ready; that may take seconds, and says so on a terminal. Raises SourceError."""
    with Console(stderr=True).status("preparing pictures"):
        return content.load(setup.clip, setup.size, setup.fps)


def measure(label: str, seconds: float, work: Callable[[Advance], Coroutine[Any, Any, Result]]) -> Result:
    """Runs `work` as the programs themselves run; the bar expects it to take about so many seconds."""
    result: Result = {}

    async def keep_result(advance: Advance) -> None:
        result.update(await work(advance))

    settle()
    with bar(label, seconds) as advance:
        loop.run(keep_result(advance))
    return result


def on_machine(run: Callable[[], Result]) -> Result:
    """The result with `machine` as it was before, and how many cores' work of others was in the way."""
    found, neighbours = machine(), Neighbours()
    result = run()
    return {**result, "machine": {**found, "others_cores": neighbours.cores()}}


def settle() -> None:
    """What is loaded by now stays; without it in the way a collection pauses frames far less."""
    gc.collect()
    gc.freeze()


@contextmanager
def bar(label: str, seconds: float) -> Iterator[Advance]:
    """A bar on standard error, where that is a terminal. Drawn only in `advance`, so that it takes time
    from what is measured no more often than it is called."""
    console = Console(stderr=True)
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        auto_refresh=False,
        disable=not console.is_terminal,
    )
    with progress:
        task = progress.add_task(label, total=seconds)

        def advance(passed: float) -> None:
            progress.update(task, advance=passed, refresh=True)

        advance(0.0)
        yield advance
