"""Makes any decoded picture what painters are given: upright, square pixels, 8-bit 4:2:0, even sides.

High dynamic range is brought to BT.709 through linear light. Nothing is stretched: an odd side gets its last
row or column once more.
"""

from collections.abc import Callable

import av
import numpy as np
from numpy.typing import NDArray

from overglass_cloud.clips.probe import Clip
from overglass_protocol.filter_chain import FilterChain

BT709 = 1
"Its number for primaries, transfer and matrix (ITU-T H.273)."
WHITE_NITS = 203.0
"Diffuse white of HDR in production (ITU-R BT.2408, table 1). What is brighter has the upper fifth of BT.709."
_PEAK = 1000.0 / WHITE_NITS
"Brightest light that is told apart, relative to diffuse white."
_TURNS = {
    0: (),
    90: ("transpose=cclock",),
    180: ("hflip", "vflip"),
    270: ("transpose=clock",),
}
_BT2020_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32
)
"Of linear light (ITU-R BT.2087-0, annex 2 inverted)."


class Upright:
    """For the pictures of one clip, in any order."""

    def __init__(self, clip: Clip) -> None:
        self._clip = clip
        self._chain = FilterChain(*_steps(clip))
        self._tone = _tone_map(clip.hdr) if clip.hdr else None

    def __call__(self, picture: av.VideoFrame) -> av.VideoFrame:
        """The picture with its own time. Raises av.FFmpegError."""
        pts, base = picture.pts, picture.time_base
        if self._tone is not None:
            picture = _toned(picture, self._tone)
        made = self._chain.apply(picture)
        made.pts, made.time_base = pts, base
        if self._tone is not None:
            made.color_primaries, made.color_trc, made.colorspace = BT709, BT709, BT709
        return made


def even_size(clip: Clip) -> tuple[int, int]:
    """Of what comes out: each side at most one more than the clip's own."""
    return clip.width + clip.width % 2, clip.height + clip.height % 2


def _steps(clip: Clip) -> list[str]:
    across = (clip.height, clip.width) if clip.rotation % 180 else (clip.width, clip.height)
    width, height = even_size(clip)
    steps = [
        f"scale={across[0]}:{across[1]}:flags=bicubic+accurate_rnd+full_chroma_int:out_range=limited"
        + (":out_color_matrix=bt709" if clip.hdr else ""),
        "format=yuv420p",
        "setsar=1",
        *_TURNS[clip.rotation],
    ]
    if (right := width - clip.width) + (bottom := height - clip.height):
        steps += [f"pad={width}:{height}:0:0", f"fillborders=right={right}:bottom={bottom}:mode=smear"]
    return steps


def _tone_map(hdr: str) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """From HDR signal in BT.2020 to the signal of BT.709, both 0..1, arrays of (height, width, 3)."""
    ramp = np.linspace(0.0, 1.0, 1025, dtype=np.float32)
    light = _pq(ramp) if hdr == "PQ" else _hlg(ramp)

    def mapped(signal: NDArray[np.float32]) -> NDArray[np.float32]:
        linear = np.interp(signal, ramp, light).astype(np.float32) @ _BT2020_TO_BT709.T
        linear = np.maximum(linear, 0.0)
        # By the brightest of the three, so that hues stay (extended Reinhard).
        top = linear.max(axis=2, keepdims=True)
        linear *= (1 + top / _PEAK**2) / (1 + top) * (1 + 1 / (1 + _PEAK))
        signal_out: NDArray[np.float32] = np.clip(linear, 0.0, 1.0) ** np.float32(1 / 2.4)
        return signal_out

    return mapped


def _pq(signal: NDArray[np.float32]) -> NDArray[np.float64]:
    """Light relative to diffuse white (SMPTE ST 2084)."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = signal.astype(np.float64) ** (1 / m2)
    nits: NDArray[np.float64] = 10_000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    return nits / WHITE_NITS


def _hlg(signal: NDArray[np.float32]) -> NDArray[np.float64]:
    """Light relative to diffuse white, for a display of 1000 nits (ITU-R BT.2100, table 5)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    x = signal.astype(np.float64)
    scene = np.where(x <= 0.5, x**2 / 3, (np.exp((x - c) / a) + b) / 12)
    displayed: NDArray[np.float64] = 1000.0 * scene**1.2 / WHITE_NITS
    return displayed


def _toned(
    picture: av.VideoFrame, tone: Callable[[NDArray[np.float32]], NDArray[np.float32]]
) -> av.VideoFrame:
    signal = picture.to_ndarray(format="rgb48le").astype(np.float32) / 65535.0
    mapped = (tone(signal) * 255.0 + 0.5).astype(np.uint8)
    made = av.VideoFrame.from_ndarray(mapped, format="rgb24")
    made.pts, made.time_base = picture.pts, picture.time_base
    return made
