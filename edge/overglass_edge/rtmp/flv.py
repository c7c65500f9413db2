"""What is in a message of picture or sound: FLV's tags, and the codecs' names in them.

Source: Adobe's FLV specification 10.1, annex E, and Enhanced RTMP v1 for codecs named by four letters.
Knows no connection.
"""

import io
from dataclasses import dataclass

import av

from overglass_edge.rtmp.amf import malformed

_H264 = "H.264"
CODECS = {7: _H264, 2: "Sorenson H.263", 3: "screen video", 4: "VP6", 5: "VP6", 6: "screen video", 12: "HEVC"}
CODECS_OF_FOUR_LETTERS = {b"avc1": _H264, b"hvc1": "HEVC", b"av01": "AV1", b"vp09": "VP9"}
SOUNDS = {2: "MP3", 5: "Nellymoser", 6: "Nellymoser", 7: "G.711", 8: "G.711", 11: "Speex", 14: "MP3"}
_AAC = 10
_AUDIO_TAG = 8
_SETUP = 0


@dataclass(frozen=True, slots=True)
class Setup:
    """What a decoder has to know before the first packet.

    An AVCDecoderConfigurationRecord or an AudioSpecificConfig.
    """

    data: bytes


@dataclass(frozen=True, slots=True)
class Packet:
    """An encoded picture or block of sound."""

    data: bytes
    delay: int = 0
    "Milliseconds between decoding and showing, of a picture that others refer to."
    is_key: bool = True
    "Whether decoding can start here."


@dataclass(frozen=True, slots=True)
class Foreign:
    """In a codec that is not H.264 or AAC."""

    codec: str


def picture_part(data: bytes) -> Setup | Packet | Foreign | None:
    """What a message of video holds; None if nothing to decode."""
    if len(data) < 5:  # an end of sequence, or an empty message
        return None
    if data[0] & 0x80:
        codec = CODECS_OF_FOUR_LETTERS.get(data[1:5], repr(data[1:5].decode("ascii", "replace")))
        kind, body = data[0] & 15, data[5:]
    else:
        codec = CODECS.get(data[0] & 15, f"codec {data[0] & 15}")
        kind, body = data[1], data[2:]
        if kind == _SETUP:
            body = body[3:]  # a delay stands here too, without a meaning
    if codec != _H264:
        return Foreign(codec)
    is_key = data[0] >> 4 & 7 == 1
    match kind:
        case 0:
            return Setup(body)
        # A packet without a byte is what FFmpeg takes for the end.
        case 1 if len(body) > 3:
            return Packet(body[3:], int.from_bytes(body[:3], "big", signed=True), is_key)
        case 3 if body:  # as 1, without a delay
            return Packet(body, is_key=is_key)
    return None


def sound_part(data: bytes) -> Setup | Packet | Foreign | None:
    """What a message of audio holds; None if nothing."""
    if len(data) < 2:
        return None
    codec = data[0] >> 4
    if codec != _AAC:
        return Foreign(SOUNDS.get(codec, f"codec {codec}"))
    if data[1] == _SETUP:
        return Setup(data[2:])
    return Packet(data[2:]) if len(data) > 2 else None


class SoundTemplate:
    """One stream of such sound, to serve as a template for muxers. Raises RemoteProtocolError.

    FFmpeg believes the rate in FLV's own header, which has no 48 kHz, until it has seen a packet.
    """

    def __init__(self, setup: Setup, packet: Packet) -> None:
        self.setup = setup
        head = bytes([_AAC << 4 | 15])
        tags = _tag(head + b"\0" + setup.data) + _tag(head + b"\1" + packet.data)
        only_sound = b"FLV\1\4" + (9).to_bytes(4, "big") + bytes(4)
        try:
            self._container = av.open(io.BytesIO(only_sound + tags), "r", format="flv")
        except av.FFmpegError as error:
            raise malformed(f"its sound cannot be read: {error.strerror}") from error
        if not self._container.streams.audio or not self._container.streams.audio[0].sample_rate:
            self._container.close()
            raise malformed("its sound cannot be read")
        self.stream = self._container.streams.audio[0]
        samples = self.stream.codec_context.frame_size or 1024
        self.duration = round(samples * 1000 / self.stream.sample_rate)
        "Milliseconds that a packet lasts, about."

    def close(self) -> None:
        self._container.close()


def _tag(body: bytes) -> bytes:
    size = len(body).to_bytes(3, "big")
    return bytes([_AUDIO_TAG]) + size + bytes(7) + body + (len(body) + 11).to_bytes(4, "big")
