"""The watermark's code word: 32 bits with a checksum, spread by a convolutional code that is read softly.

Pure numbers: knows no picture.
"""

import binascii
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

PAYLOAD = 32
"Bits of a record's number."
CHECK = 16
"Bits of checksum: CRC-16 of the polynomial 0x1021, begun at 0xFFFF so that a payload of 0 has one too."
MEMORY = 6
"Bits that the encoder remembers, and zeros at the end that bring it back to where it began."
GENERATORS = (0o171, 0o133)
"The rate 1/2 code of constraint length 7 with the greatest free distance, 10 (Odenwalder, 1970)."
LENGTH = len(GENERATORS) * (PAYLOAD + CHECK + MEMORY)
"Bits of a code word."

Bits = NDArray[np.uint8]
Soft = NDArray[np.floating[Any]]
"How much speaks for each bit of a code word: positive for 1, negative for 0."


def encode(payload: int) -> Bits:
    """(LENGTH,) of 0 and 1. Raises ValueError for what is no unsigned 32-bit number."""
    if not 0 <= payload < 1 << PAYLOAD:
        raise ValueError(f"{payload} is no unsigned {PAYLOAD}-bit number")
    word = payload << CHECK | _checksum(payload)
    state, sent = 0, []
    for place in reversed(range(-MEMORY, PAYLOAD + CHECK)):
        bit = word >> place & 1 if place >= 0 else 0
        window = bit << MEMORY | state
        sent += [(window & generator).bit_count() & 1 for generator in GENERATORS]
        state = window >> 1
    return np.array(sent, np.uint8)


def decode(soft: Soft) -> int | None:
    """The payload of the likeliest code word, None where its checksum is wrong (Viterbi, 1967)."""
    came_from, signs = _trellis()
    states = 1 << MEMORY
    score = np.full(states, -np.inf)
    score[0] = 0.0
    chosen = []
    for pair in np.asarray(soft, np.float64).reshape(-1, len(GENERATORS)):
        paths = score[came_from] + signs @ pair
        best = np.argmax(paths, axis=1)
        score = paths[np.arange(states), best]
        chosen.append(best)
    state, word = 0, 0
    for step, best in enumerate(reversed(chosen)):
        if step >= MEMORY:
            word |= (state >> MEMORY - 1) << step - MEMORY
        state = int(came_from[state, best[state]])
    payload, check = word >> CHECK, word & (1 << CHECK) - 1
    return payload if check == _checksum(payload) else None


def _checksum(payload: int) -> int:
    return binascii.crc_hqx(payload.to_bytes(PAYLOAD // 8, "big"), 0xFFFF)


@cache
def _trellis() -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Each state's two predecessors, (64, 2), and the signs sent on the way from them, (64, 2, 2)."""
    states = np.arange(1 << MEMORY)
    low = np.array((0, 1))
    came_from = (states[:, None] << 1 & (1 << MEMORY) - 1) | low
    window = states[:, None] << 1 | low
    signs = np.array([[[(int(w) & g).bit_count() & 1 for g in GENERATORS] for w in row] for row in window])
    return came_from, signs * 2.0 - 1.0
