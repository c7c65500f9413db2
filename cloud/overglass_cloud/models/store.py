"""The folder of model files, and whether each is what it should be.

Files that somebody laid there by hand are as good as pulled ones, so the folder may be read-only. Using a
model never reaches the network: a missing one is an error that says the command to run.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, assert_never

from filelock import FileLock, Timeout

from overglass_cloud.models.download import Progress, digest, download, unwritable
from overglass_cloud.models.manifest import Manifest, Model
from overglass_protocol.errors import ModelError

State = Literal["here", "missing", "damaged"]

LOCK_SECONDS = 600.0
"How long a pull waits for another one of the same model."

_Signature = tuple[int, int, int]


class Store:
    """Model files in a folder. `Manifest.shipped()` says which there can be."""

    def __init__(
        self, folder: Path, manifest: Manifest, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.folder = folder
        self.manifest = manifest
        self._sleep = sleep
        self._good: dict[str, _Signature] = {}
        "Size, time of change and inode of files whose checksum was right."

    def path(self, name: str) -> Path:
        """The model's file, checked. Raises ModelError with the command that cures it.

        The whole file is read and summed once (about a millisecond for each megabyte), then only
        when it has changed since.
        """
        model = self.manifest[name]
        state, fault = self._examine(model)
        match state:
            case "here":
                return self.folder / model.file
            case "missing":
                raise ModelError(f"the model {name} is not in {self.folder}", cure=_pull(model))
            case "damaged":
                file = self.folder / model.file
                raise ModelError(f"{file} is not the model {name}: {fault}", cure=_pull(model))
            case _:
                assert_never(state)

    def bundle(self, name: str) -> Path:
        """The folder of a bundle, each file checked as by `path`. Raises ModelError."""
        for model in self.manifest.called(name):
            self.path(model.name)
        return self.folder / name

    def has(self, name: str) -> bool:
        """Whether `path` would give it. Raises ModelError only when there is no such model."""
        return self.state(name) == "here"

    def state(self, name: str) -> State:
        """Whether the model's file is here and what it should be."""
        return self._examine(self.manifest[name])[0]

    def verify(self, name: str) -> Path:
        """As `path`, but reads the whole file whatever was found before."""
        self._good.pop(self.manifest[name].name, None)
        return self.path(name)

    def pull(self, name: str, progress: Progress = lambda done, doing: None) -> Path:
        """Fetches the model unless it is here. Raises ModelError."""
        model = self.manifest[name]
        if not self.has(name):
            lock = self._lock(model, progress)
            try:
                if not self.has(name):  # another pull may have brought it while this one waited
                    download(model, self.folder, progress, self._sleep)
            finally:
                lock.release()
        return self.path(name)

    def _examine(self, model: Model) -> tuple[State, str]:
        """The file's state, and what is wrong with it if anything is."""
        path = self.folder / model.file
        try:
            now = path.stat()
            if now.st_size != model.size:
                return "damaged", f"it has {now.st_size} bytes and should have {model.size}"
            signature = (now.st_size, now.st_mtime_ns, now.st_ino)
            if self._good.get(model.name) != signature:
                found = digest(path)
                if found != model.sha256:
                    return "damaged", f"its sha256 is {found} and should be {model.sha256}"
                self._good[model.name] = signature
        except (FileNotFoundError, NotADirectoryError):
            return "missing", ""
        except OSError as error:
            return "damaged", f"it cannot be read ({error.strerror or error})"
        return "here", ""

    def _lock(self, model: Model, progress: Progress) -> FileLock:
        place = self.folder / model.file
        lock = FileLock(place.with_name(f".{place.name}.lock"))
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                progress(0, "another pull is at it")
                lock.acquire(timeout=LOCK_SECONDS)
        except Timeout as error:
            raise ModelError(
                f"another pull of {model.name} has not ended for {LOCK_SECONDS:g} s",
                cure=f"End it, then run: overglass models pull {model.name}.",
            ) from error
        except OSError as error:
            raise unwritable(self.folder, error, model.size) from error
        return lock


def _pull(model: Model) -> str:
    return f"Run: overglass models pull {model.part_of or model.name}."
