"""What can be chosen on the page: devices with the source of each number, motions, links. Plain data."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from overglass_simulators.devices.device import CameraModel, Device, DisplayModel, ImuModel, LinkNumbers
from overglass_simulators.link import LinkSettings
from overglass_simulators.sim.faults import FaultKind
from overglass_simulators.sim.palette import STAGE_PLACES
from overglass_simulators.sim.subject import STAGES, Mode
from overglass_simulators.studio.links import in_words


@dataclass(frozen=True, slots=True)
class Number:
    """One thing known, or assumed, about a device."""

    part: str
    "camera, display, motion sensor, radio or heat."
    name: str
    value: str
    "With its unit."
    source: str = ""
    "Where it is from; empty where nobody has said."


@dataclass(frozen=True, slots=True)
class Described:
    """A device, and each of its numbers with its source."""

    device: Device
    numbers: tuple[Number, ...]
    worn_field: float | None = None
    "Radians across the picture of what the wearer sees; None where it is as the camera's."


@dataclass(frozen=True, slots=True)
class Choices:
    devices: tuple[Described, ...]
    motions: Mapping[str, str]
    "Name to what a person calls it."
    links: Mapping[str, LinkSettings]


@dataclass(frozen=True, slots=True)
class _Shown:
    label: str
    words: str
    "What it does, in one line."


MODES: dict[Mode, _Shown] = {
    "none": _Shown("None", "Shown as it comes: late by its whole trip."),
    "warp": _Shown("Warp", "Turned to where the head is by its newest known pose."),
    "warp_prediction": _Shown("Predict", "Turned to where the head will be when its light is seen."),
    "plane": _Shown("Plane", "Moved with the plane that it lies on, predicted too: parallax is right."),
    "delayed": _Shown("Delayed", "A headset shows its own picture of that time: late, exact. Others cannot."),
}

FAULT_WORDS: dict[FaultKind, _Shown] = {
    "stall": _Shown("Stall", "No pictures, while the camera says that it streams."),
    "backlog": _Shown("Backlog", "The link stands still, then delivers all it held at once."),
    "microphone": _Shown(
        "Microphone", "A microphone opens over Bluetooth; about one picture a second is left."
    ),
    "downgrade": _Shown("Downgrade", "The camera steps down its ladder of sizes and rates, and up again."),
    "slow-start": _Shown("Slow start", "The camera opens anew and takes its time."),
    "silent": _Shown("Silence", "The service accepts a new connection, and no media passes."),
    "outage": _Shown("Outage", "The network is gone."),
    "address": _Shown("Address", "The glasses get another address, as between Wi-Fi and mobile."),
}


def choices_in_words(choices: Choices, looks: list[str]) -> dict[str, Any]:
    """All that does not change while the page is open."""
    return {
        "devices": [_short(each) for each in choices.devices],
        "motions": [{"name": name, "label": label} for name, label in choices.motions.items()],
        "links": [{"name": name, **in_words(link)} for name, link in choices.links.items()],
        "looks": looks,
        "modes": [{"name": name, "label": each.label, "words": each.words} for name, each in MODES.items()],
        "faults": [
            {"kind": kind, "label": each.label, "words": each.words} for kind, each in FAULT_WORDS.items()
        ],
        "stages": [
            {"name": name, "place": STAGE_PLACES[name][0], "colour": STAGE_PLACES[name][1]} for name in STAGES
        ],
    }


def devices_in_words(choices: Choices) -> list[dict[str, Any]]:
    """Every device with its numbers and their sources."""
    return [
        {
            **_short(each),
            "numbers": [
                {"part": number.part, "name": number.name, "value": number.value, "source": number.source}
                for number in each.numbers
            ],
        }
        for each in choices.devices
    ]


def described(device: Device, sources: Mapping[str, str] | None = None) -> Described:
    """`device` with all its numbers in words; `sources` by a number's part and name: `camera.Picture`."""
    numbers = [*_camera(device.camera), *_display(device.display), *_imu(device.imu), *_radio(device.link)]
    if device.max_bitrate is not None:
        numbers.append(("radio", "Encoder at most", _bits(device.max_bitrate)))
    if (heat := device.thermal) is not None:
        numbers.append(
            ("heat", "Slows down", f"after {heat.throttle_after:g} s, to {heat.throttled_fps:g} fps")
        )
        if math.isfinite(heat.stop_after):
            numbers.append(("heat", "Stops", f"after {heat.stop_after:g} s"))
    known = sources or {}
    return Described(device, tuple(Number(*each, known.get(f"{each[0]}.{each[1]}", "")) for each in numbers))


def _short(each: Described) -> dict[str, Any]:
    device = each.device
    mode, display = device.camera.mode, device.display
    worn_field = device.camera.field_of_view if each.worn_field is None else each.worn_field
    return {
        "name": device.name,
        "title": device.title,
        "kind": display.kind if display else "none",
        "camera": {
            "width": mode.width,
            "height": mode.height,
            "fps": mode.fps,
            "field_deg": round(math.degrees(device.camera.field_of_view), 1),
        },
        "display": {
            "width": display.width,
            "height": display.height,
            "eyes": display.eyes,
            "refresh": display.refresh,
            "field_deg": round(math.degrees(display.field_of_view), 1),
        }
        if display
        else None,
        "gyro": device.imu is not None,
        "worn_deg": round(math.degrees(worn_field), 1),
    }


_Line = tuple[str, str, str]


def _camera(camera: CameraModel) -> Iterator[_Line]:
    ladder = ", ".join(f"{mode.width}x{mode.height} at {mode.fps:g}" for mode in camera.modes)
    yield "camera", "Picture", f"{camera.mode.width}x{camera.mode.height} at {camera.mode.fps:g} fps"
    yield "camera", "Modes", ladder
    yield "camera", "Field of view", f"{math.degrees(camera.field_of_view):.1f}° across"
    yield "camera", "Rolling shutter", _ms(camera.rolling_shutter)
    yield "camera", "Delay", _ms(camera.capture_delay)
    yield "camera", "First picture", f"after {camera.start_seconds:g} s"


def _display(display: DisplayModel | None) -> Iterator[_Line]:
    if display is None:
        return
    yield "display", "Kind", f"{display.kind}, {'one eye' if display.eyes == 1 else 'both eyes'}"
    yield "display", "Picture", f"{display.width}x{display.height} at {display.refresh:g} Hz"
    yield "display", "Field of view", f"{math.degrees(display.field_of_view):.1f}° across"
    yield "display", "Delay", _ms(display.latency)
    if display.kind == "additive":
        yield "display", "Lets through", f"{display.transmittance:.0%} of the world's light"
        yield "display", "Brightest white", f"{display.peak:g} times the world's"


def _imu(imu: ImuModel | None) -> Iterator[_Line]:
    if imu is None:
        yield "motion sensor", "Gyroscope", "none"
        return
    yield "motion sensor", "Samples", f"{imu.rate:g} a second"
    yield "motion sensor", "Gyroscope noise", f"{math.degrees(imu.gyro_noise):.3f} °/s"
    yield "motion sensor", "Gyroscope bias", f"{math.degrees(imu.gyro_bias):.3f} °/s"
    yield "motion sensor", "Delay", _ms(imu.delay)


def _radio(link: LinkNumbers) -> Iterator[_Line]:
    yield "radio", "Up", _bits(link.up_rate)
    yield "radio", "Down", _bits(link.down_rate)
    yield "radio", "Delay", f"{_ms(link.delay)} each way"
    if link.jitter:
        yield "radio", "Jitter", _ms(link.jitter)
    if link.loss:
        yield "radio", "Loss", f"{link.loss:.1%} of packets"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.3g} ms"


def _bits(rate: float | None) -> str:
    return "no limit of its own" if rate is None else f"{rate / 1e6:.3g} Mbit/s"
