"""What painting takes, learned from what it took: the median of the last paintings of each kind.

Knows numbers only.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from statistics import median

Size = tuple[int, int]
"Width and height in pixels."

SAMPLES = 9
"The median of so many bears four hiccups."
KNOWN_FROM = 5
"Samples; the very first paintings of a kind often compile or load something."
NEW, FRESH, LASTS = 10.0, 120.0, 1200.0
"""Seconds. A figure not older than the first is taken as it is, one up to the second where there is no newer
one to estimate from: the machine may have more time now. What a smaller size saves is a matter of the look,
and is believed for the third."""
ESTIMATED = 0.5
"Seconds for which an estimate is good."
MARGINAL = 0.5
"Of what one picture takes, for each more in a batch, until that was measured."
MOST_KINDS = 256
"Sizes come from outside and must not grow our memory."


@dataclass(slots=True)
class _Figure:
    samples: deque[float] = field(default_factory=lambda: deque(maxlen=SAMPLES))
    middle: float = 0.0
    at: float = 0.0


class Costs:
    """Seconds that a batch takes, by look, size and number of pictures."""

    def __init__(self) -> None:
        self._figures: OrderedDict[tuple[str, Size, int], _Figure] = OrderedDict()
        self._estimates: dict[tuple[str, Size, int], tuple[float, float | None]] = {}
        "Of what was not measured, and when."

    def took(self, look: str, size: Size, batch: int, seconds: float, now: float) -> None:
        """A batch of so many pictures was painted."""
        key = look, size, batch
        figure = self._figures.setdefault(key, _Figure())
        self._figures.move_to_end(key)
        figure.samples.append(seconds)
        figure.middle, figure.at = median(figure.samples), now
        if len(figure.samples) == KNOWN_FROM:
            self._estimates.clear()
        if len(self._figures) > MOST_KINDS:
            self._figures.popitem(last=False)

    def of(self, look: str, size: Size, batch: int, now: float) -> float | None:
        """Seconds that such a batch will take; None while nothing is known of the look.

        What was not measured is estimated: from the nearest number of pictures of that size, or else from the
        nearest size, by pixels.
        """
        exact = self._known(look, size, batch, now, NEW)
        if exact is not None:
            return exact
        at, estimate = self._estimates.get((look, size, batch), (-ESTIMATED, None))
        if now >= at + ESTIMATED:
            estimate = self._estimated(look, size, batch, now)
            self._estimates[look, size, batch] = now, estimate
            if len(self._estimates) > MOST_KINDS:
                self._estimates.clear()
        return estimate

    def saves(self, look: str, size: Size, smaller: Size, now: float) -> bool:
        """Whether the smaller size is, or may be, clearly cheaper."""
        full, less = (self._known(look, one, 1, now, LASTS) for one in (size, smaller))
        return full is None or less is None or less < 0.9 * full

    def _estimated(self, look: str, size: Size, batch: int, now: float) -> float | None:
        for age in (NEW, FRESH):
            known = [
                (abs(_pixels(at) - _pixels(size)), abs(count - batch), at, count, seconds)
                for (name, at, count) in self._figures
                if name == look and (seconds := self._known(name, at, count, now, age)) is not None
            ]
            if known:
                *_, at, count, seconds = min(known)
                return seconds * (1 + MARGINAL * (batch / count - 1)) * _pixels(size) / _pixels(at)
        return None

    def _known(self, look: str, size: Size, batch: int, now: float, lasts: float) -> float | None:
        figure = self._figures.get((look, size, batch))
        if figure is None or len(figure.samples) < KNOWN_FROM or now > figure.at + lasts:
            return None
        return figure.middle


def _pixels(size: Size) -> int:
    return size[0] * size[1]
