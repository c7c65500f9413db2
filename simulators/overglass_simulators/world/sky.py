"""The sky at sundown: a panorama painted once, hung round the eye at no distance that matters.

Knows nothing of the street.
"""

import math

import cv2
import numpy as np
import numpy.typing as npt

from overglass_simulators.world.brush import colour, mixed
from overglass_simulators.world.scene import Array, Panel
from overglass_simulators.world.texture import Colour, Texture

Picture = npt.NDArray[np.uint8]

HORIZON = colour("#ffc59b")
"What the air is full of; the haze has this colour too."
SUN_AZIMUTH, SUN_HEIGHT = math.radians(3), math.radians(8.5)
"To the right of -z, and above the horizon; radians."

_BANDS = [
    (-10, HORIZON), (4, HORIZON), (9, colour("#ffab85")), (17, colour("#f58a86")), (27, colour("#c9719b")),
    (40, colour("#82629f")), (56, colour("#4f5597")), (90, colour("#33407a")),
]  # fmt: skip
"Degrees above the horizon and the colour there."
_PER_DEGREE = 13
_LOW, _HIGH = -6, 74
"Degrees above the horizon between which there is a panorama."
_REACH = 500.0
"Metres to the walls round the eye; any distance gives the same picture."
_WALLS = 8
"So many that none is both in view and partly behind the camera, which would be slow to paint."
_HALF = math.pi / _WALLS
_TOP, _FOOT = math.tan(math.radians(62)), math.tan(math.radians(-1.5))
"Slopes up to the walls' edges from the eye."


class Sky:
    """Painted from a seed; `panels(eye)` are its walls round that eye."""

    def __init__(self, random: np.random.Generator, detail: float) -> None:
        """`detail` is texels per radian at the middle of a wall."""
        panorama = _paint(random)
        turns = [2 * _HALF * number for number in range(_WALLS)]
        self._faces = [(turn, _face(panorama, turn, detail)) for turn in turns]

    def panels(self, eye: Array) -> list[Panel]:
        """The walls with the eye (3,) in their middle."""
        return [_wall(eye, turn, texture) for turn, texture in self._faces]


def _wall(eye: Array, turn: float, texture: Texture) -> Panel:
    forward = np.array([math.sin(turn), 0.0, -math.cos(turn)])
    # A little wider than its share, so that no gap opens between two.
    right = np.array([math.cos(turn), 0.0, math.sin(turn)]) * math.tan(_HALF) * 1.004
    corner = eye + _REACH * (forward - right + (0, _TOP, 0))
    plane = np.column_stack([2 * _REACH * right, [0, _REACH * (_FOOT - _TOP), 0], corner])
    return Panel(plane, texture, hazy=False)


def _face(panorama: Picture, turn: float, detail: float) -> Texture:
    """The part of the panorama that a wall shows."""
    reach = math.tan(_HALF) * 1.004
    columns, rows = round(2 * reach * detail), round((_TOP - _FOOT) * detail * 0.8)
    across = ((np.arange(columns, dtype=np.float32) + 0.5) / columns * 2 - 1) * reach
    up = _TOP - (np.arange(rows, dtype=np.float32) + 0.5) / rows * (_TOP - _FOOT)
    azimuth = np.degrees(turn + np.arctan(across)) % 360
    height = np.degrees(np.arctan2(up[:, None], np.hypot(1, across)[None, :]))
    column = np.repeat((azimuth * _PER_DEGREE - 0.5)[None], rows, 0).astype(np.float32)
    row = (_HIGH - height) * _PER_DEGREE - 0.5
    seen = cv2.remap(panorama, column, row.astype(np.float32), cv2.INTER_LINEAR, None, cv2.BORDER_WRAP)
    return Texture(np.asarray(cv2.cvtColor(seen, cv2.COLOR_BGR2BGRA), np.uint8), opaque=True)


def _paint(random: np.random.Generator) -> Picture:
    """(rows, columns, 3): azimuth 0 to 360 degrees from left to right, clockwise from -z."""
    rows, columns = (_HIGH - _LOW) * _PER_DEGREE, 360 * _PER_DEGREE
    heights = _HIGH - (np.arange(rows) + 0.5) / _PER_DEGREE
    at = [degrees for degrees, _ in _BANDS]
    gradient = np.stack([np.interp(heights, at, [band[c] for _, band in _BANDS]) for c in range(3)], 1)
    picture = np.repeat(gradient.astype(np.uint8)[:, None], columns, 1)
    _shine(picture, gradient, heights)
    _stars(picture, random)
    _clouds(picture, random)
    _hills(picture, random)
    return picture


def _shine(picture: Picture, gradient: Array, heights: Array) -> None:
    """The sun and its glow, which reaches 60 degrees to either side."""
    sun = math.degrees(SUN_AZIMUTH)
    across = np.arange(-60, 60, 1 / _PER_DEGREE, dtype=np.float32)
    apart = np.hypot(across[None, :], (heights[:, None] - math.degrees(SUN_HEIGHT)).astype(np.float32))[
        ..., None
    ]
    sky = np.repeat(gradient.astype(np.float32)[:, None], len(across), 1)
    for width, strength in ((26, 0.45), (9, 0.55)):
        sky += (np.array(colour("#ffe3ae"), np.float32) - sky) * (strength * np.exp(-((apart / width) ** 2)))
    disc = np.clip((3.3 - apart) * _PER_DEGREE / 2, 0, 1)
    sky += (np.array(colour("#fff6d8"), np.float32) - sky) * disc
    columns = (np.arange(len(across)) + round((sun - 60) * _PER_DEGREE)) % picture.shape[1]
    picture[:, columns] = sky.astype(np.uint8)


def _stars(picture: Picture, random: np.random.Generator) -> None:
    for _ in range(260):
        x, height = random.uniform(0, picture.shape[1]), random.uniform(38, _HIGH)
        y = (_HIGH - height) * _PER_DEGREE
        size = int(random.choice([1, 1, 2]))
        cv2.circle(picture, (int(x), int(y)), size, colour("#fdebd8"), -1, cv2.LINE_AA)


def _clouds(picture: Picture, random: np.random.Generator) -> None:
    """Long flat clouds in tiers, each lit from below by the sun."""
    for _ in range(46):
        height = float(random.triangular(7, 13, 44))
        length = random.uniform(8, 30) * (0.6 + height / 40)
        _cloud(picture, random, random.uniform(0, 360), height, length)


def _cloud(
    picture: Picture, random: np.random.Generator, azimuth: float, height: float, length: float
) -> None:
    away = abs((azimuth + length / 2 - math.degrees(SUN_AZIMUTH) + 180) % 360 - 180)
    warm = math.exp(-((away / 70) ** 2))
    body = mixed(colour("#a5699c"), colour("#ff9f86"), warm * max(0.0, 1 - height / 50))
    rim = mixed(colour("#e79bb0"), colour("#fff0c9"), warm)
    puffs = []
    for _ in range(int(length * 1.3)):
        share = random.uniform(0.05, 0.95)
        swell = 0.3 + 1.5 * math.sin(math.pi * share) * random.uniform(0.5, 1.0)
        puffs.append((azimuth + share * length, swell * min(1.0, length / 18)))
    for offset, tone in ((0.0, body), (-0.42, rim)):
        for at, swell in puffs:
            size = swell if tone == body else swell * 0.8
            _lens(picture, at, height + offset, size * 2.4, size * 0.62, tone)
    for at, swell in puffs:
        _lens(picture, at, height + 0.30, swell * 2.2, swell * 0.5, mixed(body, colour("#6a5b9c"), 0.25))


def _lens(picture: Picture, azimuth: float, height: float, half: float, rise: float, tone: Colour) -> None:
    """A flat ellipse, in degrees, on both sides of where the panorama is cut if need be."""
    y = round((_HIGH - height) * _PER_DEGREE)
    axes = round(half * _PER_DEGREE), round(rise * _PER_DEGREE)
    for turn in (-360, 0, 360):
        centre = round((azimuth + turn) * _PER_DEGREE), y
        cv2.ellipse(picture, centre, axes, 0, 0, 360, tone, -1, cv2.LINE_AA)


def _hills(picture: Picture, random: np.random.Generator) -> None:
    """Far ridges, each nearer one darker, the last with a town's towers."""
    columns = picture.shape[1]
    circle = np.linspace(0, 2 * np.pi, columns)
    tiers = [(4.6, 1.6, "#f2a28e", 0), (3.0, 1.2, "#dd8a8c", 26), (1.7, 0.7, "#c07b8c", 40)]
    for base, swell, code, towers in tiers:
        ridge = np.full(columns, float(base))
        for wave in (3, 5, 9, 16, 31):
            ridge += swell * random.normal(0, 0.6) / (wave / 4) * np.sin(wave * circle + random.uniform(0, 7))
        line = np.column_stack([np.arange(columns), (_HIGH - ridge) * _PER_DEGREE])
        foot = [(columns, picture.shape[0]), (0, picture.shape[0])]
        cv2.fillPoly(picture, [np.vstack([line, foot]).astype(np.int32)], colour(code), cv2.LINE_AA)
        for _ in range(towers):
            _tower(picture, random, ridge, colour(code))


def _tower(picture: Picture, random: np.random.Generator, ridge: Array, tone: Colour) -> None:
    at = int(random.integers(30, len(ridge) - 30))
    foot, half = float(ridge[at]) - 0.5, random.uniform(0.25, 0.7)
    top = foot + random.uniform(1.0, 3.2)
    outline = [(-half, foot), (-half, top), (half, top), (half, foot)]
    if random.random() < 0.5:
        outline.insert(2, (0.0, top + half * random.uniform(1.5, 4)))
    points = [(at + x * _PER_DEGREE, (_HIGH - y) * _PER_DEGREE) for x, y in outline]
    cv2.fillPoly(picture, [np.array(points, np.int32)], tone, cv2.LINE_AA)
