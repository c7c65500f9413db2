"""The contact sheet: what it shows, and where it cannot be written."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from overglass_protocol.errors import ConfigError
from overglass_simulators.bench import sheet


def strips(number: int, width: int = 64, height: int = 36) -> list[sheet.Strip]:
    picture = np.full((height, width, 3), (200, 40, 40), np.uint8)
    return [sheet.Strip(f"look {n}", "100 fps", [picture] * 4) for n in range(number)]


def test_a_sheet_shows_every_picture_once() -> None:
    pixels_of = np.asarray(sheet.draw("a clip", strips(3)))
    red = (pixels_of == (200, 40, 40)).all(2).sum()
    area = 3 * 4 * 400 * 225
    assert 0.99 * area < red < area, "but for round corners"


def test_many_looks_stand_in_two_columns() -> None:
    few, many = sheet.draw("", strips(sheet.IN_ONE_COLUMN)), sheet.draw("", strips(14))
    assert many.width > 1.9 * few.width
    assert many.height < 1.4 * few.height


def test_upright_pictures_stay_upright() -> None:
    wide, tall = sheet.draw("", strips(2)), sheet.draw("", strips(2, 36, 64))
    assert tall.width < wide.width
    assert tall.height > wide.height


@pytest.mark.parametrize("name", ["sheet.png", "sheet.jpg", "sheet.webp"])
def test_a_sheet_is_of_the_kind_its_name_says(tmp_path: Path, name: str) -> None:
    sheet.write(tmp_path / name, "a clip", strips(2))
    with Image.open(tmp_path / name) as drawn:
        assert drawn.format == sheet.KINDS[Path(name).suffix]


@pytest.mark.parametrize(
    ("path", "cure"), [("sheet.txt", r"End it in \.png"), ("nowhere/sheet.png", "mkdir -p .*nowhere")]
)
def test_a_sheet_that_cannot_be_is_refused_before_anything_is_painted(
    tmp_path: Path, path: str, cure: str
) -> None:
    with pytest.raises(ConfigError, match=cure):
        sheet.check(tmp_path / path)


def test_a_sheet_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "sheet.png").mkdir()
    with pytest.raises(ConfigError, match="cannot be written"):
        sheet.write(tmp_path / "sheet.png", "", strips(1))
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.png"]
