"""How networks run here is found once, from what a few pictures took."""

import os
from collections.abc import Iterator

import pytest
import torch

from overglass_cloud.neural import way
from overglass_cloud.neural.network import Network
from overglass_cloud.neural.way import Way


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What was found before and after a test does not count; threads are as they were."""
    threads = torch.get_num_threads()
    way.fastest.cache_clear()
    yield
    way.fastest.cache_clear()
    torch.set_num_threads(threads)


def taking(monkeypatch: pytest.MonkeyPatch, seconds: dict[tuple[str, int], float], cores: int = 2) -> None:
    """Makes each way take so long, by precision and threads."""

    def tried(one: Way, network: Network) -> Way:
        return Way(one.device, one.dtype, one.threads, seconds[one.precision, one.threads])

    monkeypatch.setattr(way, "_tried", tried)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(cores)), raising=False)


@pytest.mark.parametrize(
    ("seconds", "cores", "expected"),
    [
        ({("bf16", 1): 1, ("fp32", 1): 2, ("bf16", 2): 0.6}, 2, ("bf16", 2)),
        ({("bf16", 1): 1, ("fp32", 1): 2, ("bf16", 2): 0.9}, 2, ("bf16", 1)),
        ({("bf16", 1): 3, ("fp32", 1): 2, ("fp32", 2): 1}, 2, ("fp32", 2)),
        ({("bf16", 1): 3, ("fp32", 1): 2}, 1, ("fp32", 1)),
        ({("bf16", 1): 1, ("fp32", 1): 2, ("bf16", 4): 0.3}, 64, ("bf16", 4)),
    ],
)
def test_the_fastest_way_is_taken_and_a_second_thread_only_where_it_is_worth_it(
    monkeypatch: pytest.MonkeyPatch,
    seconds: dict[tuple[str, int], float],
    cores: int,
    expected: tuple[str, int],
) -> None:
    taking(monkeypatch, seconds, cores)
    found = way.fastest()
    assert (found.precision, found.threads) == expected


def test_it_is_tried_once_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    taking(monkeypatch, {("bf16", 1): 1, ("fp32", 1): 2}, cores=1)
    found = way.fastest()
    monkeypatch.setattr(way, "_tried", None)
    assert way.fastest() is found


def test_this_machine_has_a_way_that_was_really_tried() -> None:
    found = way.fastest()
    assert found.seconds > 0
    assert found.describe().startswith(found.precision)


def test_a_ready_network_is_of_its_way_and_learns_no_more() -> None:
    network = Way(torch.device("cpu"), torch.bfloat16, 1).ready(Network(8, 8, 1))
    assert not network.training
    assert {parameter.dtype for parameter in network.parameters()} == {torch.bfloat16}
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_entering_a_way_sets_its_threads() -> None:
    for threads in (2, 1):
        Way(torch.device("cpu"), torch.float32, threads).enter()
        assert torch.get_num_threads() == threads
