"""Files that are there whole or not at all."""

from pathlib import Path

import pytest

from overglass_cloud.jobs.artefacts import Artefacts
from overglass_protocol.errors import RemixError


@pytest.fixture(params=["folder", "memory"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "job") if request.param == "folder" else f"memory://{tmp_path.name}"


def test_what_was_written_is_read_and_deleted(url: str) -> None:
    with Artefacts(url) as artefacts:
        with artefacts.writing("parts/0.mp4") as path:
            path.write_bytes(b"whole")
        assert artefacts.local("parts/0.mp4").read_bytes() == b"whole"
        artefacts.delete()
        assert not artefacts.exists("parts/0.mp4")


def test_an_interrupted_write_leaves_what_was_there(url: str) -> None:
    with Artefacts(url) as artefacts:
        with artefacts.writing("a") as path:
            path.write_bytes(b"before")
        with pytest.raises(KeyError), artefacts.writing("a") as path:  # noqa: PT012
            path.write_bytes(b"half")
            raise KeyError
        assert artefacts.local("a").read_bytes() == b"before"


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "a/../../b", ".hidden", "", "a//b", "a\\..\\b"])
def test_no_name_leads_out_of_the_folder(url: str, name: str) -> None:
    with Artefacts(url) as artefacts, pytest.raises(RemixError):
        artefacts.local(name)
