"""How many bits a second to send, and how many to tell the other end it may send.

Pure: reports and `now` in, bits per second out. Loss and delay move the rate; below what a picture
of this size needs it never goes, since a smaller picture helps more than an unreadable one.
"""

from collections import deque

BEST_BITS_PER_PIXEL = 0.18
"At 512x512, where more hardly shows, for x264 at its fastest: 34 dB on a first-person walk."
FINER = 0.75
"Detail grows more slowly than pixels: bits follow their number to this power, as in encoding ladders."
LEAST_SHARE = 0.15
"Of the best; below this the picture falls apart."
GRACE = 0.5
"Seconds between two cuts: the effect of one must be seen before the next."


def best_bitrate(width: int, height: int, fps: float) -> int:
    """Bits per second at which a picture of this size looks as good as it will."""
    reference = 512 * 512
    return int(BEST_BITS_PER_PIXEL * reference * (width * height / reference) ** FINER * fps)


def least_bitrate(width: int, height: int, fps: float) -> int:
    return int(LEAST_SHARE * best_bitrate(width, height, fps))


class SendRate:
    """The sender's target, in bits per second: multiplicative cut, gentle climb.

    Loss thresholds are those of Google congestion control (draft-ietf-rmcat-gcc, 6): under 2 % climb,
    over 10 % cut by half the loss, hold between.
    """

    def __init__(self, ceiling: int | None = None) -> None:
        self._ceiling_given = ceiling
        self._best = self._least = 0
        self._allowed: int | None = None
        self._cut_at = float("-inf")
        self._shortest_trip: float | None = None
        self.target = 0
        "0 until the picture's size is known."
        self.limited_by_network = False

    def picture(self, width: int, height: int, fps: float) -> None:
        """Says what is being sent; resets the target when that changes."""
        best = best_bitrate(width, height, fps)
        if self._ceiling_given is not None:
            best = min(best, self._ceiling_given)
        if best != self._best:
            self._best = best
            self._least = min(best, least_bitrate(width, height, fps))
            self._set(best)

    def on_report(self, fraction_lost: float, round_trip: float | None, now: float) -> None:
        """The receiver's report: share of packets lost since the last, 0 to 1; seconds."""
        if not self.target:
            return
        if round_trip is not None:
            self._shortest_trip = min(round_trip, self._shortest_trip or round_trip)
        queueing = (round_trip or 0.0) - (self._shortest_trip or 0.0)
        if queueing > 0.150:
            self._cut(0.85, now)
        elif fraction_lost > 0.10:
            self._cut(1 - fraction_lost / 2, now)
        elif fraction_lost < 0.02:
            self._set(self.target * 1.05)

    def on_allowance(self, bitrate: int) -> None:
        """The receiver's estimate (REMB)."""
        self._allowed = bitrate
        if self.target:
            self._set(self.target)

    def _cut(self, factor: float, now: float) -> None:
        if now - self._cut_at >= GRACE:
            self._cut_at = now
            self._set(self.target * factor)

    def _set(self, bitrate: float) -> None:
        limit = self._best if self._allowed is None else min(self._best, self._allowed)
        self.target = int(max(self._least, min(limit, bitrate)))
        self.limited_by_network = self.target < 0.9 * self._best


class ReceiveEstimate:
    """The receiver's allowance to the sender (REMB): generous until packets queue up on the way."""

    UPDATE_EVERY = 0.200
    QUEUEING = 0.060
    "Seconds packets may wait longer than the best did before the path counts as overused."
    START = 4_000_000
    "Enough for 720p at 30 fps before the size is known; less would start a browser small."

    def __init__(self) -> None:
        self.allowance = self.START
        self._best = self.START
        self._least = 300_000
        self._received: deque[tuple[float, int]] = deque()
        self._bytes = 0
        self._transits: list[float] = []
        self._floors: deque[float] = deque(maxlen=100)
        self._updated: float | None = None
        self._cut_at = float("-inf")

    def picture(self, width: int, height: int, fps: float) -> None:
        """What is being received sets the bounds. Twice the best leaves a browser's estimator room."""
        self._best = max(self.START, 2 * best_bitrate(width, height, fps))
        self._least = 2 * least_bitrate(width, height, fps)

    def add(self, size: int, sent: float | None, now: float) -> int | None:
        """Takes a frame of `size` bytes; `sent` on any clock of constant offset. An allowance when due."""
        self._received.append((now, size))
        self._bytes += size
        while self._received[0][0] < now - 1.0:
            self._bytes -= self._received.popleft()[1]
        if sent is not None:
            self._transits.append(now - sent)
        if self._updated is None:
            self._updated = now
        if now - self._updated < self.UPDATE_EVERY:
            return None
        self._update(now)
        return self.allowance

    def _update(self, now: float) -> None:
        elapsed = now - (self._updated or now)
        self._updated = now
        queueing = 0.0
        if self._transits:
            self._floors.append(min(self._transits))
            # The smallest of an interval, so that one late packet is jitter and not a queue.
            queueing = self._floors[-1] - min(self._floors)
            self._transits.clear()
        if queueing > self.QUEUEING:
            if now - self._cut_at >= GRACE:
                self._cut_at = now
                self.allowance = int(max(self._least, 0.85 * self._bytes * 8))
        else:
            self.allowance = int(min(self._best, self.allowance * (1 + 0.15 * min(elapsed, 1.0))))
