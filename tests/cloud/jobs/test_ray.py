"""The same job on a local Ray cluster of two workers."""

from pathlib import Path

import pytest

from overglass_cloud.jobs.executors.ray import RayExecutor
from overglass_cloud.jobs.foreman import Foreman
from overglass_cloud.jobs.job import State
from overglass_cloud.jobs.store import Store

pytest.importorskip("ray", reason="needs overglass[ray]")


@pytest.mark.timeout(180)
@pytest.mark.filterwarnings("default")  # Ray's own are not ours to mend
def test_a_ray_cluster_makes_the_same_as_local_workers(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/jobs.db")
    job = store.submit("me", "sums", "tests.cloud.jobs.routes:SUMS", str(tmp_path))
    executor = RayExecutor(cpus=2)
    try:
        assert Foreman(store, executor).next()
    finally:
        executor.close()
    done = store.get(job.id)
    store.close()
    assert done is not None
    assert (done.state, done.reason) == (State.DONE, "")
    assert (tmp_path / job.id / "total").read_text() == "55"
