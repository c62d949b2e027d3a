"""Number and rows are the same, whatever unit, period, day and eyes."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db.models import QuerySet

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.figures.definitions import count, ratio
from jiceng.kernel.figures.reading import read, read_many, rows
from jiceng.kernel.figures.refusals import (
    BadAsOf,
    BadPeriod,
    FigureAbsent,
    NotAPart,
    UnitAbsent,
)
from jiceng.kernel.figures.rules import Period
from jiceng.kernel.figures.tests.conftest import SAID
from jiceng.kernel.figures.views import View, as_of_day, view_at
from jiceng.kernel.orgs.service import Scope, visible_to
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.testing.cast import Cast

Write = Callable[..., list[Case]]
MARCH = Period.month(2026, 3)
MAY = datetime(2026, 5, 1, tzinfo=SHANGHAI)


@pytest.fixture
def town(cast: Cast, write: Write) -> Cast:
    """Three cases of a community, one of them ended; one of the other street; one of April."""
    write(cast.community, cast.at, 2)
    write(cast.community, cast.at, days=1)
    write(cast.other_community, cast.at, days=40)
    write(cast.village, cast.at + timedelta(days=31))
    return cast


def test_a_number_is_that_of_its_rows(town: Cast, own_figures: SimpleNamespace) -> None:
    for unit, expected in ((town.zone, 4), (town.street, 3), (town.village, 0), (None, 4)):
        view = View(unit, MARCH, MAY)
        assert read("test.opened", view).number == expected
        assert rows("test.opened", view).count() == expected


def test_a_period_begins_and_ends_at_midnight_in_beijing(
    cast: Cast, write: Write, own_figures: SimpleNamespace
) -> None:
    midnight = datetime(2026, 3, 1, tzinfo=SHANGHAI)
    for at in (midnight - timedelta(seconds=1), midnight, MARCH.instants[1]):
        write(cast.community, at)
    assert read("test.opened", View(cast.zone, MARCH, MAY)).number == 1


def test_what_happened_later_has_not_happened(town: Cast, own_figures: SimpleNamespace) -> None:
    view = View(town.zone, MARCH, town.at + timedelta(days=2))
    assert read_many(["test.closed", "test.standing"], view)["test.closed"].number == 1
    assert read("test.standing", view).number == 3
    assert read("test.closed", View(town.zone, MARCH, MAY)).number == 2


def test_a_stock_is_not_narrowed_by_a_period(town: Cast, own_figures: SimpleNamespace) -> None:
    assert read("test.standing", View(town.zone, Period.month(2020, 1), MAY)).number == 3


def test_a_ratio_is_two_counts(town: Cast, own_figures: SimpleNamespace) -> None:
    value = read("test.rate", View(town.street, MARCH, MAY))
    assert (value.part, value.whole, value.text) == (1, 3, "33.3%")


def test_a_share_of_nothing_is_a_dash(town: Cast, own_figures: SimpleNamespace) -> None:
    value = read("test.rate", View(town.street, Period.month(2025, 1), MAY))
    assert (value.text, value.number, value.part) == ("—", None, 0)


def test_an_empty_count_is_nought(town: Cast, own_figures: SimpleNamespace) -> None:
    assert read("test.opened", View(town.street, Period.month(2025, 1), MAY)).text == "0"


def test_a_part_of_something_else_is_refused(town: Cast, own_figures: SimpleNamespace) -> None:
    by_end = count("test.ended", label="办结", measure="件", day="closed_at", **SAID)(
        lambda as_of: Case.objects.filter(closed_at__lte=as_of)
    )
    ratio("test.bad", label="错", part=by_end.code, whole="test.opened", **SAID)
    ratio("test.over", label="错", part="test.opened", whole="test.closed", **SAID)
    quotient = ratio(
        "test.quotient", label="商", part=by_end.code, whole="test.opened", within=False, **SAID
    )
    view = View(town.zone, MARCH, MAY)
    for code in ("test.bad", "test.over"):
        with pytest.raises(NotAPart):
            read(code, view)
    assert read(quotient, view).text == "25.0%"


def test_only_what_is_seen_is_counted(town: Cast, own_figures: SimpleNamespace) -> None:
    view = View(None, MARCH, MAY)
    for officer, expected in ((town.zhang, 3), (town.zhao, 1), (town.li, 3)):
        scope = visible_to(officer.officer, town.at)
        assert read("test.opened", view, scope).number == expected
        assert rows("test.opened", view, scope).count() == expected
    assert read("test.opened", view, Scope()).number == 0


def test_a_unit_out_of_sight_is_absent(town: Cast, own_figures: SimpleNamespace) -> None:
    scope = visible_to(town.zhao.officer, town.at)
    for ask in (read, rows):
        with pytest.raises(UnitAbsent):
            ask("test.opened", View(town.street, MARCH, MAY), scope)
    with pytest.raises(UnitAbsent):
        view_at(MAY, unit=town.street.code, scope=scope)
    with pytest.raises(UnitAbsent):
        view_at(MAY, unit="nowhere", scope=scope)


def test_an_unknown_figure_is_absent(town: Cast, own_figures: SimpleNamespace) -> None:
    with pytest.raises(FigureAbsent):
        read("test.nothing", View(None, MARCH, MAY))


def test_what_people_type_is_read_or_refused(town: Cast) -> None:
    view = view_at(MAY, unit=town.street.code, period="2026-Q1", as_of="2026-03-31")
    assert (view.unit, view.period) == (town.street, Period.quarter(2026, 1))
    assert view.as_of == datetime(2026, 3, 31, 23, 59, 59, 999999, tzinfo=SHANGHAI)
    with pytest.raises(BadPeriod):
        view_at(MAY, period="2026-13")
    for as_of in ("2026-05-02", "yesterday"):
        with pytest.raises(BadAsOf):
            view_at(MAY, as_of=as_of)


def test_a_day_is_seen_at_its_end_and_today_as_it_is() -> None:
    assert as_of_day(date(2026, 5, 1), MAY) == MAY
    with pytest.raises(BadAsOf):
        View(None, None, datetime(2026, 5, 1))  # noqa: DTZ001


def test_rows_that_are_no_plain_table_are_counted_alike(
    town: Cast, own_figures: SimpleNamespace
) -> None:
    @count("test.distinct", label="去重", measure="件", day="opened_at", **SAID)
    def distinct(as_of: datetime) -> QuerySet[Case]:
        return own_figures.opened(as_of).distinct()

    assert read(distinct, View(town.zone, MARCH, MAY)).number == 4
