"""How much of an old overlay is left."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overglass_edge.reprojection.fade import Fade
from overglass_protocol.errors import ConfigError

AGES = st.floats(-1.0, 5.0)
SHARES = st.floats(0.0, 1.0)


def test_a_layer_is_whole_at_first_and_gone_at_last() -> None:
    fade = Fade()
    assert [fade.opacity(age) for age in (-0.1, 0.0, 0.4, 0.5)] == [1.0] * 4
    assert fade.opacity(1.0) == pytest.approx(0.5)
    assert [fade.opacity(age) for age in (1.5, 2.0, 1e9)] == [0.0] * 3


@settings(max_examples=60, deadline=None)
@given(AGES, AGES, SHARES, SHARES)
def test_opacity_never_grows_with_age_and_never_falls_with_coverage(
    age: float, other: float, share: float, another: float
) -> None:
    fade = Fade(least_coverage=0.3)
    young, old = sorted((age, other))
    little, much = sorted((share, another))
    assert 0.0 <= fade.opacity(old, little) <= fade.opacity(young, little) <= fade.opacity(young, much) <= 1.0


def test_a_slim_rest_fades_only_where_that_was_asked_for() -> None:
    assert Fade().opacity(0.0, 0.01) == 1.0
    fade = Fade(least_coverage=0.2)
    assert fade.opacity(0.0, 0.2) == 1.0
    assert fade.opacity(0.0, 0.1) == pytest.approx(0.5)
    assert fade.opacity(0.0, 0.0) == 0.0


def test_a_layer_may_vanish_all_at_once() -> None:
    fade = Fade(1.0, 1.0)
    assert (fade.opacity(0.999), fade.opacity(1.0)) == (1.0, 0.0)


@pytest.mark.parametrize("limits", [(1.0, 0.5, 0.0), (-0.1, 1.0, 0.0), (0.5, 1.0, 1.1), (0.5, 1.0, -0.1)])
def test_impossible_limits_are_refused_with_a_cure(limits: tuple[float, float, float]) -> None:
    with pytest.raises(ConfigError, match="Choose"):
        Fade(*limits)
