"""Canonical JSON: RFC 8785 as far as we allow it, and what we refuse."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from jiceng.kernel.ledger.canonical import (
    MAX_INTEGER,
    MAX_PAYLOAD,
    PayloadTooLarge,
    Uncanonical,
    canonical,
    canonical_payload,
    leaf_bytes,
)


class Light(Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "{}"),
        ([], "[]"),
        ({"b": 1, "a": [True, False, None]}, '{"a":[true,false,null],"b":1}'),
        ({"": "", "a b": " "}, '{"":"","a b":" "}'),
        # RFC 8785 §3.2.2.2: two-letter escapes, lower-case hexadecimal, nothing else.
        ('€$\x0f\nA\'B"\\\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'),
        ("\x00\x1f\x7f\x85\u2028", '"\\u0000\\u001f\x7f\x85\u2028"'),
        ("井盖𠮷", '"井盖𠮷"'),
        # RFC 8785 §3.2.3: sorted by UTF-16 units, where U+1F600 comes before U+FB33.
        (
            {"€": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "ö": 7},
            '{"\\r":2,"1":4,"\x80":6,"ö":7,"€":1,"\U0001f600":5,"\ufb33":3}',
        ),
        (MAX_INTEGER, "9007199254740992"),
        (-MAX_INTEGER, "-9007199254740992"),
        (-0, "0"),
        (Decimal("12.30"), '"12.30"'),
        (Decimal("1E+3"), '"1000"'),
        (Light.RED, '"red"'),
        (date(2026, 3, 2), '"2026-03-02"'),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (
            datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=8))),
            '"2026-03-02T01:00:00.000000Z"',
        ),
        ((1, (2,)), "[1,[2]]"),
    ],
)
def test_written(value: object, text: str) -> None:
    assert canonical(value) == text


@pytest.mark.parametrize(
    ("value", "refusal"),
    [
        ("\ud800", Uncanonical),
        ({"\udfff": 1}, Uncanonical),
        (MAX_INTEGER + 1, Uncanonical),
        (-MAX_INTEGER - 1, Uncanonical),
        (Decimal("NaN"), Uncanonical),
        (Decimal("Infinity"), Uncanonical),
        (1.5, TypeError),
        (float("nan"), TypeError),
        ({1: 2}, TypeError),
        ({1, 2}, TypeError),
        (b"bytes", TypeError),
        (object(), TypeError),
        # A lazy text reads differently in each language; history must not.
        (gettext_lazy("台账"), TypeError),
        (datetime(2026, 3, 2), ValueError),  # noqa: DTZ001
    ],
)
def test_refused(value: object, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        canonical(value)


def test_depth_is_limited() -> None:
    value: object = 1
    for _level in range(32):
        value = [value]
    assert canonical(value).startswith("[[")
    with pytest.raises(Uncanonical):
        canonical([value])


def test_payload_is_limited_in_bytes() -> None:
    fits = (MAX_PAYLOAD - len('{"t":""}')) // 3
    assert len(canonical_payload({"t": "字" * fits}).encode()) <= MAX_PAYLOAD
    with pytest.raises(PayloadTooLarge) as caught:
        canonical_payload({"t": "字" * (fits + 1)})
    assert (caught.value.status, caught.value.code) == (413, "payload_too_large")


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-MAX_INTEGER, MAX_INTEGER)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.slow
@given(values)
def test_reading_back_gives_the_same_value_and_text(value: object) -> None:
    text = canonical(value)
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


LEAF = {
    "at": datetime(2026, 3, 2, 1, 0, 0, 5, tzinfo=UTC),
    "by": "officer:7",
    "by_title": '菱北街道 "值班员"',
    "event": "grid.case.closed",
    "payload": '{"a":1}',
    "subject": "grid.case:1",
    "uid": "0" * 32,
}


def test_leaf_is_canonical_json_of_its_fields() -> None:
    expected = {**LEAF, "at": "2026-03-02T01:00:00.000005Z", "payload": {"a": 1}}
    assert leaf_bytes(**LEAF).decode() == canonical(expected)


@pytest.mark.parametrize("field", sorted(set(LEAF) - {"at"}))
def test_every_field_of_a_leaf_counts(field: str) -> None:
    assert leaf_bytes(**{**LEAF, field: LEAF[field] + " "}) != leaf_bytes(**LEAF)


def test_a_microsecond_counts() -> None:
    later = LEAF["at"] + timedelta(microseconds=1)
    assert leaf_bytes(**{**LEAF, "at": later}) != leaf_bytes(**LEAF)
