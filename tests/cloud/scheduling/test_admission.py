"""The queue that nobody stands in."""

import itertools

from overglass_cloud.scheduling.admission import ASK_AGAIN, HELD, MOST, Queue, Turned
from overglass_cloud.scheduling.claims import Claim
from overglass_cloud.scheduling.costs import KNOWN_FROM, Costs
from overglass_cloud.scheduling.load import MOST_ADMITTED, MOVING, Load

SIZE = (512, 512)


class Service:
    """With so many places."""

    def __init__(self, free: int) -> None:
        self.free = free
        tickets = itertools.count(1)
        self.queue = Queue(lambda: f"ticket {next(tickets)}")

    def ask(self, now: float, ticket: str | None = None) -> Turned | None:
        turned = self.queue.ask(ticket, lambda ahead: ahead < self.free, now)
        if turned is None:
            self.free -= 1
        return turned

    def wait(self, now: float) -> str:
        """One more claimant: turned away, and back once with its ticket."""
        turned = self.ask(now)
        assert turned is not None
        assert self.ask(now, turned.ticket) is not None
        return turned.ticket


def test_whoever_finds_room_comes_in() -> None:
    assert Service(1).ask(0.0) is None


def test_those_who_wait_are_let_in_in_the_order_they_came() -> None:
    service = Service(0)
    first, second = service.wait(0.0), service.wait(0.1)
    turned = service.ask(0.2)
    assert turned is not None
    assert turned.position == 3
    service.free = 1
    assert service.ask(1.0, second) == Turned(2, second)
    assert service.ask(1.1) is not None, "nobody passes those who wait"
    assert service.ask(1.2, first) is None
    service.free = 1
    assert service.ask(1.3, second) is None


def test_room_for_all_who_are_before_is_room_for_the_next_too() -> None:
    service = Service(0)
    service.wait(0.0)
    service.free = 2
    assert service.ask(0.1) is None


def test_a_place_is_lost_by_staying_away_and_kept_by_asking() -> None:
    service = Service(0)
    gone, faithful = service.wait(0.0), service.wait(0.0)
    for n in range(1, 5):
        assert service.ask(n * ASK_AGAIN, faithful) is not None
    now = 4 * ASK_AGAIN
    assert now > HELD
    assert service.ask(now, faithful) == Turned(1, faithful)
    back = service.ask(now, gone)
    assert back is not None
    assert back.position == 2
    assert back.ticket != gone


def test_one_who_never_comes_back_is_in_nobodys_way() -> None:
    service = Service(0)
    assert service.ask(0.0) is not None
    service.free = 1
    assert service.ask(0.1) is None


def test_an_invented_ticket_is_worth_nothing() -> None:
    service = Service(0)
    service.wait(0.0)
    turned = service.ask(0.0, "invented")
    assert turned is not None
    assert (turned.position, turned.ticket != "invented") == (2, True)


def test_a_ticket_is_good_once() -> None:
    service = Service(0)
    ticket = service.wait(0.0)
    service.free = 1
    assert service.ask(0.1, ticket) is None
    turned = service.ask(0.2, ticket)
    assert turned is not None
    assert turned.ticket != ticket


def test_many_claimants_do_not_grow_what_is_kept() -> None:
    service = Service(0)
    for _ in range(2 * MOST):
        assert service.ask(0.0) is not None
    assert len(service.queue._waiting) == MOST


def load(look_ms: float, sessions: int, cheaper_ms: float | None = None, hands: int = 8) -> Load:
    """Of so many sessions at 30 pictures a second."""
    costs = Costs()
    for _ in range(KNOWN_FROM):
        costs.took("oil", SIZE, 1, look_ms / 1000, 0.0)
        costs.took(MOVING, SIZE, 1, 0.004, 0.0)
        if cheaper_ms is not None:
            costs.took("ink", SIZE, 1, cheaper_ms / 1000, 0.0)
    load = Load(costs, {}, hands)
    for n in range(sessions):
        load.claims.append(Claim(float(n), "oil", "ink" if cheaper_ms is not None else None, SIZE))
    return load


def admitted(look_ms: float, cheaper_ms: float | None = None, hands: int = 8) -> int:
    """How many sessions are let in."""
    cheaper = "ink" if cheaper_ms is not None else None
    return next(
        n
        for n in range(1000)
        if not load(look_ms, n, cheaper_ms, hands).has_room("oil", cheaper, 30.0, 0, 0.0)
    )


def test_as_many_are_let_in_as_can_be_painted_at_half_size_and_every_other_picture() -> None:
    assert admitted(50) == int(MOST_ADMITTED / (15 * 0.05 * 368**2 / 512**2))


def test_a_cheaper_look_makes_room_for_more() -> None:
    assert admitted(50, cheaper_ms=5) > 5 * admitted(50)


def test_hands_can_be_what_there_is_too_little_of() -> None:
    assert admitted(5, hands=1) < admitted(5, hands=2)


def test_those_before_in_the_queue_need_room_too() -> None:
    assert load(50, 0).has_room("oil", None, 30.0, 1, 0.0)
    assert not load(50, 0).has_room("oil", None, 30.0, 2, 0.0)


def test_who_needs_no_device_always_finds_room_and_so_does_what_is_not_known() -> None:
    full = load(500, 10)
    assert full.has_room(None, None, 30.0, 100, 0.0)
    assert full.has_room("never painted", None, 30.0, 0, 0.0)
