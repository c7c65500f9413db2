"""`overglass edge`: the command that chooses the agent's parts.

Imports at the top stay light, since every `overglass --help` loads this file.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from overglass_protocol.errors import ConfigError

if TYPE_CHECKING:
    from overglass_protocol.control import Overlay, Region

DEFAULT_CLOUD = "http://127.0.0.1:8400"


def edge(
    source: Annotated[
        str, typer.Option(help="camera:0, a device path, a video file, or rtmp://HOST/APP/KEY to listen at.")
    ] = "camera:0",
    cloud: Annotated[
        str, typer.Option(envvar="OVERGLASS_CLOUD", help="Address of the service.")
    ] = DEFAULT_CLOUD,
    token: Annotated[
        str | None, typer.Option(envvar="OVERGLASS_TOKEN", help="Session token of a service beyond loopback.")
    ] = None,
    look: Annotated[str, typer.Option(help="What to see; 'overglass looks' lists them.")] = "none",
    strength: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="How far from the camera's picture.")
    ] = 1.0,
    overlays: Annotated[
        str | None, typer.Option(help="What to look for and draw: faces, people, hands, poses, objects.")
    ] = None,
    region: Annotated[str, typer.Option(help="What the look paints: all, people or background.")] = "all",
    reference: Annotated[
        Path | None, typer.Option(help="A picture to go by, for looks that take one: PNG, JPEG or WebP.")
    ] = None,
    size: Annotated[str | None, typer.Option(help="WIDTHxHEIGHT to send, cropped to fit.")] = None,
    fps: Annotated[float | None, typer.Option(min=1.0, max=120.0, help="Frames a second to send.")] = None,
    codec: Annotated[str | None, typer.Option(help="h264 or vp8; by default what both ends prefer.")] = None,
    max_bitrate: Annotated[int | None, typer.Option(help="Bits per second the link bears.")] = None,
    record: Annotated[Path | None, typer.Option(help="Folder to record the session into.")] = None,
    sign: Annotated[
        bool,
        typer.Option(envvar="OVERGLASS_SIGN", help="Sign the recording, so that its origin can be checked."),
    ] = True,
    display: Annotated[str, typer.Option(help="none, or an .mp4 file to write the result to.")] = "none",
    mute: Annotated[
        bool, typer.Option("--mute", help="Do not send the source's sound; a recording keeps it.")
    ] = False,
    loop: Annotated[bool, typer.Option(help="Start a file again when it ends.")] = False,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="Stop after this long.")] = None,
) -> None:
    """Run the glasses' agent: the program beside the camera and the display."""
    from overglass_edge.live import LiveOptions, run_live

    run_live(
        LiveOptions(
            source=source,
            cloud=cloud,
            token=token,
            look=look,
            strength=strength,
            overlays=parse_overlays(overlays),
            region=parse_region(region),
            reference=reference,
            size=parse_size(size) if size else None,
            fps=fps,
            codecs=parse_codec(codec),
            max_bitrate=max_bitrate,
            record=record,
            display=display,
            mute=mute,
            loop=loop,
            seconds=seconds,
            sign=sign,
        )
    )


def parse_size(text: str) -> tuple[int, int]:
    """`WIDTHxHEIGHT`, both even. Raises ConfigError."""
    width, _, height = text.lower().partition("x")
    if not (width.isdigit() and height.isdigit()) or int(width) < 64 or int(height) < 64:
        raise ConfigError(f"{text!r} is not a picture size", cure="Give one like 512x512, 64x64 at least.")
    if int(width) % 2 or int(height) % 2:
        raise ConfigError(f"{text} has an odd side", cure="Video needs even sizes, such as 512x512.")
    return int(width), int(height)


def parse_overlays(names: str | None) -> "tuple[Overlay, ...]":
    """Names with commas between them, in order, each once. Raises ConfigError."""
    from overglass_protocol.control import Overlay

    known: dict[str, Overlay] = {name: name for name in get_args(Overlay)}
    wanted = [name.strip() for name in (names or "").split(",") if name.strip()]
    for name in wanted:
        if name not in known:
            raise ConfigError(f"there is no overlay {name!r}", cure=f"Choose among {', '.join(known)}.")
    return tuple(known[name] for name in dict.fromkeys(wanted))


def parse_region(name: str) -> "Region":
    """Raises ConfigError."""
    from overglass_protocol.control import Region

    known: dict[str, Region] = {region: region for region in get_args(Region)}
    if name not in known:
        raise ConfigError(f"there is no region {name!r}", cure=f"Choose {', '.join(known)}.")
    return known[name]


def parse_codec(name: str | None) -> tuple[str, ...]:
    """The codecs to offer, in order. Raises ConfigError."""
    if name is None:
        return ("H264", "VP8")
    if name.upper() not in ("H264", "VP8"):
        raise ConfigError(f"there is no codec {name!r} here", cure="Choose h264 or vp8.")
    return (name.upper(),)
