"""Writes the JSON Schema of device files: `python -m overglass_simulators.devices.export_schema`."""

import json
from pathlib import Path

from overglass_simulators.devices.catalogue import SCHEMA_FILE, schema

TARGET = Path(__file__).parent / "profiles" / SCHEMA_FILE


def main() -> None:
    TARGET.write_text(json.dumps(schema(), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
