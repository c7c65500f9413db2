"""Signs a finished capture in place. What is claimed of it is what its camera knows of itself.

A camera that does not know where its pictures come from, as a played file, claims no capture. Whatever
goes wrong here leaves the recording as it was.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from overglass_edge.recording.gathered import gather, is_scattered
from overglass_edge.sources import Camera
from overglass_protocol.provenance.keys import Signer
from overglass_protocol.provenance.signing import Statement, sign
from overglass_protocol.provenance.terms import SourceType

SESSION = "org.overglass.session"


def digital_source(camera: Camera) -> SourceType | None:
    """Where its pictures come from; None where it does not say."""
    said = getattr(camera, "digital_source", None)
    return said if isinstance(said, SourceType) else None


def sign_capture(
    capture: Path, timeline: Path, session: UUID, source: SourceType | None, signer: Signer
) -> None:
    """Binds the timeline, by its SHA-256, to the capture. Raises TrustError, OSError, and ValueError
    for a file that no recorder made.

    A capture without a single picture is left alone.
    """
    if capture.stat().st_size == 0:
        return
    with timeline.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    facts = {SESSION: {"id": str(session), "timeline_sha256": digest}}
    with _gathered(capture) as clip:
        sign(clip, capture, Statement("Overglass capture", source, facts=facts), signer)


@contextmanager
def _gathered(capture: Path) -> Iterator[Path]:
    """The capture, or a neighbour with fewer fragments, which is gone afterwards."""
    if not is_scattered(capture):
        yield capture
        return
    handle, name = tempfile.mkstemp(prefix=f".{capture.stem}-", suffix=".gathered", dir=capture.parent)
    try:
        with os.fdopen(handle, "wb") as fresh, capture.open("rb") as file:
            gather(file, fresh)
        Path(name).chmod(capture.stat().st_mode & 0o777)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)
