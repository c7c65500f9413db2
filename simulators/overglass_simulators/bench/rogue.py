"""A session that sends nonsense: pictures that are none, half ones, words that mean nothing.

What it sends is well packed, so that it gets past the network's checks and has to be borne further in.
"""

import asyncio
import random
import time
from collections.abc import Sequence

from overglass_edge.door import Door
from overglass_protocol.events import Outgoing
from overglass_protocol.rtc.bitstream import ENVELOPE_UUID
from overglass_simulators.bench.light import CLOCK_RATE, Session

WORDS_EVERY = 0.5
"Seconds between two messages; the service loses patience after twenty."
_START = b"\x00\x00\x00\x01"
_FUA_OF_NOTHING, _AGGREGATE, _SEI = b"\x7c\x85", b"\x78", b"\x06"


class Rogue(Session):
    """Sends nonsense at `fps` until the service has had enough."""

    def __init__(self, door: Door, units: Sequence[bytes], fps: float, luck: random.Random) -> None:
        super().__init__(door)
        self._units, self._fps, self._luck = units, fps, luck

    async def misbehave(self) -> None:
        """Returns once the connection is gone."""
        start = time.monotonic()
        turn, words_at = 0, start
        while self.lost is None:
            now = time.monotonic()
            self.peer.send_unit(nonsense(self._units, turn, self._luck), int(now * CLOCK_RATE))
            if now >= words_at:
                words_at = now + WORDS_EVERY
                self._babble()
            turn += 1
            await asyncio.sleep(max(0.0, start + turn / self._fps - time.monotonic()))

    def _babble(self) -> None:
        self.peer.say(Outgoing("stamps", self._luck.randbytes(self._luck.randrange(60))))
        self.peer.say(Outgoing("control", self._luck.choice(_WORDS)))


def nonsense(units: Sequence[bytes], turn: int, luck: random.Random) -> bytes:
    """The next picture that is none. `units`: honest ones, the first a key frame, to be disfigured."""
    key = units[0]
    match turn % 6:
        case 0:  # a key frame whose head can be believed and nothing else
            return key[:64] + luck.randbytes(len(key) - 64)
        case 1:  # a picture without its end
            unit = luck.choice(units)
            return unit[: max(8, luck.randrange(len(unit)))]
        case 2:  # a picture with a few bytes turned over
            turned = bytearray(luck.choice(units))
            for _ in range(20):
                turned[luck.randrange(5, len(turned))] = luck.randrange(256)
            return bytes(turned)
        case 3:  # an envelope with nothing right in it
            return _START + _SEI + b"\x05\xff" + ENVELOPE_UUID + luck.randbytes(40) + key
        case 4:  # packets that say they hold fragments or several units
            return (
                _START + luck.choice((_FUA_OF_NOTHING, _AGGREGATE)) + luck.randbytes(luck.randrange(1, 900))
            )
        case _:
            return _START + luck.randbytes(luck.randrange(1, 9000))


_WORDS: tuple[str | bytes, ...] = (
    "",
    "{",
    "null",
    '{"type":"control"}',
    '{"type":"welcome","protocol":1}',
    '{"type":"control","control":{"look":"none","strength":"very"}}',
    '{"type":"control","control":{"version":-1}}',
    "[" * 500,
    "x" * 20_000,
    bytes(range(256)),
)
