"""Published values held against the records."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from jiceng.kernel.exports.service import TableRefused
from jiceng.kernel.figures.facts import Fact, Verdict, check_facts, read_facts
from jiceng.kernel.testing.cast import Cast

HEAD = "key,system,label,value,unit,as_of,definition,kind\n"
NOW = datetime(2026, 3, 31, 16, 0, tzinfo=UTC)


def fact(value: str, day: date = date(2026, 3, 31), key: str = "test.opened") -> Fact:
    return Fact(key, "grid", "受理数", value, "件", day)


@pytest.mark.parametrize(
    ("printed", "number", "held"),
    [
        ("36", 36, True),
        ("36", 35, False),
        ("1837.7", Decimal("1837.70"), True),
        ("40+", 40, True),
        ("40+", 43, True),
        ("40+", 39, False),
        (">50", Decimal("50.1"), True),
        (">50", Decimal("50.0"), False),
        ("全域覆盖", Decimal("100.0"), True),
        ("全域覆盖", Decimal("99.9"), False),
        ("36", None, False),
        ("0", 0, True),
    ],
)
def test_what_a_printed_value_allows(printed: str, number: Any, held: bool) -> None:
    assert fact(printed).allows(number) is held


def test_a_month_is_as_of_its_last_day() -> None:
    table = f"{HEAD}a.b,grid,甲,1,件,2022-02,,count\na.c,grid,乙,2,件,2022-02-03,,count\n"
    assert [one.day for one in read_facts(table.encode())] == [date(2022, 2, 28), date(2022, 2, 3)]


@pytest.mark.parametrize("day", ["2022-13", "2022-02-30", "昨天", "", "2022"])
def test_a_day_that_is_none_is_refused_with_its_line(day: str) -> None:
    with pytest.raises(TableRefused) as refused:
        read_facts(f"{HEAD}a.b,grid,甲,1,件,{day},,count\n".encode())
    assert (refused.value.code, refused.value.details["line"]) == ("bad_fact", 2)


def test_each_is_judged_as_of_its_own_day(
    own_figures: SimpleNamespace, write: Callable[..., list[Any]], cast: Cast
) -> None:
    write(cast.community, datetime(2026, 3, 2, 2, 0, tzinfo=UTC), 3)
    write(cast.community, datetime(2026, 4, 2, 2, 0, tzinfo=UTC), 2)
    facts = [
        fact("3"),
        fact("4"),
        fact("3", date(2026, 4, 30)),
        fact("1", key="test.nowhere"),
        fact("三"),
    ]
    found = list(check_facts(facts, date(2026, 3, 31), NOW + timedelta(days=60)))
    verdicts = [Verdict.OK, Verdict.DIFFERS, Verdict.LATER, Verdict.MISSING, Verdict.DIFFERS]
    assert [one.verdict for one in found] == verdicts
    assert [one.opened for one in found] == [3, 3, 3, 0, 3]


def told(*words: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("figures", *words, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


def test_the_command_ends_with_one_where_a_number_differs(
    own_figures: SimpleNamespace, write: Callable[..., list[Any]], cast: Cast, tmp_path: Path
) -> None:
    write(cast.community, cast.at, 3)
    table = tmp_path / "facts.csv"
    row = "test.opened,grid,受理数,{},件,2026-03,,count\n"
    missing = "parking.total,parking,停车位,25808,个,2026-03,,sum\n"
    table.write_text(HEAD + row.format(3) + missing, "utf-8")
    code, said = told("--as-of", "2026-03-31", "--check", str(table))
    assert (code, said.splitlines()[-1]) == (0, "ok 1，differs 0，missing 1，later 0")
    assert "ok      test.opened  受理数  应为 3件  3，3 条" in said
    assert "missing parking.total" in said
    table.write_text(HEAD + row.format(4), "utf-8")
    assert told("--as-of", "2026-03-31", "--check", str(table))[0] == 1
    code, said = told("--as-of", "2026-03-02", "--check", str(table))
    assert (code, said.splitlines()[-1]) == (0, "ok 0，differs 0，missing 0，later 1")


def test_the_command_says_what_it_needs(tmp_path: Path, db: None) -> None:
    for words in ([], ["--check", str(tmp_path / "none.csv")]):
        with pytest.raises(CommandError):
            call_command("figures", *words)
