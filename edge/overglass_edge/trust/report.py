"""A clip's origin as a person reads it in a terminal: the worst first, then the history, newest on top."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Group
from rich.padding import Padding
from rich.text import Text
from rich.tree import Tree

from overglass_protocol.provenance.chain import Chain, Link, State, Step
from overglass_protocol.provenance.words import SOURCES

_STYLES = {
    State.TAMPERED: ("✗", "bold red"),
    State.UNREADABLE: ("✗", "bold red"),
    State.EXPIRED: ("!", "bold yellow"),
    State.UNTRUSTED: ("?", "yellow"),
    State.NONE: ("·", "bright_black"),
    State.TRUSTED: ("✓", "bold green"),
}


def report(file: Path, chain: Chain, findings: Sequence[tuple[str, str]]) -> Group:
    """`findings` are detector and words. Everything is text: markup in a stranger's record stays as it is."""
    mark, style = _STYLES[chain.state]
    head = Text.assemble((f"{mark} ", style), (file.name, "bold"), "  ", (_headline(chain), style))
    parts: list[Text | Padding] = [head]
    for problem in chain.problems:
        line = Text.assemble((f"{_STYLES[problem.state][0]} ", _STYLES[problem.state][1]), problem.words)
        parts.append(Padding(line, (0, 0, 0, 2)))
    if chain.state is not State.NONE:
        parts.append(Padding(_Tree.of(chain), (1, 0, 0, 2)))
    for detector, words in findings:
        parts.append(Padding(Text.assemble((f"{detector}: ", "cyan"), words), (1, 0, 0, 2)))
    return Group(*parts)


def _headline(chain: Chain) -> str:
    if chain.links and chain.state < chain.links[0].state:
        return f"a clip that it was made of: {chain.state.words}"
    return chain.state.words


class _Tree:
    """The links, each below what was made of it."""

    @staticmethod
    def of(chain: Chain) -> Tree:
        tree = Tree(_titled(chain.links[0]), guide_style="bright_black")
        levels = [tree]
        _fill(tree, chain.links[0])
        for link in chain.links[1:]:
            del levels[link.depth :]
            branch = levels[-1].add(_titled(link))
            levels.append(branch)
            _fill(branch, link)
        return tree


def _titled(link: Link) -> Text:
    mark, style = _STYLES[link.state]
    said = link.state.words if link.state is not State.TRUSTED else ""
    text = Text.assemble((f"{mark} ", style), (link.title, "bold"), "  ", (said, style))
    if link.signer:
        text.append(f"  signed by {link.signer}", "bright_black")
    if link.when:
        text.append(f", {link.when}", "bright_black")
    return text


def _fill(tree: Tree, link: Link) -> None:
    for step in link.steps:
        tree.add(_told(step))


def _told(step: Step) -> Text:
    text = Text(step.words)
    if step.source in SOURCES and SOURCES[step.source] not in step.words:
        text.append(f": {SOURCES[step.source]}")
    for name, value in (("model", step.model), ("recipe", step.recipe[:12]), ("with", step.program)):
        if value:
            text.append(f"  {name} {value}", "bright_black")
    if step.when:
        text.append(f"  {step.when}", "bright_black")
    return text
