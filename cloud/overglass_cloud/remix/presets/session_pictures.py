"""The pictures that a session's looks go by: recorded by name only, so that their files come with the job.

A picture's name is its file's sha256, wherever the file came from and whatever it is called.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from overglass_cloud.looks import Looks
from overglass_cloud.references import References
from overglass_cloud.remix.presets.session_timeline import Schedule
from overglass_cloud.style.picture_file import read_picture
from overglass_protocol.errors import MissingReferenceError
from overglass_protocol.reference import MAX_BYTES, Reference


def lend(schedule: Schedule, looks: Looks, files: Iterable[Path], references: References) -> None:
    """Keeps every picture that the schedule's looks go by.

    Raises MissingReferenceError for one that is neither kept already nor among the files, PictureError for
    one that cannot be used; both with the cure.
    """
    wanted = [name for name in dict.fromkeys(_named(schedule, looks)) if name not in references]
    if not wanted:
        return
    for path in files:
        if path.is_file() and path.stat().st_size <= MAX_BYTES:
            data = path.read_bytes()
            if hashlib.sha256(data).hexdigest() in wanted:
                reference = Reference(data)
                references.keep(reference.id, read_picture(reference))
    if missing := [name for name in wanted if name not in references]:
        raise MissingReferenceError(
            f"the session's looks go by a picture that is not here: {missing[0]}",
            cure="Give its file, of which that is the sha256, with the job; or name another with 'changes'.",
        )


def _named(schedule: Schedule, looks: Looks) -> Iterator[str]:
    for worn in schedule.worn:
        if not looks[worn.control.look].takes_reference or worn.control.strength == 0:
            continue
        if worn.control.reference is None:
            raise MissingReferenceError(
                f"the look {worn.control.look!r} goes by a picture, and was given none",
                cure="Name one with the change's 'reference', the sha256 of a file that comes with the job.",
            )
        yield worn.control.reference
