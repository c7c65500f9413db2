"""What can be wrong with a device file is told with the file, the field and a cure."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from overglass_protocol.errors import ConfigError
from overglass_simulators import devices
from overglass_simulators.devices import catalogue
from tests.simulators.devices.files import PROFILES, changed, said, shipped


def refused(data: bytes) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        catalogue.parse(data, "mine.json")
    assert "mine.json" in caught.value.message
    assert caught.value.cure
    assert "\n" not in str(caught.value)
    return caught.value


def test_an_unknown_name_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(ConfigError, match="no device called 'quest-4'") as caught:
        devices.load("quest-4")
    assert all(name in caught.value.cure for name in devices.names())


def test_a_path_works_wherever_a_name_does(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes(changed("quest-3", "name", "mine"))
    assert devices.load(path).name == devices.load(str(path)).name == "mine"
    assert devices.load(path).camera == devices.load("quest-3").camera


def test_a_file_in_the_working_folder_needs_no_more_than_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.json").write_bytes(changed("quest-3", "name", "mine"))
    monkeypatch.chdir(tmp_path)
    assert devices.load("mine.json").name == "mine"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(ConfigError, match="cannot be read") as caught:
            devices.load(path)
        assert str(path) in caught.value.message


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b'{"name": "x"'])
def test_what_is_no_json_is_said_to_be_none(data: bytes) -> None:
    assert "is not JSON" in refused(data).message


@pytest.mark.parametrize("data", [b"3", b"[]", b'"quest-3"', b"null"])
def test_what_is_no_object_is_refused(data: bytes) -> None:
    assert "has to be an object" in refused(data).message


IMPOSSIBLE: list[tuple[str, Any]] = [
    ("camera.field_of_view_degrees", 500),
    ("camera.field_of_view_degrees", 0),
    ("camera.field_of_view_degrees", "72"),
    ("camera.rolling_shutter", -0.01),
    ("camera.capture_delay", 11),
    ("camera.start_seconds", 61),
    ("camera.start_seconds", math.inf),
    ("imu.rate", 0),
    ("imu.gyro_noise", -1),
    ("imu.accel_bias", 11),
    ("display.width", 15),
    ("display.height", 8194),
    ("display.refresh", 241),
    ("display.eyes", 3),
    ("display.kind", "holographic"),
    ("display.round", 1),
    ("link.loss", 1.1),
    ("link.loss", math.nan),
    ("link.jitter", -0.1),
    ("link.up_rate", 3),
    ("link.down_rate", "infinite"),
    ("max_bitrate", 1e11),
    ("codecs", ["AV1"]),
    ("codecs", []),
]


@pytest.mark.parametrize(("field", "value"), IMPOSSIBLE)
def test_an_impossible_number_is_refused_wherever_it_stands(field: str, value: Any) -> None:
    assert field in refused(changed("quest-3", field, said(value))).message
    assumed = {"value": "unknown", "assumed": value, "why": "a test"}
    assert field in refused(changed("quest-3", field, assumed)).message


@pytest.mark.parametrize("field", ["width", "height"])
def test_a_picture_with_an_odd_side_is_refused(field: str) -> None:
    error = refused(changed("quest-3", f"camera.mode.value.{field}", 961))
    assert f"camera.mode.value.{field}" in error.message
    assert "even" in error.message


def test_a_number_without_a_source_is_refused() -> None:
    error = refused(changed("quest-3", "link.delay", {"value": 0.02}))
    assert "link.delay has no source" in error.message
    assert "public document" in error.cure


def test_a_bare_number_is_refused() -> None:
    assert (
        "link.delay has to be an object with its source"
        in refused(changed("quest-3", "link.delay", 1)).message
    )


@pytest.mark.parametrize("missing", ["assumed", "why"])
def test_an_unknown_number_needs_an_assumption_and_its_reason(missing: str) -> None:
    unknown = {"value": "unknown", "assumed": 0.02, "why": "a test"}
    del unknown[missing]
    assert f"link.delay has no {missing}" in refused(changed("quest-3", "link.delay", unknown)).message


@pytest.mark.parametrize("source", ["", " ", "two\nlines", "x" * 501])
def test_a_source_is_a_line_with_something_in_it(source: str) -> None:
    assert (
        "link.delay.source"
        in refused(changed("quest-3", "link.delay", {"value": 1, "source": source})).message
    )


def test_a_field_that_is_none_is_refused() -> None:
    assert "there is no field camera.lens" in refused(changed("quest-3", "camera.lens", said(3))).message
    odd = {"value": 1, "source": "a test", "sorce": "a test"}
    assert "there is no field link.delay.sorce" in refused(changed("quest-3", "link.delay", odd)).message


@pytest.mark.parametrize("field", ["name", "link", "camera.mode", "thermal"])
def test_a_field_that_is_missing_is_named(field: str) -> None:
    assert f"{field} is missing" in refused(changed("quest-3", field, None)).message


@pytest.mark.parametrize("name", ["", "Quest 3", "-x", "../x", "x" * 65])
def test_a_name_has_to_suit_a_command_line_and_a_hello(name: str) -> None:
    assert "name cannot be" in refused(changed("quest-3", "name", name)).message


def contradicted(name: str, field: str, to: Any, complaint: str) -> None:
    error = refused(changed(name, field, to))
    assert complaint in error.message
    assert "contradicts the rest" in error.message


def test_numbers_that_contradict_each_other_are_refused() -> None:
    mode = {"width": 1280, "height": 960, "fps": 31}
    contradicted("quest-3", "camera.mode", said(mode), "camera.mode")
    modes = shipped("quest-3")["camera"]["modes"]["value"]
    contradicted("quest-3", "camera.modes.value", modes[::-1], "camera.modes")
    contradicted("quest-3", "camera.modes.value", [modes[0], *modes], "camera.modes")
    contradicted("quest-3", "camera.rolling_shutter", said(0.02), "camera.rolling_shutter")
    contradicted("quest-3", "display.round", said(True), "display.round")
    contradicted("quest-3", "display.transmittance", said(0.5), "display.transmittance")
    contradicted("xreal-one-eye", "display.brightness", None, "display.brightness")
    contradicted("xreal-one-eye", "display.transmittance", None, "display.transmittance")
    contradicted("mentra-live", "thermal.stop_after", said(60), "thermal.stop_after")


def test_a_part_may_be_absent_if_somebody_says_why() -> None:
    data = shipped("quest-3")
    data["imu"] = data["display"] = data["thermal"] = {"none": "a test"}
    device = catalogue.parse(json.dumps(data).encode(), "mine.json").device()
    assert (device.imu, device.display, device.thermal) == (None, None, None)
    data["imu"] = {"none": ""}
    assert "imu.none" in refused(json.dumps(data).encode()).message


def test_a_limit_or_an_end_may_be_none_at_all() -> None:
    data = shipped("mentra-live")
    data["max_bitrate"] = data["link"]["up_rate"] = said("unlimited")
    data["thermal"]["stop_after"] = said("never")
    device = catalogue.parse(json.dumps(data).encode(), "mine.json").device()
    assert device.max_bitrate is None
    assert device.link.up_rate is None
    assert device.thermal is not None
    assert device.thermal.stop_after == math.inf


def test_the_committed_schema_is_the_schema_of_the_code() -> None:
    committed = json.loads((PROFILES / catalogue.SCHEMA_FILE).read_text(encoding="utf-8"))
    assert committed == devices.schema(), "run: python -m overglass_simulators.devices.export_schema"
