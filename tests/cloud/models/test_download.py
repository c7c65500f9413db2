"""Pulling a model from a publisher that is slow, broken, busy, wrong or gone."""

import errno
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from overglass_cloud.models.download import ATTEMPTS, unwritable
from overglass_cloud.models.manifest import Manifest
from overglass_cloud.models.store import Store
from overglass_protocol.errors import ModelError
from tests.cloud.models.publisher import BODY, Publisher, Turn, model

NOBODY = 65534
HALF = len(BODY) // 2


def store_of(publisher: Publisher, folder: Path) -> Store:
    return Store(folder, publisher.manifest(), sleep=lambda seconds: None)


def pulled(publisher: Publisher, folder: Path) -> bytes:
    return store_of(publisher, folder).pull("nose").read_bytes()


def left_in(folder: Path) -> set[str]:
    return {name for name in os.listdir(folder) if not name.endswith(".lock")}


def test_a_model_is_fetched_once_into_a_folder_that_is_made_for_it(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "yet"
    with Publisher() as publisher:
        assert pulled(publisher, folder) == BODY
        assert pulled(publisher, folder) == BODY
        assert len(publisher.asked) == 1
    assert left_in(folder) == {"nose.task"}


def test_progress_goes_up_to_the_whole(tmp_path: Path) -> None:
    steps: list[tuple[int, str]] = []
    with Publisher() as publisher:
        store_of(publisher, tmp_path).pull("nose", lambda done, doing: steps.append((done, doing)))
    fetched = [done for done, doing in steps if doing == "fetching"]
    assert len(fetched) > 1
    assert fetched == sorted(fetched)
    assert steps[-1] == (len(BODY), "checking")


def test_a_connection_cut_in_the_middle_goes_on_where_it_broke(tmp_path: Path) -> None:
    with Publisher(Turn(cut_after=HALF), Turn(cut_after=1000)) as publisher:
        assert pulled(publisher, tmp_path) == BODY
        assert publisher.ranges == [None, f"bytes={HALF}-", f"bytes={HALF + 1000}-"]
        assert publisher.asked[1]["if-range"] == '"first"'
    assert left_in(tmp_path) == {"nose.task"}


def test_a_pull_that_was_ended_goes_on_in_the_next_run(tmp_path: Path) -> None:
    with Publisher(*[Turn(cut_after=HALF), *[Turn(status=503)] * (ATTEMPTS - 1)]) as publisher:
        with pytest.raises(ModelError, match="503"):
            pulled(publisher, tmp_path)
        assert left_in(tmp_path) == {"nose.task.part", "nose.task.part.etag"}
        assert pulled(publisher, tmp_path) == BODY
        assert publisher.ranges[-1] == f"bytes={HALF}-"


def test_a_server_without_ranges_starts_anew(tmp_path: Path) -> None:
    with Publisher(Turn(cut_after=HALF), Turn(ranges=False)) as publisher:
        assert pulled(publisher, tmp_path) == BODY
        assert publisher.ranges == [None, f"bytes={HALF}-"]


@pytest.mark.parametrize("etag", [None, 'W/"first"'])
def test_without_a_strong_tag_nothing_is_pieced_together(tmp_path: Path, etag: str | None) -> None:
    with Publisher(Turn(cut_after=HALF, etag=etag)) as publisher:
        assert pulled(publisher, tmp_path) == BODY
        assert publisher.ranges == [None, None]


def test_a_file_that_changes_meanwhile_is_fetched_anew(tmp_path: Path) -> None:
    old = Turn(body=BODY[::-1], etag='"old"', cut_after=HALF)
    with Publisher(old, Turn(etag='"new"')) as publisher:
        assert pulled(publisher, tmp_path) == BODY
        assert publisher.asked[1]["if-range"] == '"old"'


def test_a_part_that_was_not_asked_for_is_thrown_away(tmp_path: Path) -> None:
    lying = Turn(headers={"Content-Range": "bytes 0-9/10"}, status=206)
    with Publisher(Turn(cut_after=HALF), lying) as publisher:
        assert pulled(publisher, tmp_path) == BODY
        assert publisher.ranges == [None, f"bytes={HALF}-", None]


def test_a_part_that_the_server_has_not_is_thrown_away(tmp_path: Path) -> None:
    with Publisher(Turn(cut_after=HALF), Turn(status=416)) as publisher:
        assert pulled(publisher, tmp_path) == BODY
        assert publisher.ranges == [None, f"bytes={HALF}-", None]


def test_a_busy_server_is_asked_again_no_sooner_than_it_said(tmp_path: Path) -> None:
    slept: list[float] = []
    with Publisher(Turn(status=503, headers={"Retry-After": "7"}), Turn(status=429)) as publisher:
        store = Store(tmp_path, publisher.manifest(), sleep=slept.append)
        assert store.pull("nose").read_bytes() == BODY
    assert slept[0] == 7.0
    assert 0 < slept[1] < 7.0


def test_a_server_that_stays_busy_is_given_up_with_the_cure(tmp_path: Path) -> None:
    with Publisher(*[Turn(status=503)] * ATTEMPTS) as publisher, pytest.raises(ModelError) as caught:
        pulled(publisher, tmp_path)
    assert len(publisher.asked) == ATTEMPTS
    assert "503" in caught.value.message
    assert "overglass models pull nose" in caught.value.cure


@pytest.mark.parametrize("status", [404, 403, 410])
def test_what_is_not_there_is_not_asked_for_twice(tmp_path: Path, status: int) -> None:
    with Publisher(Turn(status=status)) as publisher, pytest.raises(ModelError, match=str(status)):
        pulled(publisher, tmp_path)
    assert len(publisher.asked) == 1
    assert left_in(tmp_path) == set()


def test_without_a_network_it_says_so(tmp_path: Path) -> None:
    with Publisher() as publisher:
        manifest = publisher.manifest()
    store = Store(tmp_path, manifest, sleep=lambda seconds: None)
    with pytest.raises(ModelError, match="no connection") as caught:
        store.pull("nose")
    assert "network" in caught.value.cure
    assert str(tmp_path) in caught.value.cure


def test_wrong_bytes_are_thrown_away_and_the_error_says_what_was_expected(tmp_path: Path) -> None:
    with Publisher(Turn(body=BODY[::-1])) as publisher, pytest.raises(ModelError) as caught:
        pulled(publisher, tmp_path)
    assert publisher.model().sha256 in caught.value.message
    assert left_in(tmp_path) == set()


@pytest.mark.parametrize("length", [True, False])
@pytest.mark.parametrize("body", [BODY + b"!", BODY * 3])
def test_more_bytes_than_the_manifest_says_are_refused(tmp_path: Path, body: bytes, length: bool) -> None:
    with (
        Publisher(Turn(body=body, length=length)) as publisher,
        pytest.raises(ModelError, match=str(len(BODY))),
    ):
        pulled(publisher, tmp_path)
    assert len(publisher.asked) == 1
    assert left_in(tmp_path) == set()


def test_a_damaged_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "nose.task").write_bytes(b"damaged")
    with Publisher() as publisher:
        assert pulled(publisher, tmp_path) == BODY


def test_two_pulls_at_once_fetch_it_once(tmp_path: Path) -> None:
    gate, waits = threading.Event(), threading.Event()

    def notice(done: int, doing: str) -> None:
        if doing == "another pull is at it":
            waits.set()

    with Publisher(Turn(gate=gate)) as publisher:
        began = threading.Event()
        first = threading.Thread(
            target=store_of(publisher, tmp_path).pull, args=("nose", lambda done, doing: began.set())
        )
        second = threading.Thread(target=store_of(publisher, tmp_path).pull, args=("nose", notice))
        first.start()
        assert began.wait(10)
        second.start()
        assert waits.wait(10)
        gate.set()
        first.join(10)
        second.join(10)
        assert len(publisher.asked) == 1
    assert (tmp_path / "nose.task").read_bytes() == BODY


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, the disk that is always full")
def test_a_full_disk_says_how_much_room_is_needed(tmp_path: Path) -> None:
    with Publisher() as publisher:
        (tmp_path / "nose.task.part").symlink_to("/dev/full")
        with pytest.raises(ModelError, match=rf"no room left .* {len(BODY)} bytes") as caught:
            pulled(publisher, tmp_path)
    assert "OVERGLASS_MODELS" in caught.value.cure


def test_a_quota_is_a_full_disk_too() -> None:
    assert "no room" in unwritable(Path("x"), OSError(errno.EDQUOT, "Disk quota exceeded"), 1).message


@contextmanager
def a_folder_of_somebody_else() -> Iterator[Path]:
    """A folder that this process may read and not write."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o555)
        root = os.geteuid() == 0
        if root:
            os.seteuid(NOBODY)
        try:
            yield Path(folder)
        finally:
            if root:
                os.seteuid(0)
            os.chmod(folder, 0o755)


def test_a_folder_that_cannot_be_written_says_so() -> None:
    manifest = Manifest([model("nose", "https://models.example/1/nose")])
    with a_folder_of_somebody_else() as folder, pytest.raises(ModelError, match="cannot write") as caught:
        Store(folder, manifest).pull("nose")
    assert "OVERGLASS_MODELS" in caught.value.cure


def test_a_folder_that_is_a_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "models").touch()
    manifest = Manifest([model("nose", "https://models.example/1/nose")])
    with pytest.raises(ModelError, match="cannot write"):
        Store(tmp_path / "models", manifest).pull("nose")
