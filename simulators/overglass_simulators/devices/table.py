"""A device for people to read: every number beside where it comes from. Knows no file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import BaseModel
from rich.table import Table

from overglass_simulators.devices.profile import Absent, Profile
from overglass_simulators.devices.quantity import Assumed, Sourced

UNITS = {
    "field_of_view_degrees": "°",
    "fps": "fps",
    "throttled_fps": "fps",
    "rolling_shutter": "s",
    "capture_delay": "s",
    "start_seconds": "s",
    "delay": "s",
    "jitter": "s",
    "latency": "s",
    "throttle_after": "s",
    "stop_after": "s",
    "rate": "Hz",
    "refresh": "Hz",
    "gyro_noise": "rad/s",
    "gyro_bias": "rad/s",
    "accel_noise": "m/s²",
    "accel_bias": "m/s²",
    "width": "px",
    "height": "px",
    "brightness": "cd/m²",
    "up_rate": "bit/s",
    "down_rate": "bit/s",
    "max_bitrate": "bit/s",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One number, in words."""

    field: str
    "As in the file, with dots between."
    value: str
    known: bool
    "False where no public document says it, and the value is assumed."
    origin: str
    "Its source, or why it is assumed."


def rows(profile: Profile) -> list[Row]:
    """Every number of a device, in the order of its file."""
    return list(_under(profile, ""))


def table(profile: Profile) -> Table:
    """The same for a terminal. What is assumed stands out."""
    drawn = Table(title=f"{profile.title} ({profile.name})", title_justify="left", pad_edge=False)
    drawn.add_column("number", no_wrap=True)
    drawn.add_column("value", max_width=32)
    drawn.add_column("where it comes from", overflow="fold")
    for row in rows(profile):
        said = row.origin if row.known else f"[yellow]unknown, assumed:[/] {_plain(row.origin)}"
        drawn.add_row(row.field, row.value, _plain(said) if row.known else said)
    return drawn


def listed(profiles: Iterable[Profile]) -> Table:
    """One line for each device, for a terminal."""
    drawn = Table(pad_edge=False)
    for heading in ("device", "what it is", "camera", "display"):
        drawn.add_column(heading, no_wrap=heading == "device")
    for profile in profiles:
        device = profile.device()
        mode, display = device.camera.mode, device.display
        seen = f"{mode.width}x{mode.height} at {mode.fps:g} fps"
        worn = "none" if display is None else f"{display.kind}, {display.width}x{display.height}"
        drawn.add_row(device.name, _plain(device.title), seen, worn)
    return drawn


def _under(model: BaseModel, prefix: str) -> Iterator[Row]:
    for name in type(model).model_fields:
        part, field = getattr(model, name), f"{prefix}{name}"
        match part:
            case Sourced() | Assumed():
                yield Row(field, _in_words(name, part.number), isinstance(part, Sourced), part.origin)
            case Absent(none=why):
                yield Row(field, "none", True, why)
            case BaseModel():
                yield from _under(part, f"{field}.")


def _in_words(name: str, value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(str(item) for item in value)
        case int() | float() if name in UNITS:
            gap = "" if UNITS[name] == "°" else " "
            return f"{value:,g}{gap}{UNITS[name]}" if value < 1e6 else f"{value / 1e6:g} M{UNITS[name]}"
        case int() | float():
            return f"{value:g}"
    return str(value)


def _plain(text: str) -> str:
    """Brackets as they are, not as markup."""
    return text.replace("[", r"\[")
