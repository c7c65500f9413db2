"""AMF0, written and read."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overglass_edge.rtmp import amf
from overglass_edge.rtmp.amf import Value
from overglass_protocol.errors import RemoteProtocolError

texts = st.text(max_size=20)
leaves = st.floats(allow_nan=False) | st.booleans() | texts | st.none()
values: st.SearchStrategy[Value] = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=9), inner, max_size=3)
    ),
    max_leaves=12,
).filter(lambda value: _depth(value) < amf.MAX_DEPTH)


def _depth(value: Value) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((_depth(part) for part in inner), default=0)


@given(st.lists(values, max_size=4))
def test_what_is_written_is_read(written: list[Value]) -> None:
    assert amf.decode(amf.encode(written)) == written


@given(st.binary(max_size=200))
def test_any_other_bytes_are_refused_or_read(data: bytes) -> None:
    with suppress(RemoteProtocolError):
        amf.decode(data)


def test_arrays_by_name_dates_and_long_strings_are_read() -> None:
    by_name = b"\x08\0\0\0\1\0\5width" + amf.encode([848.0]) + b"\0\0\x09"
    date = b"\x0b" + amf.encode([5.0])[1:] + b"\0\0"
    assert amf.decode(by_name + date + b"\x0c\0\0\0\2hi\x06") == [{"width": 848.0}, 5.0, "hi", None]


def test_a_tower_of_objects_is_refused_before_it_is_climbed() -> None:
    with pytest.raises(RemoteProtocolError, match="more parts"):
        amf.decode(b"\x03\0\1a" * 5000)
