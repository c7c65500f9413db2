from pathlib import Path

import pytest

from overglass_cloud.remix.capabilities import table
from overglass_cloud.remix.presets.captions import PRESETS as CAPTIONS
from overglass_cloud.remix.presets.cutting import PRESETS as CUTTING
from overglass_cloud.remix.presets.reframe import PRESETS as REFRAME
from overglass_cloud.remix.presets.registry import Presets

FILE = Path(__file__).parents[3] / "docs" / "CAPABILITIES.md"


def test_every_preset_has_a_row() -> None:
    page = table(Presets([*CUTTING, *CAPTIONS, *REFRAME]))
    assert [line.split("|")[1].strip() for line in page.splitlines()[4:]] == [
        "`trim`",
        "`join`",
        "`speed`",
        "`captions`",
        "`reframe`",
    ]


@pytest.mark.skipif(not FILE.exists(), reason="docs/CAPABILITIES.md is not there")
def test_the_page_in_docs_is_what_the_registry_says() -> None:
    assert FILE.read_text() == table(Presets.installed())
