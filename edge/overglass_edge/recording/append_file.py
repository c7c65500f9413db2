"""A file that only grows, in whole pieces: what was appended is safe from a crash of this program."""

import os
from pathlib import Path
from types import TracebackType
from typing import Self


class AppendFile:
    """Creates `path`, which must not exist. Every append reaches the operating system at once.

    All methods raise OSError. A piece that the disk could not take whole leaves no part behind.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb", buffering=0)
        self.size = 0
        "Bytes."
        self._synced = 0

    def append(self, piece: bytes) -> None:
        rest = memoryview(piece)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError:
            self._file.truncate(self.size)
            self._file.seek(self.size)
            raise
        self.size += len(piece)

    def sync(self) -> None:
        """Waits until everything would survive a power cut."""
        if self.size > self._synced:
            os.fsync(self._file.fileno())
            self._synced = self.size

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
