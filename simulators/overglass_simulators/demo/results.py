"""The folder that a measurement writes into: each file is whole before it takes an older one's place."""

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from overglass_protocol.errors import ConfigError

REPORT, CLIP, PLOT = "report.json", "side_by_side.mp4", "latency.png"


class Results:
    """A context manager: entering makes the folder and a scratch folder inside it, leaving clears that.

    Entering raises ConfigError when the folder cannot be written to.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scratch = folder
        self._is_new = False

    def __enter__(self) -> Self:
        self._is_new = not self.folder.exists()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            # In the same folder, so that a rename is one: other disks would need a copy.
            self.scratch = Path(tempfile.mkdtemp(prefix=".demo-", dir=self.folder))
        except OSError as error:
            raise ConfigError(
                f"cannot write to {self.folder}: {error.strerror}",
                cure="Choose a folder that can be written to: --out DIR.",
            ) from error
        return self

    def __exit__(self, *exc: object) -> None:
        with contextlib.suppress(OSError):
            shutil.rmtree(self.scratch)
            if self._is_new:
                self.folder.rmdir()  # only if nothing came of it

    def draft(self, name: str) -> Path:
        """Where to write a file before it is `publish`ed."""
        return self.scratch / name

    def publish(self, report: Mapping[str, Any]) -> dict[str, str]:
        """Puts the drafts in place of earlier results; returns where each is, by kind.

        The report goes last: where it is new, all is. A file that has no draft leaves no old one behind.
        """
        self.draft(REPORT).write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        files = {}
        for kind, name in (("side_by_side", CLIP), ("latency", PLOT), ("report", REPORT)):
            final = self.folder / name
            if self.draft(name).exists():
                os.replace(self.draft(name), final)
                files[kind] = str(final)
            else:
                final.unlink(missing_ok=True)
        return files
