"""Which files can carry their record: MP4 and MOV, told by what is in them and never by their names."""

from pathlib import Path

from overglass_protocol.errors import TrustError

MP4, MOV = "video/mp4", "video/quicktime"
_CURE = "Only MP4 and MOV can be signed: remux it to .mp4 first."


def form_of(path: Path) -> str:
    """The MIME type. Raises TrustError for a file that cannot be read or is neither."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise TrustError(f"{path} cannot be read: {error.strerror}") from error
    if head[4:8] == b"ftyp":
        return MOV if head[8:12] == b"qt  " else MP4
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip"):
        return MOV
    raise TrustError(f"{path} is neither MP4 nor MOV", cure=_CURE)
