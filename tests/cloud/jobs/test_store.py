"""The same promises on SQLite and on a real PostgreSQL."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from overglass_cloud.jobs.job import State
from overglass_cloud.jobs.store import LostError, Store
from overglass_cloud.remix.work import Item


def _server() -> Path:
    found = shutil.which("initdb") or next(
        iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))), None
    )
    if found is None:
        pytest.skip("no PostgreSQL server is installed here")
    return Path(found).parent


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """A server of its own on a socket in a folder of its own. It refuses to run as root."""
    programs, user = _server(), "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="og-pg-") as folder:
        if user:
            shutil.chown(folder, user)

        def run(*command: str) -> None:
            subprocess.run(command, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=50)

        data = f"{folder}/data"
        run(f"{programs}/initdb", "-D", data, "-U", "og", "-A", "trust", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        run(f"{programs}/pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://og@/postgres?host={folder}"
        finally:
            run(f"{programs}/pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    postgres = request.param == "postgres"
    url = request.getfixturevalue("postgres") if postgres else f"sqlite:///{tmp_path}/jobs.db"
    store = Store(url, lease=30.0, now=clock)
    yield store
    for job in store.of("me"):
        store.delete(job.id)
    store.close()


def _submitted(store: Store) -> str:
    return store.submit("me", "a", "a.b:C", "memory://x").id


def test_each_job_is_claimed_once_however_many_ask(store: Store) -> None:
    jobs = {_submitted(store) for _ in range(6)}
    with ThreadPoolExecutor(4) as pool:
        claimed = [job.id for job in pool.map(store.claim, [f"h{number}" for number in range(8)]) if job]
    assert len(claimed) == len(set(claimed))
    while job := store.claim("last"):  # who met a locked row may have gone away with none
        claimed.append(job.id)
    assert sorted(claimed) == sorted(jobs)


def test_a_dead_holder_is_succeeded_and_can_write_no_more(store: Store, clock: Clock) -> None:
    job, item = _submitted(store), Item("a", 0, units=4)
    assert store.claim("old")
    store.plan(job, "old", 0, [item])
    assert store.claim("new") is None
    clock.now += 31
    taken = store.claim("new")
    assert taken is not None
    assert taken.id == job
    with pytest.raises(LostError):
        store.finished(job, "old", 0, item, {}, 1.0)
    assert not store.wave(job, 0)[0].done


def test_time_left_comes_from_measured_items(store: Store) -> None:
    job, items = _submitted(store), [Item("a", index, units=10) for index in range(3)]
    store.claim("me")
    store.plan(job, "me", 0, items)
    assert store.progress(job).seconds_left is None
    store.finished(job, "me", 0, items[0], {"kept": [1]}, 5.0)
    store.told(job, "me", 0, items[1], 4)
    progress = store.progress(job, workers=2)
    assert (progress.done, progress.units, progress.seconds_left) == (14, 30, 4.0)
    assert store.wave(job, 0)[0].result == {"kept": [1]}


def test_cancelled_stays_cancelled_and_deleted_is_gone(store: Store) -> None:
    job = _submitted(store)
    store.claim("me")
    store.cancel(job)
    with pytest.raises(LostError):
        store.end(job, "me", State.DONE)
    found = store.get(job)
    assert found is not None
    assert found.state is State.CANCELLED
    store.delete(job)
    assert store.get(job) is None
