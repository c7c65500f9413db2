"""Writes the messages' JSON Schema to its file: `python -m overglass_protocol.export_schema`."""

import json
from pathlib import Path

from overglass_protocol import messages

TARGET = Path(__file__).parents[1] / "messages.schema.json"


def main() -> None:
    TARGET.write_text(json.dumps(messages.schema(), indent=2) + "\n")


if __name__ == "__main__":
    main()
