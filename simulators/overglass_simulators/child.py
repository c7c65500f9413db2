"""A module of ours run as a process of its own, which says JSON objects on its standard output.

It hears nothing but the end of its standard input, and ends then: nobody is left behind when the
starter is killed. Knows no service and no bench.
"""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from typing import Any, Self

import psutil

from overglass_protocol.errors import OverglassError

ENDS_WITHIN = 5.0
"Seconds between a polite request to end and a kill."
KEPT_SETTINGS = ("OVERGLASS_MODELS",)
"Settings of the surroundings that a child sees; any other, such as a secret, would change what it is."

COMPLAINT = "overglass: "
"How an error of ours begins on standard error."


class Child:
    """A running module. A context manager: leaving it ends the process, whatever state it is in."""

    def __init__(self, module: str, arguments: Sequence[str] = ()) -> None:
        self.name = module.rpartition(".")[2]
        self._unread = b""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={k: v for k, v in os.environ.items() if not k.startswith("OVERGLASS_") or k in KEPT_SETTINGS},
            # Ctrl-C is for the starter, who ends its children in good order. And a stopped process
            # whose starter dies is woken by the kernel only in a group of the starter's session.
            process_group=0,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.end()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def hear(self, within: float) -> dict[str, Any]:
        """The next object it says. Raises OverglassError when none comes in so many seconds, or ever."""
        deadline = time.monotonic() + within
        output = self._process.stdout
        assert output is not None
        while b"\n" not in self._unread:
            ready, _, _ = select.select([output], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise self.failure(f"said nothing for {within:g} s")
            chunk = os.read(output.fileno(), 1 << 16)
            if not chunk:
                raise self.failure("ended")
            self._unread += chunk
        line, _, self._unread = self._unread.partition(b"\n")
        try:
            said = json.loads(line)
        except ValueError as error:
            raise self.failure(f"said {line!r}, which is no JSON object") from error
        if not isinstance(said, dict):
            raise self.failure(f"said {line!r}, which is no JSON object")
        return said

    def cpu_seconds(self) -> float:
        """Processor time it has used so far, in the system and outside. OverglassError if it has ended."""
        try:
            times = psutil.Process(self.pid).cpu_times()
        except psutil.NoSuchProcess as error:
            raise self.failure("ended") from error
        return times.user + times.system

    def errors(self) -> str:
        """What it has written to its standard error."""
        return os.pread(self._errors.fileno(), 1 << 20, 0).decode(errors="replace")

    def failure(self, what: str) -> OverglassError:
        """An error that says what the process did, and why; what it said to its user stands for itself."""
        lines = self.errors().strip().splitlines() or ["nothing"]
        own = lines[-1].removeprefix(COMPLAINT)
        if own != lines[-1]:
            return OverglassError(own)
        return OverglassError(f"the {self.name} process {what}; its last words: {own}")

    def send_signal(self, number: int) -> None:
        """Nothing happens if it has ended."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """Ends it at once, without a goodbye."""
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """Ends it: with a moment for a goodbye, then without. May be called twice."""
        if self._errors.closed:
            return
        try:
            self._process.terminate()
            self._process.send_signal(signal.SIGCONT)  # a stopped process does not hear the request
            self._process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            pass
        finally:
            self.kill()
            for pipe in (self._process.stdin, self._process.stdout, self._errors):
                if pipe is not None:
                    pipe.close()


def say(**fields: Any) -> None:
    """For the child: says one object to its starter."""
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


def end_with_stdin() -> None:
    """For the child: asks it to end (SIGTERM) when its standard input does."""

    def wait() -> None:
        # Not sys.stdin: a thread that holds its lock disturbs the interpreter's own end.
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="stdin", daemon=True).start()
