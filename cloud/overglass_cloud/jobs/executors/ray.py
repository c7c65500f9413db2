"""Orders as tasks of a Ray cluster, which places them and tries again when a node is lost. Knows no job.

The cluster's workers need this package and the artefacts' URL within reach. Ray is imported on first use.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from overglass_cloud.jobs.executors.contract import Broken, Outcome, UnitsTold
from overglass_cloud.jobs.executors.worker import perform
from overglass_cloud.remix.work import Order
from overglass_protocol.errors import ConfigError


class RayExecutor:
    """Tasks on a cluster; a local one of `cpus` is started where no address is given."""

    def __init__(
        self, address: str | None = None, *, cpus: int | None = None, retries: int = 2, ahead: int = 64
    ) -> None:
        """`retries`: Ray's own, for a worker or node that died. `ahead`: how many orders Ray may hold."""
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        self._ray = _ray()
        self._ahead, self._submitted = ahead, 0
        own = {} if address else {"num_cpus": cpus, "include_dashboard": False}
        try:
            self._ray.init(address=address, log_to_driver=False, configure_logging=False, **own)
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise ConfigError(
                f"the Ray cluster {address or 'here'} cannot be used: {error}",
                cure="Start one with: ray start --head",
            ) from error
        self._board = self._ray.remote(num_cpus=0)(_Board).remote()
        self._task = self._ray.remote(max_retries=retries)(_perform)
        self._running: dict[Any, int] = {}

    @property
    def room(self) -> int:
        return max(0, self._ahead - len(self._running))

    def submit(self, itinerary: str, order: Order) -> int:
        self._submitted += 1
        placed = self._task.options(num_cpus=1, num_gpus=1 if order.item.gpu else 0)
        reference = placed.remote(itinerary, order, self._submitted, self._board)
        self._running[reference] = self._submitted
        return self._submitted

    def outcomes(self, timeout: float) -> Sequence[Outcome]:
        if not self._running:
            return ()
        references = list(self._running)
        ended, _ = self._ray.wait(references, num_returns=len(references), timeout=0)
        if not ended:
            ended, _ = self._ray.wait(references, num_returns=1, timeout=timeout)
        told: Mapping[int, int] = self._ray.get(self._board.take.remote())
        heard: list[Outcome] = [UnitsTold(handle, units) for handle, units in told.items()]
        return heard + [self._outcome(each) for each in ended]

    def cancel(self, handle: int) -> None:
        for reference in [each for each, number in self._running.items() if number == handle]:
            del self._running[reference]
            self._ray.cancel(reference, force=True)

    def close(self) -> None:
        self._ray.shutdown()

    def _outcome(self, reference: Any) -> Outcome:
        handle = self._running.pop(reference)
        try:
            outcome: Outcome = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            return Broken(handle, f"its worker died ({type(error).__name__})")
        return outcome


class _Board:
    """Lives in the cluster: where tasks write how far they are."""

    def __init__(self) -> None:
        self._told: dict[int, int] = {}

    def tell(self, handle: int, units: int) -> None:
        self._told[handle] = units

    def take(self) -> Mapping[int, int]:
        told, self._told = self._told, {}
        return told


def _perform(itinerary: str, order: Order, handle: int, board: Any) -> Outcome:
    """In the cluster. Ray shows the task only the GPU that it was given, as the first."""

    def told(units: int) -> None:
        board.tell.remote(handle, units)

    return perform(itinerary, replace(order, device="cuda:0" if order.item.gpu else "cpu"), handle, told)


def _ray() -> Any:
    try:
        import ray  # noqa: PLC0415 - large, and only wanted with a cluster
    except ImportError as error:
        raise ConfigError("Ray is not installed", cure="pip install 'overglass[ray]'") from error
    return ray
