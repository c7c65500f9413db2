"""The real service in a process of its own, for demonstrations, benches and tests.

Imported it is `Service`, which starts that process, measures it and does things to it; run as a module
it is that process. Unless it is to be plain it has two more looks: `model` stands in for a model on a
GPU, takes its time and paints nothing; `marks` for one that finds things in a simulated world.
"""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Self

import av
import httpx
import typer
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from overglass_cloud.config import settings_from
from overglass_cloud.looks import Look, Looks, Sitter, State
from overglass_cloud.serve import bind, serve, url
from overglass_edge.command import configure_log
from overglass_protocol.control import Control
from overglass_protocol.errors import LookError, OverglassError
from overglass_simulators.child import COMPLAINT, Child, end_with_stdin, say
from overglass_simulators.sim.marks import MARKS

READY_WITHIN = 30.0
"Seconds; a busy machine takes three to load it."
ASK_AGAIN = 0.02
"Seconds between two questions whether it is ready."
LONGEST_PAUSE = 60.0
DROPPED = "overglass_frames_dropped_total"


def pause(seconds: float) -> str:
    """The prompt that makes the look `model` sleep once, for so long, before its next picture."""
    return f"pause {seconds:g}"


class Service:
    """A context manager around the process. Raises OverglassError when it does not become ready."""

    def __init__(
        self,
        *,
        plain: bool = False,
        look: str = "none",
        model_ms: float = 0.0,
        fps: float = 30.0,
        max_sessions: int = 8,
        cores: Iterable[int] = (),
        port: int = 0,
    ) -> None:
        """`plain`: as `overglass cloud` is. `cores`: those it may run on; none given means all."""
        self.url = ""
        "Where it listens."
        self._port = port
        self._options = [
            *("--look", look, "--model-ms", f"{model_ms:g}", "--fps", f"{fps:g}"),
            *("--max-sessions", str(max_sessions), "--end-with-stdin"),
            *(("--plain",) if plain else ()),
            *(word for core in cores for word in ("--core", str(core))),
        ]
        self._child: Child | None = None

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.end()

    @property
    def pid(self) -> int:
        return self._running.pid

    @property
    def alive(self) -> bool:
        return self._child is not None and self._child.alive

    def cpu_seconds(self) -> float:
        """Processor time it has used so far. Raises OverglassError when it has died."""
        return self._running.cpu_seconds()

    def dropped(self) -> Counter[str]:
        """Frames it dropped so far, of all sessions, by reason; from its metrics."""
        found = {s.labels["reason"]: int(s.value) for s in self._samples() if s.name == DROPPED}
        return Counter(found)

    def total(self, name: str) -> float:
        """A counter of its metrics that has no labels."""
        return sum(s.value for s in self._samples() if s.name == f"overglass_{name}_total")

    def errors(self) -> str:
        """Its log."""
        return self._running.errors()

    def failure(self, what: str) -> OverglassError:
        """An error that says what it did, and why as far as it said."""
        return self._running.failure(what)

    def stop(self) -> None:
        """Halts the whole process (SIGSTOP) until `cont`."""
        self._running.send_signal(signal.SIGSTOP)

    def cont(self) -> None:
        self._running.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """Ends it as a crash does."""
        self._running.kill()

    def restart(self) -> None:
        """Starts it anew at the same address, after ending it if it still runs."""
        self.end()
        self._start()

    def end(self) -> None:
        if self._child is not None:
            self._child.end()

    def _samples(self) -> list[Sample]:
        shown = httpx.get(f"{self.url}/metrics", trust_env=False, timeout=READY_WITHIN).text
        return [s for family in text_string_to_metric_families(shown) for s in family.samples]

    @property
    def _running(self) -> Child:
        if self._child is None:
            raise OverglassError("the service has not been started", cure="Use it in a with statement.")
        return self._child

    def _start(self) -> None:
        self._child = child = Child(__name__, ["--port", str(self._port), *self._options])
        try:
            self.url = str(child.hear(READY_WITHIN)["url"])
            self._port = int(self.url.rpartition(":")[2])
            self._wait_until_ready(child)
        except BaseException:
            child.end()
            raise

    def _wait_until_ready(self, child: Child) -> None:
        deadline = time.monotonic() + READY_WITHIN
        with httpx.Client(trust_env=False, timeout=READY_WITHIN) as client:
            while time.monotonic() < deadline:
                if not child.alive:
                    raise child.failure("ended before it was ready")
                try:
                    if client.get(f"{self.url}/readyz").is_success:
                        return
                except httpx.TransportError:
                    pass  # it does not listen yet
                time.sleep(ASK_AGAIN)
        raise child.failure(f"was not ready within {READY_WITHIN:g} s")


class Model:
    """An engine that takes `seconds` a picture, asleep, as a thread is that waits for a GPU."""

    max_batch = 1

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> State:
        """Sleeps once if the prompt says so (see `pause`)."""
        if control.prompt:
            time.sleep(_pause_of(control.prompt))
        return None

    def paint(self, pictures: Sequence[av.VideoFrame], states: Sequence[State]) -> list[av.VideoFrame]:
        time.sleep(self._seconds * len(pictures))
        return list(pictures)


def model_look(seconds: float) -> Look:
    summary = f"Stands in for a model that takes {seconds * 1000:g} ms a picture."
    return Look("model", summary, "model", lambda workshop: Model(seconds), takes_prompt=True)


def _pause_of(prompt: str) -> float:
    word, _, number = prompt.partition(" ")
    try:
        seconds = float(number)
    except ValueError:
        seconds = -1.0
    if word != "pause" or not 0 <= seconds <= LONGEST_PAUSE:
        raise LookError(
            f"the look 'model' does not know the prompt {prompt!r}",
            cure=f"It knows one: pause SECONDS, at most {LONGEST_PAUSE:g}.",
        )
    return seconds


def main(
    port: Annotated[int, typer.Option(help="Port; 0 picks a free one.")] = 0,
    look: Annotated[str, typer.Option(help="Look of sessions that ask for none.")] = "none",
    model_ms: Annotated[float, typer.Option(min=0.0, help="What the look 'model' takes a picture.")] = 0.0,
    fps: Annotated[float, typer.Option(help="Frames a second the encoder plans for.")] = 30.0,
    max_sessions: Annotated[int, typer.Option(help="Sessions served at once.")] = 8,
    core: Annotated[list[int] | None, typer.Option(help="A core to run on; may be repeated.")] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Without the look 'model'.")] = False,
    end_with_stdin_: Annotated[
        bool, typer.Option("--end-with-stdin", help="End when standard input does.")
    ] = False,
) -> None:
    """Run the service; says where it listens as one JSON object."""
    if core:
        os.sched_setaffinity(0, core)  # threads to come inherit it
    if end_with_stdin_:
        end_with_stdin()
    configure_log(20)
    settings = settings_from(port=port, look=look, fps=fps, max_sessions=max_sessions)
    looks = Looks.installed(extra=[] if plain else [model_look(model_ms / 1000), MARKS])
    looks[settings.look]
    listener = bind(settings)
    say(url=url(listener), pid=os.getpid())
    serve(settings, looks, listener)


if __name__ == "__main__":
    try:
        typer.run(main)
    except OverglassError as error:
        sys.exit(f"{COMPLAINT}{error}")
