"""Opens a clip that somebody brought, without letting it reach beyond its own file.

A playlist may name other files and addresses, so only containers that hold their pictures themselves are let
in, and only the `file` protocol is at hand.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer

from overglass_protocol.errors import ClipError

CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpegps,flv,ogg,gif"
"FFmpeg's names of demuxers; none of them reads another file."
MOST_TRACKS = 32
CONVERT = "Convert it first, for instance: ffmpeg -i FILE -c:v libx264 -c:a aac NEW.mp4"


@contextmanager
def opened(path: Path) -> Iterator[InputContainer]:
    """Raises ClipError, also for what goes wrong inside."""
    with _container(path) as container:
        try:
            yield container
        except (av.FFmpegError, OSError) as error:
            raise ClipError(
                f"{path.name} is damaged: {_short(error)}", code="damaged", cure=CONVERT
            ) from error


def _container(path: Path) -> InputContainer:
    try:
        # Without a scheme FFmpeg would take a name such as `concat:a|b` for an address.
        return av.open(f"file:{path.absolute()}", "r", options=_OPTIONS, metadata_errors="ignore")
    except FileNotFoundError as error:
        raise ClipError(f"there is no file {path.name}", code="no-file", cure="Check the name.") from error
    except IsADirectoryError as error:
        raise ClipError(f"{path.name} is a folder", code="no-file", cure="Name a clip in it.") from error
    except PermissionError as error:
        raise ClipError(
            f"{path.name} may not be read", code="no-file", cure="Allow it to be read."
        ) from error
    except (av.FFmpegError, OSError, ValueError) as error:
        raise ClipError(
            f"{path.name} is not a video, or is damaged: {_short(error)}", code="not-a-video", cure=CONVERT
        ) from error


_OPTIONS = {
    "protocol_whitelist": "file",
    "format_whitelist": CONTAINERS,
    "max_streams": str(MOST_TRACKS),
}


def _short(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
