"""What can be generated here: looks, found by name, each painted by an engine.

Knows the shape of an engine, not any engine; those are found through the entry-point group
`overglass.looks`, each entry of which names a list of `Look`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import Any, Protocol

import av

from overglass_cloud.engines.diffusion.choice import Choice
from overglass_cloud.models.store import Store
from overglass_cloud.references import References
from overglass_cloud.scenes.detectors.contract import Mask
from overglass_protocol.control import Control, Overlay
from overglass_protocol.errors import LookError
from overglass_protocol.scene import Scene

INSTANT = ("echo", "classical", "stage")
"""Kinds of engine that nothing stands in for: they are quick, and what is made of scenes would be quite
another thing without them."""

State = Any
"What an engine keeps for one session between frames. Only the engine looks inside."


class Sitter(Protocol):
    """Whom an engine paints: what it may ask about a session's pictures, while it paints them.

    Answers at once with what is known by then. What was seen in another picture is carried to this one,
    which is found by its `pts`; nothing waits for a detector, so a slow one makes an old scene and not a late
    picture. Only what the look says it `sees` is looked for.
    """

    def scene(self, picture: av.VideoFrame) -> Scene | None:
        """The things in this picture, as its look asked for them and maybe others; `age` says how old
        the newest look is. None while nothing is known of it, or when that is too long ago."""
        ...

    def mask(self, picture: av.VideoFrame) -> Mask | None:
        """How surely a person is where, all zeros if nobody is there. None as for `scene`."""
        ...


class Alone:
    """The sitter of benches and tests, of which nothing is ever known."""

    def scene(self, picture: av.VideoFrame) -> Scene | None:
        return None

    def mask(self, picture: av.VideoFrame) -> Mask | None:
        return None


ALONE = Alone()


class Engine(Protocol):
    """Paints pictures. Called and dropped by the one thread that owns the device.

    It is made by `Look.start` in a thread of its own, while that one paints with others: a CUDA graph must
    therefore be captured with `capture_error_mode="thread_local"`.
    """

    max_batch: int
    "How many pictures of one size it likes to paint at once; 1 if batching gains nothing."

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> State:
        """Makes what painting with this document needs; called when the document changes.

        `previous` is the same session's state until now, so that memory of earlier frames can be kept.
        `sitter` is always the same for one session, and may be kept in its state.
        Raises LookError with the cure when the document asks for what cannot be.
        """
        ...

    def paint(self, pictures: Sequence[av.VideoFrame], states: Sequence[State]) -> list[av.VideoFrame]:
        """Paints pictures of equal size, `yuv420p` in and out, one state each, in order.

        The pictures given are not written to; a picture may be returned as it is.
        """
        ...


@dataclass(frozen=True, slots=True)
class Workshop:
    """What the service lends to the engines it starts."""

    models: Store
    "Model files, checked; a missing one is an error that says its cure."
    references: References = field(default_factory=References)
    "Pictures that wearers have lent, for looks that take one."
    diffusion: Choice = field(default_factory=Choice)
    "Which diffusion pipeline, and how it is run."
    exact: int | None = None
    """Processor threads of work that has to come out the same on every machine: in full precision, and with
    nothing left out for not being ready yet. None where speed matters more, and each machine finds its own
    way."""
    progress: Callable[[str, int, int], None] = lambda what, done, total: None
    "Told what is being loaded, and how many bytes of how many are."


@dataclass(frozen=True, slots=True)
class Look:
    """A named recipe: which engine, with what, and what it promises."""

    name: str
    summary: str
    engine: str
    "Name of the engine's kind, for people: echo, classical, stage, neural, diffusion."
    start: Callable[[Workshop], Engine]
    """Makes the engine, in a thread of its own; slow work such as loading weights happens here, and nobody's
    pictures wait for it. Raises LookError with the cure."""
    licence: str = "Apache-2.0"
    needs: Sequence[str] = ()
    "What must be there beside the package: model names, `gpu`."
    takes_prompt: bool = False
    takes_reference: bool = False
    "Whether it goes by a picture that the wearer lends."
    strength: float = 1.0
    "At which it is meant to be worn."
    cheaper: str | None = None
    "The look that stands in for it where there is no time for it; none given means a classical one."
    sees: Sequence[Overlay] = ()
    """What has to be looked for while it paints, shown to the wearer or not. Of `people` the engine is told
    the mask, of all others their things."""
    light: bool = False
    "Whether it paints light on black, whatever the display: an additive one then shows it as it is."
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def check(self, control: Control) -> None:
        """Raises LookError for a document that asks for what this look does not do.

        The plain picture bears words: they wait for a look that reads them.
        """
        if (control.prompt or "").strip() and not self.takes_prompt and self.engine != "echo":
            raise LookError(
                f"the look {self.name!r} takes no prompt",
                cure="Leave the prompt out, or choose a look that takes one: 'overglass looks' says which.",
            )

    def describe(self) -> dict[str, Any]:
        """As `GET /looks` and `overglass looks --json` show it."""
        return {
            "name": self.name,
            "summary": self.summary,
            "engine": self.engine,
            "needs": list(self.needs),
            "licence": self.licence,
            "takes_prompt": self.takes_prompt,
            "takes_reference": self.takes_reference,
            "strength": self.strength,
            "sees": list(self.sees),
            "parameters": dict(self.parameters),
        }


class Looks:
    """The looks of this service, by name, in the order they were found."""

    def __init__(self, looks: Iterable[Look], own: Callable[[], Iterable[Look]] = tuple) -> None:
        """`own` is asked again each time, for looks that are made while the service runs."""
        self._by_name: dict[str, Look] = {}
        self._own = own
        for look in looks:
            if look.name in self._by_name:
                raise LookError(
                    f"two looks are called {look.name!r}", cure="Uninstall one of the packages that bring it."
                )
            self._by_name[look.name] = look

    @classmethod
    def installed(cls, extra: Iterable[Look] = (), own: Callable[[], Iterable[Look]] = tuple) -> "Looks":
        """Every look that an installed package offers, `none` first."""
        found = [look for point in entry_points(group="overglass.looks") for look in point.load()]
        found.sort(key=lambda look: (look.name != "none", look.engine, look.name))
        return cls([*found, *extra], own)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._all())

    def is_light(self, name: str) -> bool:
        """Whether it is a look that paints light on black; none of those trained here is."""
        look = self._by_name.get(name)
        return look is not None and look.light

    def __getitem__(self, name: str) -> Look:
        """Raises LookError when there is no such look."""
        look = self._by_name.get(name) or self._all().get(name)
        if look is None:
            raise LookError(
                f"there is no look called {name!r}", cure=f"Choose one of: {', '.join(self.names)}."
            )
        return look

    def cheaper_than(self, name: str) -> str | None:
        """The look that may stand in for this one while the device is too busy; None where there is none."""
        look = self._by_name.get(name)
        if look is None or look.engine in INSTANT:
            return None
        classical = (other.name for other in self if other.engine == "classical")
        return look.cheaper if look.cheaper in self._by_name else next(classical, None)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name or name in self._all()

    def __iter__(self) -> Iterator[Look]:
        return iter(self._all().values())

    def _all(self) -> dict[str, Look]:
        """Installed ones win over own ones of the same name."""
        return self._by_name | {look.name: look for look in self._own() if look.name not in self._by_name}
