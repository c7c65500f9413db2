"""Packets in, whole access units out, in order and at once; and what to ask for again.

Pure: no sockets, no clock, no aiortc; `now` is an argument in seconds. A unit leaves with its marker
packet, never with the next frame's first. A hole is asked for at once and again after each round
trip; once it is older than patience allows, what cannot be decoded any more is dropped and a key
frame is wanted. A whole key frame behind a hole makes the hole irrelevant at once.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

MIN_PATIENCE = 0.120
"Seconds a hole is waited for at least; a retransmission on a good network takes a tenth of it."
ROUND_TRIPS_OF_PATIENCE = 2.5
"Room for one retransmission that is lost and a second that comes."
MAX_PATIENCE = 1.0
FIRST_ROUND_TRIP = 0.060
"Guess until a retransmission or the sender's reports tell."
MAX_JUMP = 2000
"Packets. A greater step forward is a restarted stream, not loss."
REPAIRABLE = 128
"Packets missing at once; more are the gap of an outage, for which a key frame is sooner than repeats."
MAX_UNIT = 4096
"Packets, 5 MB: no honest picture is larger, and an endless one must not fill the memory."
MAX_START_MISORDER = 64
KEY_FRAME_EVERY = 0.250
"Seconds between two requests for a key frame, at least."


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One encoded picture."""

    data: bytes
    rtp_time: int
    "90 kHz, unwrapped to grow without end."
    arrived: float
    "When its first packet came."
    completed: float
    "When its last packet came."
    key: bool
    "It can be decoded without any other."


@dataclass(frozen=True, slots=True)
class _Held:
    rtp_time: int
    marker: bool
    data: bytes
    arrived: float


@dataclass(slots=True)
class _Hole:
    seen: float
    asked: float | None = None
    times: int = 0


class Unwrap:
    """Makes a wrapping counter of `bits` grow without end, whichever way it steps."""

    def __init__(self, bits: int) -> None:
        self._size = 1 << bits
        self._last: int | None = None

    def __call__(self, value: int) -> int:
        if self._last is None:
            self._last = value
        step = (value - self._last) % self._size
        if step >= self._size // 2:
            step -= self._size
        result = self._last + step
        if step > 0:
            self._last = result
        return result


class JitterBuffer:
    """Reassembles one video stream. Counts frames it drops, by reason, in `dropped`."""

    def __init__(self, is_key: Callable[[bytes], bool], *, patient: bool = False) -> None:
        """`patient`: the sender makes no key frame when asked, so that giving up a hole costs all frames
        up to its next one; a hole is waited for as long as can be borne."""
        self.dropped: Counter[str] = Counter()
        self.useless: Counter[str] = Counter()
        "Packets that came twice or after their frame had left."
        self.round_trip = FIRST_ROUND_TRIP
        "Seconds; learnt from retransmissions, and set from outside where better is known."
        self._is_key = is_key
        self._patient = patient
        self._next: int | None
        "First packet of the unit that leaves next; None before any."
        self._frontier: int
        "First packet that is not here; all from _next up to it are."
        self._highest: int
        self._released: bool
        "Whether a unit has left; until then earlier packets may still be the stream's first."
        self._until_key: bool
        "Only a key frame can be decoded now."
        self._key_wanted: bool
        "And the sender does not know it: at the very start it may well be under way."
        self._key_asked: float
        self._restart()

    def add(self, sequence: int, rtp_time: int, marker: bool, data: bytes, now: float) -> list[AccessUnit]:
        """Takes one packet (16-bit sequence number, 32-bit time, depacketised payload)."""
        number = self._unwrap_sequence(sequence)
        if self._next is not None and abs(number - self._highest) > MAX_JUMP:
            self._restart()
            self.dropped["restart"] += 1
            number = self._unwrap_sequence(sequence)
        if self._next is None:
            self._next = self._frontier = number
            self._highest = number - 1
        if not self._place(number, now):
            return []
        self._held[number] = _Held(self._unwrap_time(rtp_time), marker, data, now)
        units = self._release(now)
        if marker and self._holes:
            units += self._jump_to_key_frame_ending_at(number, now)
        return units

    def poll(self, now: float) -> list[AccessUnit]:
        """Gives up holes that are too old. Call it when `deadline` has come."""
        patience = self._patience()
        expired = [number for number, hole in self._holes.items() if now - hole.seen >= patience]
        if not expired:
            return []
        self.dropped["incomplete"] += 1
        self._skip_to(self._boundary_after(max(expired)))
        self._wait_for_key()
        return self._release(now)

    def to_request(self, now: float) -> list[int]:
        """16-bit sequence numbers to ask for again now; marks them as asked for."""
        due: list[int] = []
        if len(self._holes) > REPAIRABLE and not self._patient:
            self._key_wanted = True
            return due
        for number, hole in self._holes.items():
            if hole.asked is None or now - hole.asked >= self._ask_again_after():
                hole.asked = now
                hole.times += 1
                due.append(number & 0xFFFF)
        return due

    def key_frame_wanted(self, now: float) -> bool:
        """Whether to ask the sender for a key frame now; true at most every KEY_FRAME_EVERY."""
        if not self._key_wanted or now - self._key_asked < KEY_FRAME_EVERY:
            return False
        self._key_asked = now
        return True

    def want_key_frame(self) -> None:
        """The decoder lost its way: drop everything up to the next key frame."""
        self._wait_for_key()

    @property
    def at_ease(self) -> bool:
        """Nothing is missing and nothing wanted: most of the time."""
        return not self._holes and not self._key_wanted

    def deadline(self) -> float | None:
        """When to call `poll`, `to_request` and `key_frame_wanted` again; None while nothing is missing."""
        times = [
            min(hole.seen + self._patience(), (hole.asked or hole.seen) + self._ask_again_after())
            for hole in self._holes.values()
        ]
        if self._key_wanted:
            times.append(self._key_asked + KEY_FRAME_EVERY)
        return min(times, default=None)

    def _restart(self) -> None:
        self._unwrap_sequence = Unwrap(16)
        self._unwrap_time = Unwrap(32)
        self._held: dict[int, _Held] = {}
        self._holes: dict[int, _Hole] = {}
        self._next = None
        self._frontier = 0
        self._highest = -1
        self._released = False
        self._until_key, self._key_wanted = True, False
        self._key_asked = float("-inf")

    def _place(self, number: int, now: float) -> bool:
        """Notes the holes that a packet opens or fills; False if the packet is of no use."""
        assert self._next is not None
        if number in self._held:
            self.useless["duplicate"] += 1
            return False
        if number < self._next:
            if self._released or self._next - number > MAX_START_MISORDER:
                self.useless["late"] += 1
                return False
            first = self._next
            self._next = self._frontier = number
            self._open_holes(number + 1, first, now)
            return True
        self._open_holes(self._highest + 1, number, now)
        self._highest = max(self._highest, number)
        hole = self._holes.pop(number, None)
        if hole is not None and hole.times == 1 and hole.asked is not None:
            # Only an unambiguous answer (asked once) is a measurement: Karn's rule, RFC 6298.
            self.round_trip += 0.25 * (now - hole.asked - self.round_trip)
        return True

    def _open_holes(self, start: int, stop: int, now: float) -> None:
        for missing in range(start, stop):
            if missing not in self._held:
                self._holes[missing] = _Hole(now)

    def _release(self, now: float) -> list[AccessUnit]:
        units: list[AccessUnit] = []
        assert self._next is not None
        while (held := self._held.get(self._frontier)) is not None:
            before = self._held.get(self._frontier - 1) if self._frontier > self._next else None
            if before is not None and before.rtp_time != held.rtp_time:
                self._finish(units, now)  # a sender that sets no marker
            self._frontier += 1
            if held.marker:
                self._finish(units, now)
            elif self._frontier - self._next > MAX_UNIT:
                self.dropped["oversized"] += 1
                self._skip_to(self._frontier)
                self._wait_for_key()
        return units

    def _finish(self, units: list[AccessUnit], now: float) -> None:
        """The packets from _next up to the frontier are one unit."""
        assert self._next is not None
        packets = [self._held.pop(number) for number in range(self._next, self._frontier)]
        self._next = self._frontier
        data = b"".join(packet.data for packet in packets)
        if not data:
            return  # padding that a sender probes the network with
        key = self._is_key(data)
        if key:
            self._until_key = self._key_wanted = False
        elif self._until_key:
            self.dropped["undecodable"] += 1
            self._key_wanted = True
            return
        self._released = True
        arrived = min(packet.arrived for packet in packets)
        units.append(AccessUnit(data, packets[0].rtp_time, arrived, now, key))

    def _jump_to_key_frame_ending_at(self, last: int, now: float) -> list[AccessUnit]:
        first = last
        rtp_time = self._held[last].rtp_time if last in self._held else None
        while (before := self._held.get(first - 1)) is not None and before.rtp_time == rtp_time:
            first -= 1
        if rtp_time is None or before is None:
            return []  # already released, or its beginning may be missing
        data = b"".join(self._held[number].data for number in range(first, last + 1))
        if not self._is_key(data):
            return []
        self.dropped["overtaken"] += 1
        self._skip_to(first)
        return self._release(now)

    def _boundary_after(self, number: int) -> int:
        """The first packet behind `number` that certainly begins a unit, or the one after the last."""
        for candidate in range(number + 2, self._highest + 1):
            before, held = self._held.get(candidate - 1), self._held.get(candidate)
            if before is not None and (before.marker or (held and held.rtp_time != before.rtp_time)):
                return candidate
        return self._highest + 1

    def _skip_to(self, number: int) -> None:
        for old in [n for n in self._held if n < number]:
            del self._held[old]
        for old in [n for n in self._holes if n < number]:
            del self._holes[old]
        self._next = self._frontier = number

    def _wait_for_key(self) -> None:
        self._until_key = self._key_wanted = True

    def _patience(self) -> float:
        if self._patient:
            return MAX_PATIENCE
        return min(MAX_PATIENCE, max(MIN_PATIENCE, ROUND_TRIPS_OF_PATIENCE * self.round_trip))

    def _ask_again_after(self) -> float:
        return max(0.020, 1.15 * self.round_trip + 0.005)
