"""What may be added up, and who leads and lags, by table."""

from datetime import date
from decimal import Decimal

import pytest

from jiceng.systems.secretary_projects.rules.outcomes import (
    Measured,
    NotAddable,
    NotAmount,
    aggregate,
    at_least,
    read_amount,
)
from jiceng.systems.secretary_projects.rules.standing import Facts, ends, score

D, DAY = Decimal, date(2026, 3, 2)


def rent(amount: str | None, measure: str = "万元", day: date | None = DAY) -> Measured:
    return Measured("rent", D(amount) if amount else None, measure, day)


@pytest.mark.parametrize(
    ("values", "aggregation", "is_"),
    [
        ([rent("1200.50"), rent("1299.50")], "sum", "2500"),
        ([rent("1"), rent("2", day=None)], "sum", "1"),  # what is open is not there yet
        ([rent(None), rent(None), rent(None, day=None)], "count", "2"),
        ([], "sum", "0"),
        ([], "count", "0"),
        ([rent("3"), rent("5", day=date(2026, 4, 1))], "latest", "5"),
    ],
)
def test_adds_up(values: list[Measured], aggregation: str, is_: str) -> None:
    assert aggregate(values, aggregation) == D(is_)


def test_nothing_has_no_latest() -> None:
    assert aggregate([], "latest") is None


@pytest.mark.parametrize(
    ("values", "aggregation"),
    [
        ([rent("1")], "none"),
        ([rent("1"), Measured("problems", None, "件", DAY)], "count"),
        ([rent("2500"), rent("25000000", "元")], "sum"),  # equal in value, and not the same thing
    ],
)
def test_refuses_to_add_up(values: list[Measured], aggregation: str) -> None:
    with pytest.raises(NotAddable):
        aggregate(values, aggregation)


def test_25_000_000_yuan_is_not_2_500_wan_yuan() -> None:
    assert rent("2500") != rent("25000000", "元")
    with pytest.raises(NotAddable):
        at_least([rent("10000"), rent("1000000000", "元")], D(10_000), "万元")


def test_of_a_hundred_million_and_more() -> None:
    values = [rent("9999.99"), rent("10000"), rent("1000000"), rent("20000", day=None), rent(None)]
    assert len(at_least(values, D(10_000), "万元")) == 2
    assert len(at_least(values, D(1_000_000), "万元")) == 1


@pytest.mark.parametrize("typed", ["-1", "-0.01", "NaN", "1e999", "Infinity", "1.234", "", "x"])
def test_is_no_amount(typed: str) -> None:
    with pytest.raises(NotAmount):
        read_amount(typed)


@pytest.mark.parametrize(
    ("typed", "amount"), [("0", "0.00"), ("2500", "2500.00"), (3.5, "3.50"), ("-0", "0.00")]
)
def test_is_an_amount(typed: object, amount: str) -> None:
    assert str(read_amount(typed)) == amount


def facts(number: str, claimed: str, **more: object) -> Facts:
    known = {"planned": D(50), "claimed": D(claimed), "verified": None}
    return Facts(number, **known | more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("of", "points", "codes"),
    [
        (facts("1", "60"), "10", ["ahead"]),
        (facts("1", "50"), "0", ["ahead"]),
        (facts("1", "30"), "-20", ["behind"]),
        (facts("1", "90", verified=D(40)), "-10", ["behind"]),  # found counts before claimed
        (facts("1", "60", late_steps=2), "0", ["ahead", "late_step"]),
        (
            facts("1", "60", contradicted=1, overdue_findings=1, missing_reports=1, late_reports=2),
            "-19",
            ["ahead", "contradicted", "overdue_finding", "missing_report", "late_report"],
        ),
    ],
)
def test_points_with_their_reasons(of: Facts, points: str, codes: list[str]) -> None:
    scored = score(of)
    assert scored.points == D(points) == sum(points for _c, _m, points in scored.reasons)
    assert [code for code, _many, _points in scored.reasons] == codes


def test_both_ends_of_a_field() -> None:
    field = [facts(f"{n:02d}", str(40 + n)) for n in range(20)]  # from −10 to +9 points
    found = ends(field)
    assert [each.facts.number for each in found.best] == ["19", "18"]
    assert [each.facts.number for each in found.laggards] == ["00", "01"]
    assert found.among == 20


def test_who_has_a_fault_is_not_among_the_best_and_who_keeps_up_does_not_lag() -> None:
    found = ends([facts("1", "90", late_steps=1), facts("2", "51"), facts("3", "50")])
    assert [each.facts.number for each in found.best] == ["2"]
    assert found.laggards == []
    assert ends([]).best == []
