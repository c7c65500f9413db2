"""What painting takes, learned from what it took."""

import pytest

from overglass_cloud.scheduling.costs import FRESH, KNOWN_FROM, LASTS, MOST_KINDS, NEW, Costs

FULL, SMALL = (512, 512), (256, 256)


def learned(costs: Costs, size: tuple[int, int], batch: int, seconds: float, now: float = 0.0) -> Costs:
    for _ in range(KNOWN_FROM):
        costs.took("look", size, batch, seconds, now)
    return costs


def test_one_hiccup_does_not_change_what_is_known() -> None:
    costs = learned(Costs(), FULL, 1, 0.02)
    costs.took("look", FULL, 1, 3.0, 0.1)
    assert costs.of("look", FULL, 1, 0.1) == 0.02


def test_nothing_is_known_from_the_first_paintings_since_they_may_have_compiled_something() -> None:
    costs = Costs()
    for _ in range(KNOWN_FROM - 1):
        costs.took("look", FULL, 1, 2.0, 0.0)
    assert costs.of("look", FULL, 1, 0.0) is None
    assert learned(costs, FULL, 1, 0.01).of("look", FULL, 1, 0.0) == pytest.approx(0.01)


def test_another_size_is_estimated_by_its_pixels_and_another_number_by_the_nearest() -> None:
    costs = learned(learned(Costs(), FULL, 1, 0.04), FULL, 4, 0.08)
    assert costs.of("look", SMALL, 1, 0.0) == pytest.approx(0.01)
    assert costs.of("look", FULL, 2, 0.0) == pytest.approx(0.06)
    assert costs.of("look", FULL, 5, 0.0) == pytest.approx(0.09)
    assert costs.of("other", FULL, 1, 0.0) is None


def test_an_estimate_gives_way_to_what_is_measured() -> None:
    costs = learned(Costs(), FULL, 1, 0.04)
    assert costs.of("look", SMALL, 1, 0.0) == pytest.approx(0.01)
    assert learned(costs, SMALL, 1, 0.03).of("look", SMALL, 1, 0.0) == pytest.approx(0.03)


def test_an_old_figure_gives_way_to_an_estimate_from_a_new_one_and_is_forgotten_in_the_end() -> None:
    costs = learned(Costs(), FULL, 1, 0.2)
    later = NEW + 1
    assert costs.of("look", FULL, 1, later) == pytest.approx(0.2)
    learned(costs, SMALL, 1, 0.01, later)
    assert costs.of("look", FULL, 1, later) == pytest.approx(0.04)
    assert costs.of("look", FULL, 1, later + FRESH + 1) is None


def test_a_smaller_size_that_takes_as_long_saves_nothing_and_one_never_tried_may() -> None:
    costs = learned(Costs(), FULL, 1, 0.05)
    assert costs.saves("look", FULL, SMALL, 0.0)
    assert not learned(costs, SMALL, 1, 0.049).saves("look", FULL, SMALL, FRESH)
    assert costs.saves("look", FULL, SMALL, LASTS + 1)
    assert learned(costs, SMALL, 1, 0.02, 1.0).saves("look", FULL, SMALL, 1.0)


def test_sizes_from_outside_do_not_grow_what_is_kept() -> None:
    costs = Costs()
    for side in range(3 * MOST_KINDS):
        costs.took("look", (side, side), 1, 0.01, 0.0)
        costs.of("look", (side, 1), 1, 0.0)
    assert len(costs._figures) <= MOST_KINDS
    assert len(costs._estimates) <= MOST_KINDS
