"""A scripted session in a file: which glasses, over which network, and what goes wrong when.

Text in, plain data out. Knows which faults and networks there are; devices, worlds, motions and looks it
takes by name, and whoever runs it knows them. Files are TOML, for which Python needs nothing more.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from overglass_protocol.errors import ConfigError
from overglass_simulators.link import PRESETS
from overglass_simulators.sim.faults import FAULTS, Fault, FaultKind
from overglass_simulators.sim.subject import Mode

Kind = Literal["fault", "link", "look", "motion", "device", "mode"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens at a time of the session."""

    at: float
    "Seconds since it began."
    kind: Kind
    name: str
    "Of the fault, network, look, motion, device or mode."
    seconds: float
    "How long a fault lasts; 0 for all else."
    strength: float | None
    "Of a look, 0 to 1; None leaves it as it is."

    @property
    def fault(self) -> Fault | None:
        return Fault(_fault_kind(self.name), self.seconds) if self.kind == "fault" else None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What makes the run fail where it does not hold. None: not asked for."""

    live_within: float | None
    "Seconds from the end of each fault to the first new picture."
    p95_deg: float | None
    "95th percentile of the registration error, degrees."
    min_fps: float | None
    "Pictures returned a second, over the session outside of faults."
    told: tuple[str, ...]
    "Names of what the wearer has to be told."


@dataclass(frozen=True, slots=True)
class Script:
    device: str
    world: str
    motion: str
    trace: Path | None
    "The recording that the motion `recorded` follows."
    link: str
    look: str
    strength: float
    mode: Mode
    seed: int
    seconds: float
    record: bool
    "Whether the session is recorded."
    events: tuple[Event, ...]
    "In the order of their times."
    expect: Expectation


def read_script(path: Path) -> Script:
    """Raises ConfigError, which names the file and the field."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}", cure="Give the path of a TOML file.") from error
    return parse_script(text, path)


def parse_script(text: str, path: Path) -> Script:
    """The script in `text`; `path` names it in errors; `trace` is relative to its folder.

    Raises ConfigError.
    """
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path.name}: {error}", cure="Write it as TOML.") from error
    try:
        return _Script.model_validate(given).plain(path.parent)
    except ValidationError as error:
        raise ConfigError(f"{path.name}: {_words(error)}") from error


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Name = Annotated[str, Field(min_length=1, max_length=64)]
Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]


def mode_of(name: str) -> Mode:
    """Raises ValueError for a name that is none."""
    for known in MODES:
        if known == name:
            return known
    raise _unknown("mode", name, MODES)


def _fault_kind(name: str) -> FaultKind:
    for known in FAULTS:
        if known == name:
            return known
    raise _unknown("fault", name, FAULTS)


def _unknown(what: str, name: str, known: tuple[str, ...]) -> ValueError:
    return ValueError(f"there is no {what} {name!r}; choose among {', '.join(known)}")


class _Event(_Part):
    at: float = Field(ge=0, le=86_400, allow_inf_nan=False)
    fault: str | None = None
    link: str | None = None
    look: Name | None = None
    motion: Name | None = None
    device: Name | None = None
    mode: Mode | None = None
    seconds: Seconds | None = None
    strength: float | None = Field(default=None, ge=0, le=1)

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        if self.fault is not None and self.fault not in FAULTS:
            raise _FieldError("fault", str(_unknown("fault", self.fault, FAULTS)))
        if self.link is not None and self.link not in PRESETS:
            raise _FieldError("link", str(_unknown("network", self.link, tuple(PRESETS))))
        return self

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        kinds = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(kinds) != 1:
            said = " and ".join(kinds) if kinds else "nothing"
            raise ValueError(f"it says {said}; an event is one of {', '.join(KINDS)}")
        if self.fault is None and self.seconds is not None:
            raise _FieldError("seconds", "only a fault lasts; say a second event for its end")
        if self.fault not in (None, "address") and self.seconds is None:
            raise _FieldError("seconds", "how long does the fault last?")
        if self.look is None and self.strength is not None:
            raise _FieldError("strength", "only a look has one")
        return self

    def plain(self) -> Event:
        kind = next(kind for kind in KINDS if getattr(self, kind) is not None)
        return Event(self.at, kind, getattr(self, kind), self.seconds or 0.0, self.strength)


class _FieldError(ValueError):
    """About one field of the model that is being validated as a whole."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class _Expectation(_Part):
    live_within: Seconds | None = None
    p95_deg: float | None = Field(default=None, gt=0, le=180)
    min_fps: float | None = Field(default=None, gt=0, le=1000)
    told: tuple[Name, ...] = ()


class _Script(_Part):
    device: Name = "desktop-webcam"
    world: Name = "street"
    motion: Name = "walk"
    trace: str | None = Field(default=None, min_length=1)
    link: str = "perfect"
    look: Name = "none"
    strength: float = Field(default=1.0, ge=0, le=1)
    mode: Mode = "warp_prediction"
    seed: int = Field(default=0, ge=0, lt=1 << 32)
    seconds: Seconds
    record: bool = False
    events: tuple[_Event, ...] = Field(default=(), max_length=10_000)
    expect: _Expectation = _Expectation()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.link not in PRESETS:
            raise _FieldError("link", str(_unknown("network", self.link, tuple(PRESETS))))
        for n, event in enumerate(self.events):
            if event.at >= self.seconds:
                raise _FieldError(f"events.{n}.at", f"the session is over after {self.seconds:g} s")
        return self

    def plain(self, folder: Path) -> Script:
        events = sorted((event.plain() for event in self.events), key=lambda event: event.at)
        expect = self.expect
        return Script(
            device=self.device,
            world=self.world,
            motion=self.motion,
            trace=folder / self.trace if self.trace is not None else None,
            link=self.link,
            look=self.look,
            strength=self.strength,
            mode=self.mode,
            seed=self.seed,
            seconds=self.seconds,
            record=self.record,
            events=tuple(events),
            expect=Expectation(expect.live_within, expect.p95_deg, expect.min_fps, expect.told),
        )


def _words(error: ValidationError) -> str:
    """All that is wrong, each with its place: `events.2.fault: there is no fault 'stal'; ...`."""
    return "; ".join(_place(each) for each in error.errors(include_url=False))


def _place(problem: Any) -> str:
    where = [str(part) for part in problem["loc"]]
    cause = problem.get("ctx", {}).get("error")
    if isinstance(cause, _FieldError):
        where.append(cause.field)
    match problem["type"]:
        case "missing":
            words = "it is missing"
        case "extra_forbidden":
            words = "there is no such field"
        case _ if cause is not None:
            words = str(cause)
        case _:
            words = f"{problem['msg'][0].lower()}{problem['msg'][1:]}"
    return f"{'.'.join(where)}: {words}" if where else words
