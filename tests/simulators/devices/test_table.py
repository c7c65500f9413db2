"""A device as people read it: every number, with its unit and its source."""

import io

import pytest
from rich.console import Console

from overglass_simulators import devices
from overglass_simulators.devices import catalogue
from overglass_simulators.devices.table import Row, rows, table
from tests.simulators.devices.files import changed


def row(name: str, field: str) -> Row:
    (found,) = (row for row in rows(devices.profile(name)) if row.field == field)
    return found


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("brilliant-halo", "camera.field_of_view_degrees", "81.2°"),
        ("brilliant-halo", "camera.mode", "640x480 at 5"),
        ("meta-ray-ban-display", "display.brightness", "5,000 cd/m²"),
        ("meta-ray-ban-display", "link.up_rate", "1.25 Mbit/s"),
        ("phone-browser", "link.up_rate", "unlimited"),
        ("phone-browser", "codecs", "H264, VP8"),
        ("quest-3", "display.round", "no"),
        ("desktop-webcam", "imu", "none"),
    ],
)
def test_a_value_is_written_with_its_unit(name: str, field: str, value: str) -> None:
    assert row(name, field).value == value


def test_what_is_assumed_is_told_from_what_is_known() -> None:
    assert row("brilliant-halo", "camera.rolling_shutter").known
    assert not row("ray-ban-meta", "camera.rolling_shutter").known


def test_the_table_shows_every_row_and_its_source_as_it_is_written() -> None:
    profile = catalogue.parse(
        changed("quest-3", "link.delay", {"value": 0.5, "source": "a [bold] page"}), "x"
    )
    written = io.StringIO()
    Console(width=200, file=written).print(table(profile))
    text = written.getvalue()
    assert "a [bold] page" in text
    assert "unknown, assumed:" in text
    assert all(row.field in text for row in rows(profile))
