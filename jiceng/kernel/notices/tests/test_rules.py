"""Where a notice stands, what is shown of a record, and what identifies it."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from jiceng.kernel.notices import rules
from jiceng.kernel.notices.refusals import NotShowable
from jiceng.kernel.notices.rules import Difference, Facts, Shown
from jiceng.kernel.notices.terms import KINDS, Standing, register_kind
from jiceng.kernel.testing.boards import PLAN

END = datetime(2026, 3, 9, 15, 59, 59, 999999, tzinfo=UTC)
TICK = timedelta(microseconds=1)

STANDINGS = [
    # story, at, provisional, withdrawn, replaced, blocking, standing
    ("just published", END - timedelta(days=7), False, False, False, 0, Standing.OPEN),
    ("an objection while it runs", END - TICK, False, False, False, 1, Standing.OPEN),
    ("the last instant belongs to it", END, False, False, False, 0, Standing.OPEN),
    ("over, and nothing in the way", END + TICK, False, False, False, 0, Standing.COMPLETED),
    ("over, but objected to", END + TICK, False, False, False, 1, Standing.BLOCKED),
    ("over by a calendar to come", END + TICK, True, False, False, 0, Standing.PROVISIONAL),
    ("and objected to", END + TICK, True, False, False, 2, Standing.PROVISIONAL),
    ("corrected", END - TICK, False, False, True, 0, Standing.REPLACED),
    ("corrected after its end", END + TICK, False, False, True, 0, Standing.REPLACED),
    ("withdrawn", END + TICK, False, True, False, 0, Standing.WITHDRAWN),
    ("withdrawn while objected to", END - TICK, False, True, False, 3, Standing.WITHDRAWN),
]


@pytest.mark.parametrize(
    ("story", "at", "provisional", "withdrawn", "replaced", "blocking", "expected"), STANDINGS
)
def test_where_a_notice_stands(
    story: str,
    at: datetime,
    provisional: bool,
    withdrawn: bool,
    replaced: bool,
    blocking: int,
    expected: Standing,
) -> None:
    facts = Facts(at, END, provisional, withdrawn, replaced, blocking)
    assert rules.standing(facts) == expected, story


PROJECTIONS: list[tuple[str, dict[str, Any], dict[str, Shown]]] = [
    ("text as it is", {"name": "路灯"}, {"name": "路灯"}),
    ("in the order of the kind", {"goal": "b", "name": "a"}, {"name": "a", "goal": "b"}),
    ("a number", {"goal": 46}, {"goal": "46"}),
    ("a decimal keeps its digits", {"goal": Decimal("1.50")}, {"goal": "1.50"}),
    ("a day", {"goal": date(2026, 5, 1)}, {"goal": "2026-05-01"}),
    ("an instant in local time", {"goal": END}, {"goal": "2026-03-09 23:59"}),
    ("what is empty is left out", {"name": "a", "goal": None, "steps": []}, {"name": "a"}),
    ("lines", {"steps": ("一", None, "二")}, {"steps": ["一", "二"]}),
    ("a phone", {"owner": "１３８ 1234 5678"}, {"owner": "１３８ **** 5678"}),
    ("in a list", {"steps": ["11010519491231002X"]}, {"steps": ["110105********002X"]}),
]


@pytest.mark.parametrize(("story", "record", "shown"), PROJECTIONS)
def test_what_is_shown(story: str, record: dict[str, Any], shown: dict[str, Shown]) -> None:
    found = rules.projection(PLAN, record)
    assert (found, list(found)) == (shown, list(shown)), story


@pytest.mark.parametrize("record", [{"phone": ""}, {"name": True}, {"name": 1.5}, {"name": b"a"}])
def test_what_may_not_be_shown(record: dict[str, Any]) -> None:
    with pytest.raises(NotShowable) as refused:
        rules.projection(PLAN, record)
    assert refused.value.field == next(iter(record))


def test_the_fingerprint_is_what_anybody_can_compute() -> None:
    shown = {"name": "路灯", "steps": ["一", "二"]}
    text = '{"kind":"k","shown":{"name":"路灯","steps":["一","二"]},"title":"公示","unit":"99"}'
    assert rules.original("k", "公示", "99", shown) == text
    assert rules.fingerprint("k", "公示", "99", shown) == hashlib.sha256(text.encode()).hexdigest()
    assert json.loads(text)["shown"] == shown


@pytest.mark.parametrize(
    ("story", "changed"),
    [
        ("kind", ("l", "公示", "99", {"name": "a"})),
        ("title", ("k", "公告", "99", {"name": "a"})),
        ("unit", ("k", "公示", "98", {"name": "a"})),
        ("content", ("k", "公示", "99", {"name": "b"})),
        ("a line instead of a text", ("k", "公示", "99", {"name": ["a"]})),
    ],
)
def test_whatever_changes_changes_the_fingerprint(story: str, changed: tuple[Any, ...]) -> None:
    first = rules.fingerprint("k", "公示", "99", {"name": "a"})
    assert rules.fingerprint(*changed) != first, story


def test_what_a_correction_changed() -> None:
    before: dict[str, Shown] = {"name": "a", "steps": ["一", "二"], "goal": "g"}
    after: dict[str, Shown] = {"name": "a", "steps": ["一", "三"], "owner": "o\np"}
    assert rules.differences(PLAN.fields, before, after) == [
        Difference("goal", ["g"], []),
        Difference("steps", ["一", "二"], ["一", "三"]),
        Difference("owner", [], ["o", "p"]),
    ]


@pytest.mark.parametrize(("fields", "days"), [({}, 5), ({"a": "a"}, 0), ({"a": "a"}, 366)])
def test_a_kind_that_cannot_be(fields: dict[str, str], days: int) -> None:
    with pytest.raises(ValueError, match=r"tests\.impossible"):
        register_kind("tests.impossible", "不可能", fields, days)
    assert "tests.impossible" not in KINDS


def test_a_kind_is_registered_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        register_kind(PLAN.code, "别的", {"a": "a"})
