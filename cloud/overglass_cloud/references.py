"""The pictures that wearers have lent to looks, in memory only, the least used one forgotten first.

Any thread may ask. Knows no HTTP and no file; what is kept here was checked before.
"""

import threading
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from overglass_protocol.control import Control
from overglass_protocol.errors import MissingReferenceError

Rgb = NDArray[np.uint8]
"A picture, (height, width, 3)."

CAPACITY = 64
"Pictures of at most 3 MB each."
EACH = 8
"Of them the most that one token's bearer may have, lest he push out everybody else's."


class References:
    """Pictures by their names (see `Reference.id`)."""

    def __init__(self, capacity: int = CAPACITY, each: int = EACH) -> None:
        self._capacity = capacity
        self._each = each
        self._kept: OrderedDict[str, tuple[str, Rgb]] = OrderedDict()
        "Lender and picture, the least used first."
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, name: object) -> bool:
        return name in self._kept

    def keep(self, name: str, picture: Rgb, lender: str = "") -> None:
        """Keeps a picture, and forgets the least used ones that are too many.

        `lender` is the id of the token that it came with; empty where no tokens are asked for.
        """
        with self._lock:
            self._kept[name] = lender, picture
            self._kept.move_to_end(name)
            theirs = [other for other, (by, _) in self._kept.items() if by == lender]
            if lender and len(theirs) > self._each:
                del self._kept[theirs[0]]
            while len(self._kept) > self._capacity:
                self._kept.popitem(last=False)

    def picture_for(self, control: Control) -> Rgb:
        """The picture that the document names, read-only. Raises MissingReferenceError with the cure."""
        name = control.reference
        if name is None:
            raise MissingReferenceError(
                f"the look {control.look!r} goes by a picture, and it was given none", cure=CURE
            )
        with self._lock:
            if name not in self._kept:
                raise MissingReferenceError("the service does not have that picture any more", cure=AGAIN)
            self._kept.move_to_end(name)
            return self._kept[name][1]


CURE = "Choose one on the page, or give one with --reference PICTURE."
AGAIN = "Lend it again: choose it once more on the page, or POST it to /references."
