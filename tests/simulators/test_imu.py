"""The simulated inertial sensor: true to its motion but for what its model says, and the same each time."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overglass_protocol.imu import ImuSample
from overglass_simulators.devices.device import ImuModel
from overglass_simulators.imu import GRAVITY, Imu
from overglass_simulators.motion.analytic import Constant, Sinusoidal, Still
from overglass_simulators.motion.walk import Walk

PERFECT = ImuModel(rate=100, gyro_noise=0, gyro_bias=0, accel_noise=0, accel_bias=0, delay=0)
REAL = ImuModel(rate=200, gyro_noise=0.01, gyro_bias=0.02, accel_noise=0.1, accel_bias=0.05, delay=0.01)


def raw(samples: list[ImuSample]) -> bytes:
    return np.array([(s.time, *s.gyro, *s.accel) for s in samples]).tobytes()


def test_a_head_at_rest_feels_only_that_it_does_not_fall() -> None:
    for sample in Imu(PERFECT, Still()).samples(0, 1):
        assert sample.gyro == (0, 0, 0)
        assert sample.accel == pytest.approx((0, GRAVITY, 0))


def test_a_nodding_head_feels_gravity_along_its_own_axes() -> None:
    (sample,) = Imu(PERFECT, Sinusoidal(30, 0.25, axis="pitch")).samples(1.0, 1.01)
    # It looks up by 30 degrees: up is half forward of it, and so half against its z.
    half = GRAVITY / 2
    assert sample.accel == pytest.approx((0, GRAVITY * math.cos(math.pi / 6), -half), abs=1e-6)


def test_a_walkers_bounce_is_felt() -> None:
    samples = Imu(PERFECT, Walk()).samples(0, 4)
    lift = np.array([s.accel[1] for s in samples])
    bounce = 0.022 * (2 * math.pi * 1.75) ** 2
    assert lift.max() == pytest.approx(GRAVITY + bounce, rel=0.03)
    assert lift.mean() == pytest.approx(GRAVITY, abs=0.15)


def test_samples_come_at_the_models_rate_and_each_belongs_to_one_interval() -> None:
    imu = Imu(REAL, Constant())
    times = [s.time for s in imu.samples(0.0, 0.02)]
    assert times == [0.0, 0.005, 0.01, 0.015]
    assert [s.time for s in imu.samples(0.02, 0.03)] == [0.02, 0.025]
    assert imu.samples(0.021, 0.0249) == []


@settings(deadline=None, max_examples=20)
@given(st.lists(st.floats(-1, 5), max_size=12), st.integers(0, 3))
def test_however_an_interval_is_cut_its_samples_are_the_same(cuts: list[float], seed: int) -> None:
    whole = Imu(REAL, Walk(), seed).samples(-1.0, 5.0)
    edges, imu = [-1.0, *sorted(cuts), 5.0], Imu(REAL, Walk(), seed)
    slices = [imu.samples(a, b) for a, b in pairwise(edges)]
    assert raw([sample for part in slices for sample in part]) == raw(whole)


def test_asking_backwards_gives_the_same_samples() -> None:
    imu = Imu(REAL, Walk(), 3)
    later, sooner = imu.samples(30.0, 31.0), imu.samples(0.0, 1.0)
    fresh = Imu(REAL, Walk(), 3)
    assert raw(fresh.samples(0.0, 1.0)) == raw(sooner)
    assert raw(fresh.samples(30.0, 31.0)) == raw(later)


def test_another_seed_gives_other_noise_and_another_bias() -> None:
    one, other = Imu(REAL, Still(), 1), Imu(REAL, Still(), 2)
    assert one.gyro_bias != other.gyro_bias
    assert raw(one.samples(0, 1)) != raw(other.samples(0, 1))


def test_noise_is_as_large_as_the_model_says_and_the_bias_is_constant() -> None:
    imu = Imu(REAL, Still(), 5)
    gyro = np.array([s.gyro for s in imu.samples(0, 40)])
    accel = np.array([s.accel for s in imu.samples(0, 40)])
    assert gyro.std(0) == pytest.approx([0.01] * 3, rel=0.05)
    assert accel.std(0) == pytest.approx([0.1] * 3, rel=0.05)
    assert gyro.mean(0) == pytest.approx(imu.gyro_bias, abs=5e-4)
    assert accel.mean(0) == pytest.approx(np.add(imu.accel_bias, (0, GRAVITY, 0)), abs=5e-3)
    # White, and not the same in two axes.
    assert abs(np.corrcoef(gyro[:-1, 0], gyro[1:, 0])[0, 1]) < 0.05
    assert abs(np.corrcoef(gyro[:, 0], gyro[:, 1])[0, 1]) < 0.05


def test_biases_are_as_large_as_the_model_says() -> None:
    biases = np.array([Imu(REAL, Still(), seed).gyro_bias for seed in range(300)])
    assert biases.std() == pytest.approx(0.02, rel=0.1)
