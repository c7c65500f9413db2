"""FFmpeg as a camera that pushes WHIP, by PyAV's muxer. Run as a module, since the muxer blocks:

python -m tests.end_to_end.push_whip URL CLIP SECONDS

plays the clip at its own pace, with its sound, and says at the end how many frames it sent.
"""

import datetime
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import av
from av.video.frame import PictureType
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

OPUS_FRAME = 960
"Samples: 20 ms."


def push(url: str, clip: Path, seconds: float) -> int:
    """The number of frames sent."""
    with tempfile.TemporaryDirectory() as folder:
        options = dict(zip(("cert_file", "key_file"), _identity(Path(folder)), strict=True))
        with av.open(url, "w", format="whip", options=options) as out:
            return _play(clip, seconds, out)


def _play(clip: Path, seconds: float, out: av.container.OutputContainer) -> int:
    sent, started = 0, time.monotonic()
    video: av.VideoStream | None = None
    sound = out.add_stream("libopus", rate=48000, layout="stereo")
    resampler = av.AudioResampler(format="s16", layout="stereo", rate=48000, frame_size=OPUS_FRAME)
    for at, frame in _frames(clip):
        if at > seconds:
            break
        time.sleep(max(0.0, started + at - time.monotonic()))
        if isinstance(frame, av.AudioFrame):
            for part in resampler.resample(frame):
                out.mux(sound.encode(part))
            continue
        if video is None:
            video = out.add_stream("libx264", rate=30)
            video.width, video.height, video.pix_fmt = frame.width, frame.height, "yuv420p"
            video.options = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline", "g": "60"}
            video.max_b_frames = 0
        picture = frame.reformat(format="yuv420p")
        picture.pict_type = PictureType.NONE
        out.mux(video.encode(picture))
        sent += 1
    return sent


def _frames(clip: Path) -> Iterator[tuple[float, av.VideoFrame | av.AudioFrame]]:
    """Pictures and sound of a clip in the order of their times, once."""
    with av.open(str(clip)) as source:
        for packet in source.demux(source.streams.video[0], source.streams.audio[0]):
            for frame in packet.decode():
                assert isinstance(frame, (av.VideoFrame, av.AudioFrame))
                yield float(frame.time or 0.0), frame


def _identity(folder: Path) -> tuple[str, str]:
    """Files of a P-256 certificate and its key, which the muxer asks for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "camera")])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))
    return str(files[0]), str(files[1])


if __name__ == "__main__":
    print(json.dumps({"sent": push(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))}))
