"""A job's folder, by URL: here on disk by default, elsewhere through fsspec. Knows nothing of what is in it.

Whoever reads never sees half a file: it is written beside its place, or here, and moved when whole.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

import fsspec
from fsspec.implementations.local import LocalFileSystem

from overglass_protocol.errors import ConfigError, RemixError

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,127}){0,3}")
"No leading dot in any part: neither `..` nor our own unfinished files can be named."


class Artefacts:
    """The files of one folder. Close it: copies of far files lie in a folder of their own until then."""

    def __init__(self, url: str) -> None:
        try:
            self._files, self._root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise ConfigError(
                f"artefacts cannot be kept at {url}: {error}",
                cure="Name a folder, or install what that kind of URL needs: pip install 'overglass[s3]'",
            ) from error
        self.url = url
        self._here = isinstance(self._files, LocalFileSystem)
        self._copies: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._copies is not None:
            self._copies.cleanup()
            self._copies = None

    def exists(self, name: str) -> bool:
        return bool(self._files.exists(self._place(name)))

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """A local path to write to. The file is in its place once the block ends; never after an error."""
        place = self._place(name)
        folder = Path(place).parent if self._here else self._scratch()
        folder.mkdir(parents=True, exist_ok=True)
        # The suffix stays, because encoders go by it.
        path = folder / f".{uuid4().hex}{Path(name).suffix}"
        try:
            yield path
            if self._here:
                _to_disk(path)
                os.replace(path, place)
            else:
                self._files.makedirs(place.rsplit("/", 1)[0], exist_ok=True)
                self._files.put_file(str(path), place)
        finally:
            with suppress(FileNotFoundError):
                path.unlink()

    def local(self, name: str) -> Path:
        """Where the file can be read on this machine until closing. Raises RemixError where there is none."""
        place = self._place(name)
        if not self._files.exists(place):
            raise RemixError(f"the job's {name} is missing", code="missing-artefact", cure="Start it again.")
        if self._here:
            return Path(place)
        path = self._scratch() / f"{uuid4().hex}{Path(name).suffix}"
        self._files.get_file(place, str(path))
        return path

    def delete(self) -> None:
        """The folder with all that is in it. Not an error where there is none."""
        with suppress(FileNotFoundError):
            self._files.rm(self._root, recursive=True)

    def _place(self, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise RemixError(f"{name!r} cannot be the name of an artefact", code="artefact-name")
        return f"{self._root.rstrip('/')}/{name}"

    def _scratch(self) -> Path:
        if self._copies is None:
            self._copies = tempfile.TemporaryDirectory(prefix="overglass-")
        return Path(self._copies.name)


def _to_disk(path: Path) -> None:
    """Before its name is: else a power cut could leave the name without the bytes."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
