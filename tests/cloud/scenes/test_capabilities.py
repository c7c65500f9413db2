"""What can be looked for: as the door, the welcome and the command tell it."""

import json
from pathlib import Path

import pytest

from overglass_cloud import cli
from overglass_cloud.config import Settings
from overglass_cloud.models.manifest import Manifest
from overglass_cloud.models.store import Store
from overglass_cloud.scenes.capabilities import SHIPPED, Capabilities
from overglass_protocol.control import Control
from overglass_protocol.errors import DetectorError, ModelError
from tests import shared
from tests.cloud.parts import running
from tests.cloud.scenes.things import Shelf, capabilities


def test_every_overlay_of_the_protocol_has_a_detector_and_a_model_in_the_manifest() -> None:
    asked_for = Control.model_validate({"overlays": [capability.name for capability in SHIPPED]}).overlays
    assert asked_for == ("faces", "people", "hands", "poses", "objects")
    assert {capability.model for capability in SHIPPED} <= set(Manifest.shipped().names)


def test_one_without_its_model_is_listed_with_the_command_that_gets_it() -> None:
    some = Capabilities(Shelf("face_landmarker"))
    assert some.available == ("faces",)
    told = {overlay["name"]: overlay for overlay in some.describe()}
    assert told["faces"]["available"] is True
    assert told["faces"]["cure"] == ""
    assert told["hands"]["available"] is False
    assert told["hands"]["needs"] == ["hand_landmarker"]
    assert told["hands"]["cure"] == "Run: overglass models pull hand_landmarker."


def test_one_without_its_model_is_refused_with_that_command() -> None:
    with pytest.raises(ModelError, match=r"Run: overglass models pull hands_model\."):
        capabilities("hands").require("hands")
    with pytest.raises(ModelError, match=r"Run: overglass models pull hands_model\."):
        capabilities("hands").start("hands")


def test_one_that_nobody_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(DetectorError, match="Choose among: faces, people, hands"):
        capabilities().require("ghosts")


async def test_the_door_lists_them_all_and_needs_no_token(tmp_path: Path) -> None:
    async with running(Settings(models=tmp_path)) as client:
        told = (await client.get("/overlays")).json()
    assert [overlay["name"] for overlay in told] == ["faces", "people", "hands", "poses", "objects"]
    assert all(set(overlay) == {"name", "summary", "available", "needs", "cure"} for overlay in told)
    assert not any(overlay["available"] for overlay in told)


async def test_what_has_its_model_file_is_available() -> None:
    shared.model("face_landmarker.task")
    async with running(Settings(models=shared.MODELS)) as client:
        told = {overlay["name"]: overlay for overlay in (await client.get("/overlays")).json()}
    assert told["faces"] == {**told["faces"], "available": True, "cure": ""}


def test_the_command_tells_the_same_for_people_and_for_programs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERGLASS_MODELS", str(tmp_path))
    cli.overlays(as_json=True)
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told == Capabilities(Store(tmp_path, Manifest.shipped())).describe()
    cli.overlays(as_json=False)
    assert "faces" in capsys.readouterr().out
