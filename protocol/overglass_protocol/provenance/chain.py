"""What a file's record says, as a whole chain, and the worst that is true of any link of it.

C2PA calls a remix of a tampered clip trusted, since its own signature holds; the failure stands in what
was found of its ingredients. Here every finding goes to the link that it is about. No address that a
file names is ever asked. Nothing in a record is believed to be short, printable or of the right type.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any

from overglass_protocol.provenance.words import ACTS, CODES, SOURCES, plain

MAX_LINKS = 64
MAX_STEPS = 64
"Of one link."


class State(IntEnum):
    """From the worst to the best."""

    TAMPERED = 0
    UNREADABLE = 1
    EXPIRED = 2
    UNTRUSTED = 3
    NONE = 4
    TRUSTED = 5

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    State.TAMPERED: "changed after it was signed",
    State.UNREADABLE: "has a record that cannot be read",
    State.EXPIRED: "signed with a certificate that was not valid at the time",
    State.UNTRUSTED: "unchanged since it was signed, by somebody who is not known here",
    State.NONE: "has no record of its origin",
    State.TRUSTED: "unchanged since it was signed, by somebody who is trusted here",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a link."""

    code: str
    "C2PA's, or of ours."
    words: str
    state: State


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done, as the signer tells it."""

    words: str
    source: str = ""
    "The last part of IPTC's digital source type."
    program: str = ""
    model: str = ""
    recipe: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A clip that this file is, or was made of."""

    title: str
    state: State
    depth: int = 0
    "0 is this file, 1 what it was made of."
    problems: tuple[Problem, ...] = ()
    "The worst first."
    signer: str = ""
    program: str = ""
    when: str = ""
    "What a time stamp authority says; else empty."
    steps: tuple[Step, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    "What else was signed, by labels that begin with `org.overglass.`; as the file has it."


@dataclass(frozen=True, slots=True)
class Chain:
    """This file, what it was made of, and what that was made of."""

    state: State
    "The worst of all links; one without a record does not count where another has one."
    links: tuple[Link, ...]
    "This file first."

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Of all links, the worst first."""
        return tuple(sorted((p for link in self.links for p in link.problems), key=lambda p: p.state))

    @classmethod
    def without_record(cls, title: str) -> "Chain":
        return cls(State.NONE, (Link(title, State.NONE),))

    @classmethod
    def failed(cls, title: str, problem: Problem) -> "Chain":
        return cls(problem.state, (Link(title, problem.state, problems=(problem,)),))

    def worsened(self, problem: Problem) -> "Chain":
        """With something wrong with this file itself."""
        first = self.links[0]
        worse = replace(
            first, state=min(first.state, problem.state), problems=_sorted([*first.problems, problem])
        )
        return _of([worse, *self.links[1:]])


def chain_of(store: Mapping[str, Any]) -> Chain:
    """The chain in a manifest store, as c2pa's JSON has it."""
    manifests = _dict(store.get("manifests"))
    active = _text(store.get("active_manifest"), 500)
    problems = _problems(store, manifests)
    links: list[Link] = []
    waiting: list[tuple[str, str, int]] = [(active, "", 0)]
    seen: set[str] = set()
    while waiting and len(links) < MAX_LINKS:
        label, title, depth = waiting.pop(0)
        if label in seen:
            continue
        if not label:
            links.append(Link(title or "a clip", State.NONE, depth))
            continue
        seen.add(label)
        links.append(_link(label, title, depth, manifests, problems))
        for ingredient in _ingredients(_dict(manifests.get(label))):
            waiting.append(
                (_text(ingredient.get("active_manifest"), 500), _text(ingredient.get("title")), depth + 1)
            )
    if waiting:
        problem = problem_of("overglass.tooLong")
        links[0] = replace(links[0], state=min(links[0].state, problem.state), problems=(problem,))
    return _of(links)


def _of(links: list[Link]) -> Chain:
    recorded = [link.state for link in links if link.state is not State.NONE]
    return Chain(min(recorded, default=State.NONE), tuple(links))


def _link(
    label: str, title: str, depth: int, manifests: Mapping[str, Any], problems: Mapping[str, list[Problem]]
) -> Link:
    mine = list(problems.get(label, ()))
    if label not in manifests:
        mine.append(problem_of("overglass.missing"))
    manifest = _dict(manifests.get(label))
    signature = _dict(manifest.get("signature_info"))
    generators = _list(manifest.get("claim_generator_info"))
    return Link(
        title=title or _text(manifest.get("title")) or "this file",
        state=min((problem.state for problem in mine), default=State.TRUSTED),
        depth=depth,
        problems=_sorted(mine),
        signer=_text(signature.get("common_name")) or _text(signature.get("issuer")),
        program=_agent(generators[0]) if generators else _text(manifest.get("claim_generator")),
        when=_text(signature.get("time"), 40),
        steps=tuple(_steps(manifest)),
        facts={label: data for label, data in _assertions(manifest) if label.startswith("org.overglass.")},
    )


def _problems(store: Mapping[str, Any], manifests: Mapping[str, Any]) -> dict[str, list[Problem]]:
    """By the manifest that they are about.

    Only what was found now may lift an "untrusted" that a signer wrote down: his "trusted" means nothing.
    """
    now = list(_statuses(_dict(store.get("validation_results")), "success"))
    trusted = {_text(s.get("url"), 500) for s in now if s.get("code") == "signingCredential.trusted"}
    active = _text(store.get("active_manifest"), 500)
    failures = [(active, s) for s in _statuses(_dict(store.get("validation_results")), "failure")]
    failures += [(active, _dict(s)) for s in _list(store.get("validation_status"))]
    for manifest in manifests.values():
        for ingredient in _ingredients(_dict(manifest)):
            owner = _text(ingredient.get("active_manifest"), 500) or active
            found = _statuses(_dict(ingredient.get("validation_results")), "failure")
            failures += [(owner, status) for status in found]
            failures += [(owner, _dict(status)) for status in _list(ingredient.get("validation_status"))]
    problems: dict[str, dict[str, Problem]] = {}
    for owner, status in failures:
        code, url = _text(status.get("code")), _text(status.get("url"), 500)
        if code == "signingCredential.untrusted" and url in trusted:
            continue
        about = next((label for label in manifests if f"/{label}/" in f"{url}/"), owner)
        problems.setdefault(about, {})[code] = problem_of(code)
    return {label: list(found.values()) for label, found in problems.items()}


def _statuses(results: Mapping[str, Any], kind: str) -> Iterator[Mapping[str, Any]]:
    yield from map(_dict, _list(_dict(results.get("activeManifest")).get(kind)))
    for delta in _list(results.get("ingredientDeltas")):
        yield from map(_dict, _list(_dict(_dict(delta).get("validationDeltas")).get(kind)))


def problem_of(code: str) -> Problem:
    """What a code of C2PA or of ours means."""
    match code.split("."):
        case ["signingCredential", "untrusted" | "invalid", *_]:
            state = State.UNTRUSTED
        case ["signingCredential", *_] | ["claimSignature", "outsideValidity", *_]:
            state = State.EXPIRED
        case ["manifest", "inaccessible" | "unknownProvenance", *_] | ["general", *_]:
            state = State.UNREADABLE
        case ["overglass", "missing" | "tooLong" | "elsewhere" | "unreadable" | "tooLarge"]:
            state = State.UNREADABLE
        case _:
            state = State.TAMPERED
    return Problem(code, CODES.get(code, CODES[state.name]), state)


def _steps(manifest: Mapping[str, Any]) -> Iterator[Step]:
    for label, data in _assertions(manifest):
        if not label.startswith("c2pa.actions"):
            continue
        for action in map(_dict, _list(_dict(data).get("actions"))[:MAX_STEPS]):
            source = _text(action.get("digitalSourceType"), 200).rsplit("/", 1)[-1]
            parameters = _dict(action.get("parameters"))
            act = _text(action.get("action"))
            agent = action.get("softwareAgent")
            yield Step(
                words=_text(action.get("description")) or _words(act, source),
                source=source,
                program=_agent(agent) if isinstance(agent, dict) else _text(agent),
                model=_text(parameters.get("org.overglass.model")),
                recipe=_text(parameters.get("org.overglass.recipe.sha256")),
                when=_text(action.get("when"), 40),
            )


def _words(act: str, source: str) -> str:
    if act == "c2pa.created" and source in SOURCES:
        return SOURCES[source]
    done = ACTS.get(act, act or "something was done")
    return f"{done} ({SOURCES[source]})" if source in SOURCES else done


def _assertions(manifest: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for assertion in map(_dict, _list(manifest.get("assertions"))):
        yield _text(assertion.get("label")), assertion.get("data")


def _ingredients(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [_dict(ingredient) for ingredient in _list(manifest.get("ingredients"))]


def _agent(agent: object) -> str:
    named = _dict(agent)
    return f"{_text(named.get('name'))} {_text(named.get('version'), 40)}".strip()


def _sorted(problems: list[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.state))


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object, longest: int = 200) -> str:
    return plain(value, longest) if isinstance(value, str) else ""
