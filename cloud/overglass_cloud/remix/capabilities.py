"""Writes the table of what can be made, for docs: `python -m overglass_cloud.remix.capabilities FILE`."""

import sys
from pathlib import Path

from overglass_cloud.remix.presets.registry import Presets


def table(presets: Presets) -> str:
    """A page in Markdown, with a row for each preset in order."""
    rows = [
        "# What can be made",
        "",
        "| preset | what it does | engine | licence | needs | without download |",
    ]
    rows.append("|---|---|---|---|---|---|")
    for preset in presets:
        needs = ", ".join(preset.needs) or "nothing"
        here = "no" if preset.needs else "yes"
        cells = [f"`{preset.name}`", preset.summary, preset.engine, preset.licence, needs, here]
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(table(Presets.installed()))
