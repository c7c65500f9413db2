"""Who goes down when, how far, and up again: by hand, with costs that are known."""

from collections.abc import Callable

import pytest

from overglass_cloud.scheduling.claims import Claim
from overglass_cloud.scheduling.costs import KNOWN_FROM, Costs, Size
from overglass_cloud.scheduling.ladder import COUNTED_FROM, MOST_PATIENCE, PATIENCE, Ladder, Step
from overglass_cloud.scheduling.load import Load
from overglass_cloud.scheduling.rungs import Rung, smaller

SIZE = (512, 512)
EVERY = 0.2


class Device:
    """Sessions at 30 pictures a second whose paintings take what `cost` says; time goes on in reviews."""

    def __init__(self, sessions: int, cost: Callable[[str, Size], float], cheaper: str | None = None) -> None:
        self.costs, self.cost, self.now = Costs(), cost, 0.0
        self.load = Load(self.costs, {})
        self.ladder = Ladder(self.load)
        for n in range(sessions):
            self.load.claims.append(Claim(float(n), "oil", cheaper, SIZE))

    def live(self, seconds: float) -> list[Step]:
        """Everybody is painted as their rung says; gives the steps taken."""
        steps, end = [], self.now + seconds
        while self.now < end:
            for claim in self.load.claims:
                claim.arrive(self.now)
                claim._arrivals.extend(self.now - n / 30 for n in range(15, -1, -1))
                given = self.load.served(claim)
                if given.look is not None:
                    for _ in range(KNOWN_FROM):
                        took = self.cost(given.look, given.size)
                        self.costs.took(given.look, given.size, 1, took, self.now)
            self.now += EVERY
            steps.extend(self.ladder.review(self.now))
        return steps

    def rungs(self) -> list[Rung]:
        return [claim.rung for claim in self.load.claims]


def by_pixels(ms: float) -> Callable[[str, Size], float]:
    return lambda look, size: ms / 1000 * size[0] * size[1] / 512**2


def constant(ms: float) -> Callable[[str, Size], float]:
    return lambda look, size: ms / 1000


def test_nobody_steps_while_there_is_time_for_all() -> None:
    assert Device(3, by_pixels(10)).live(20) == []


def test_too_much_is_answered_within_a_second_and_only_as_far_as_it_takes() -> None:
    device = Device(1, by_pixels(50))
    device.live(1.0)
    assert device.rungs() == [Rung.SMALLER]
    assert device.load.total(device.now).device < 0.95


def test_a_rung_that_saves_nothing_is_left_out_once_that_is_known() -> None:
    device = Device(1, constant(50))
    device.live(3.0)
    (claim,) = device.load.claims
    assert claim.rung is Rung.ALTERNATE
    assert device.load.served(claim).size == SIZE, "a smaller picture would be worse and no faster"


def test_who_came_last_goes_down_first() -> None:
    device = Device(3, by_pixels(11))
    device.live(1.0)
    assert device.rungs() == [Rung.FULL, Rung.FULL, Rung.SMALLER]


def test_nobody_goes_down_twice_before_all_went_down_once() -> None:
    device = Device(4, by_pixels(20))
    device.live(1.0)
    assert max(device.rungs()) - min(device.rungs()) <= 1


def test_the_cheaper_look_comes_before_giving_up_painting() -> None:
    def cost(look: str, size: Size) -> float:
        return 0.5 if look == "oil" else 0.02

    device = Device(1, cost, cheaper="ink")
    device.live(3.0)
    assert device.rungs() == [Rung.CHEAPER]
    hopeless = Device(1, constant(500))
    hopeless.live(3.0)
    assert hopeless.rungs() == [Rung.PLAIN]


def test_going_up_takes_seconds_of_room_and_goes_one_session_at_a_time() -> None:
    device = Device(2, by_pixels(40))
    device.live(1.0)
    assert Rung.FULL not in device.rungs()
    device.cost = by_pixels(8)
    assert device.live(PATIENCE - 1.0) == []
    steps = device.live(6 * PATIENCE)
    assert device.rungs() == [Rung.FULL, Rung.FULL]
    assert all(step.after < step.before for step in steps)


@pytest.mark.parametrize("ms", [31, 33, 40, 50, 60, 66, 80, 120])
def test_a_steady_load_does_not_make_anybody_swing(ms: float) -> None:
    for cost in (by_pixels(ms), constant(ms)):
        device = Device(2, cost)
        device.live(5.0)
        assert device.live(115.0) == []


def test_a_look_that_is_dearer_than_it_seemed_is_tried_ever_more_rarely() -> None:
    device = Device(1, by_pixels(50))
    device.live(2.0)

    def deceiving(look: str, size: Size) -> float:
        return 0.001 if size == smaller(SIZE) else 0.05

    device.cost = deceiving
    steps = device.live(600.0)
    ups = [step for step in steps if step.after < step.before]
    assert len(ups) <= 12
    (claim,) = device.load.claims
    assert claim.patience > PATIENCE
    assert claim.patience <= MOST_PATIENCE


def test_lateness_counts_though_costs_seem_low() -> None:
    device = Device(2, by_pixels(12))
    device.live(1.0)
    device.ladder.count(served=COUNTED_FROM, overtaken=COUNTED_FROM)
    device.live(2 * EVERY)
    assert device.rungs() == [Rung.FULL, Rung.SMALLER]


def test_a_quiet_device_is_not_blamed_for_lateness() -> None:
    device = Device(1, by_pixels(3))
    device.live(1.0)
    device.ladder.count(served=COUNTED_FROM, overtaken=COUNTED_FROM)
    assert device.live(2.0) == []


def test_hands_that_are_too_busy_moving_paintings_make_somebody_go_plain() -> None:
    device = Device(4, constant(15))
    for _ in range(KNOWN_FROM):
        device.costs.took("", SIZE, 1, 0.05, 0.0)
    device.live(5.0)
    assert device.load.total(device.now).hands <= 0.95
    assert Rung.PLAIN in device.rungs()


def test_a_session_that_leaves_makes_room() -> None:
    device = Device(2, by_pixels(20))
    device.live(2.0)
    assert device.rungs() != [Rung.FULL, Rung.FULL]
    device.load.claims.pop(0)
    device.live(3 * PATIENCE)
    assert device.rungs() == [Rung.FULL]
