"""Jobs on local workers that are killed."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from overglass_cloud.jobs.executors.local import LocalExecutor
from overglass_cloud.jobs.foreman import Foreman
from overglass_cloud.jobs.job import State
from overglass_cloud.jobs.store import Store

ROUTES = "tests.cloud.jobs.routes"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path}/jobs.db", lease=0.5)
    yield store
    store.close()


@pytest.fixture
def workers() -> Iterator[LocalExecutor]:
    executor = LocalExecutor(("cpu", "cpu"))
    yield executor
    executor.close()


def test_five_killed_workers_change_nothing(store: Store, workers: LocalExecutor, tmp_path: Path) -> None:
    chaos = random.Random(6).sample(range(6), 5)
    job = store.submit("me", "sums", f"{ROUTES}:SUMS", str(tmp_path))
    assert Foreman(store, workers, settings={"chaos": chaos}).next()
    assert store.get(job.id).state is State.DONE  # type: ignore[union-attr]
    assert (tmp_path / job.id / "total").read_text() == "55"
    assert sorted(each.item.index for each in store.wave(job.id, 0) if each.attempts) == sorted(chaos)


def test_what_kills_its_worker_ends_as_failed_and_the_next_job_is_done(
    store: Store, workers: LocalExecutor, tmp_path: Path
) -> None:
    poison = store.submit("me", "poison", f"{ROUTES}:POISON", str(tmp_path))
    sums = store.submit("me", "sums", f"{ROUTES}:SUMS", str(tmp_path))
    foreman = Foreman(store, workers)
    assert foreman.next()
    assert foreman.next()
    failed, done = store.get(poison.id), store.get(sums.id)
    assert failed is not None
    assert failed.state is State.FAILED
    assert "3 times" in failed.reason
    assert "signal 9" in failed.reason
    assert done is not None
    assert done.state is State.DONE


def test_an_error_with_a_cure_is_not_tried_again(
    store: Store, workers: LocalExecutor, tmp_path: Path
) -> None:
    job = store.submit("me", "refused", f"{ROUTES}:REFUSING", str(tmp_path))
    Foreman(store, workers).next()
    failed = store.get(job.id)
    assert failed is not None
    assert (failed.state, failed.reason, failed.cure) == (State.FAILED, "no video in it", "Give a clip.")


def test_a_cancelled_job_lets_go_of_its_workers(store: Store, workers: LocalExecutor, tmp_path: Path) -> None:
    job = store.submit("me", "endless", f"{ROUTES}:ENDLESS", str(tmp_path))
    driving = threading.Thread(target=Foreman(store, workers).next)
    driving.start()
    tries = threading.Event()
    while not store.progress(job.id).done:
        tries.wait(0.02)
    store.cancel(job.id)
    driving.join(20)
    assert not driving.is_alive()
    assert workers.room == 2
    assert store.get(job.id).state is State.CANCELLED  # type: ignore[union-attr]


def test_a_stopped_foreman_leaves_the_job_to_the_next(
    store: Store, workers: LocalExecutor, tmp_path: Path
) -> None:
    job, stop = store.submit("me", "sums", f"{ROUTES}:SUMS", str(tmp_path)), threading.Event()
    stop.set()
    assert Foreman(store, workers).next(stop)
    assert store.get(job.id).state is State.WAITING  # type: ignore[union-attr]
    assert Foreman(store, workers).next()
    assert store.get(job.id).state is State.DONE  # type: ignore[union-attr]


def test_workers_that_die_idle_cost_no_attempt(store: Store, workers: LocalExecutor, tmp_path: Path) -> None:
    for _ in range(2):
        job = store.submit("me", "sums", f"{ROUTES}:SUMS", str(tmp_path))
        assert Foreman(store, workers).next()
        for pid in workers.pids:
            os.kill(pid, signal.SIGKILL)
        for each in workers._workers:
            each.process.join(5)
    assert store.get(job.id).state is State.DONE  # type: ignore[union-attr]
    assert not any(planned.attempts for planned in store.wave(job.id, 0))


SERVICE = """
import sys, threading
from overglass_cloud.jobs.executors.local import LocalExecutor
from overglass_cloud.jobs.foreman import Foreman
from overglass_cloud.jobs.store import Store
if __name__ == "__main__":
    store = Store(sys.argv[1], lease=0.5)
    Foreman(store, LocalExecutor(("cpu",)), settings={"kill_service": int(sys.argv[2])}).next()
"""


@pytest.mark.parametrize("killed_at", random.Random(7).sample(range(6), 5))
def test_a_killed_service_is_continued_without_doing_finished_items_again(
    killed_at: int, store: Store, workers: LocalExecutor, tmp_path: Path
) -> None:
    job = store.submit("me", "sums", f"{ROUTES}:SUMS", str(tmp_path))
    script = tmp_path / "service.py"
    script.write_text(SERVICE)
    run = subprocess.run(
        [sys.executable, str(script), f"sqlite:///{tmp_path}/jobs.db", str(killed_at)],
        timeout=50,
        check=False,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
    )
    # Returns once nobody holds its output any more: its workers died with it.
    assert run.returncode == -9
    foreman, pause = Foreman(store, workers), threading.Event()
    while not foreman.next():
        pause.wait(0.05)
    assert (tmp_path / job.id / "total").read_text() == "55"
    log = sorted((tmp_path / job.id / "squares" / "log").read_text().split())
    assert log == sorted([*"012345", str(killed_at)])
