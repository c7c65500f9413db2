import numpy as np
import pytest

from overglass_cloud.marking import code

PAYLOADS = (0, 1, 0xDEADBEEF, 2**32 - 1)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_comes_back(payload: int) -> None:
    bits = code.encode(payload)
    assert bits.shape == (code.LENGTH,)
    assert code.decode(bits * np.float64(2) - 1) == payload


@pytest.mark.parametrize("payload", PAYLOADS)
def test_one_bit_in_ten_may_be_wrong(payload: int) -> None:
    soft = code.encode(payload) * np.float64(2) - 1
    wrong = np.random.default_rng(payload % 97).permutation(code.LENGTH)[: code.LENGTH // 10]
    soft[wrong] *= -0.2  # what is wrong is seldom wrong with conviction
    assert code.decode(soft) == payload


def test_noise_is_no_payload() -> None:
    rng = np.random.default_rng(3)
    assert all(code.decode(rng.normal(size=code.LENGTH)) is None for _ in range(200))


@pytest.mark.parametrize("number", [-1, 2**32])
def test_a_number_that_does_not_fit_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="32-bit"):
        code.encode(number)
