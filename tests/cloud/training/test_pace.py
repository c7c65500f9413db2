from overglass_cloud.training.pace import SETTLE_SECONDS, Pace


def test_a_course_of_steps_does_not_mind_the_time() -> None:
    pace = Pace(steps=200)
    assert pace.done(0, 0.0) == 0
    assert pace.done(50, 999.0) == 0.25
    assert pace.done(300, 1.0) == 1
    assert pace.left(50, 10.0) == 30.0
    assert pace.left(0, 0.0) is None


def test_a_course_of_seconds_does_not_mind_the_steps() -> None:
    pace = Pace(seconds=100.0)
    assert pace.done(7, 25.0) == 0.25
    assert pace.left(7, 25.0) == 75.0
    assert pace.done(7, 130.0) == 1


def test_a_stopped_course_comes_to_rest_soon_and_from_where_it_was() -> None:
    pace = Pace(seconds=1000.0)
    pace.stop(10, 400.0)
    pace.stop(11, 405.0)
    assert pace.done(10, 400.0) == 0.4
    assert 0.4 < pace.done(12, 400.0 + SETTLE_SECONDS / 2) < 1
    assert pace.left(12, 400.0 + SETTLE_SECONDS / 3) == SETTLE_SECONDS - SETTLE_SECONDS / 3
    assert pace.done(20, 400.0 + SETTLE_SECONDS) == 1
