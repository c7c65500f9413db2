"""Lent pictures: who may have how many, which is forgotten first, and what a look hears of it."""

import numpy as np
import pytest

from overglass_cloud.looks import Look
from overglass_cloud.references import References, Rgb
from overglass_protocol.control import Control
from overglass_protocol.errors import MissingReferenceError
from tests.cloud.parts import looks, workshop


def picture(level: int = 0) -> Rgb:
    return np.full((32, 32, 3), level, np.uint8)


def name(number: int) -> str:
    return f"{number:064x}"


def kept(references: References, count: int) -> list[int]:
    return [number for number in range(count) if name(number) in references]


def test_a_look_gets_the_picture_that_the_document_names() -> None:
    references = References()
    references.keep(name(1), picture(10))
    references.keep(name(2), picture(20))
    assert references.picture_for(Control(look="x", reference=name(1)))[0, 0, 0] == 10
    assert references.picture_for(Control(look="x", reference=name(2)))[0, 0, 0] == 20


def test_a_document_that_names_none_is_refused_with_both_cures() -> None:
    with pytest.raises(MissingReferenceError, match=r"'x' goes by a picture.*on the page.*--reference"):
        References().picture_for(Control(look="x"))


def test_a_picture_that_was_forgotten_is_to_be_lent_again() -> None:
    with pytest.raises(MissingReferenceError, match="Lend it again"):
        References().picture_for(Control(look="x", reference=name(1)))


def test_of_too_many_the_one_not_used_for_longest_is_forgotten() -> None:
    references = References(capacity=3)
    for number in range(3):
        references.keep(name(number), picture())
    references.picture_for(Control(look="x", reference=name(0)))
    references.keep(name(3), picture())
    assert kept(references, 4) == [0, 2, 3]
    references.keep(name(2), picture())
    references.keep(name(4), picture())
    assert kept(references, 5) == [2, 3, 4]


def test_one_tokens_bearer_cannot_push_out_the_pictures_of_others() -> None:
    references = References(capacity=10, each=2)
    references.keep(name(0), picture(), "ada")
    for number in range(1, 30):
        references.keep(name(number), picture(), "mallory")
    assert kept(references, 30) == [0, 28, 29]


def test_without_tokens_all_share_all_places() -> None:
    references = References(capacity=10, each=2)
    for number in range(12):
        references.keep(name(number), picture())
    assert kept(references, 12) == list(range(2, 12))


def test_looks_say_whether_they_take_a_picture_and_find_it_in_the_workshop() -> None:
    found = {look.name: look.describe() for look in looks(Look("x", "", "", print, takes_reference=True))}  # type: ignore[arg-type]
    assert found["x"]["takes_reference"] is True
    assert found["none"]["takes_reference"] is False
    assert len(workshop().references) == 0
