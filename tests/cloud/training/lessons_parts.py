"""What the tests of training share: small pictures, and a style that is easily learned."""

import cv2
import numpy as np

from overglass_cloud.training.lessons import Example, Pixels


def picture(seed: int = 0, width: int = 240, height: int = 200) -> Pixels:
    """Soft blobs of colour, (height, width, 3)."""
    random = np.random.default_rng(seed)
    small = random.integers(0, 256, (height // 10, width // 10, 3), np.uint8)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def negative(source: Pixels) -> Pixels:
    return np.asarray(255 - source, np.uint8)


def examples(count: int = 3) -> list[Example]:
    return [Example.of(picture(seed), negative(picture(seed))) for seed in range(count)]
