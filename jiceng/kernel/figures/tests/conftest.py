"""What the tests of figures share: cases of two streets, and figures of their own about them."""

import itertools
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q, QuerySet

from jiceng.kernel.exports.service import Column
from jiceng.kernel.figures.definitions import FIGURES, Figure, count, ratio
from jiceng.kernel.figures.watching import Triggers, forget_watches
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.procedures.models import Case, ProcedureVersion

SAID = {"definition": "测试口径", "owner": "duty_officer", "since": date(2020, 1, 1)}


def numbered(row: Case) -> str:
    return row.number


def ended(row: Any) -> datetime | None:
    """The day on which a case ended, as far as it had at the instant of the view."""
    return row.closed_at if row.closed_at and row.closed_at <= row.as_of else None


COLUMNS = (Column("编号", numbered), Column("办结", ended))


@pytest.fixture
def own_figures(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Return figures that exist during this test only."""
    monkeypatch.setattr(FIGURES, "_things", {})

    @count("test.opened", label="受理数", measure="件", day="opened_at", columns=COLUMNS, **SAID)
    def opened(as_of: datetime) -> QuerySet[Case]:
        return Case.objects.filter(opened_at__lte=as_of)

    @count("test.closed", label="办结数", measure="件", day="opened_at", columns=COLUMNS, **SAID)
    def closed(as_of: datetime) -> QuerySet[Case]:
        return opened(as_of).filter(closed_at__lte=as_of)

    @count("test.standing", label="在办数", measure="件", columns=COLUMNS, **SAID)
    def standing(as_of: datetime) -> QuerySet[Case]:
        return opened(as_of).filter(Q(closed_at__isnull=True) | Q(closed_at__gt=as_of))

    rate = ratio("test.rate", label="办结率", part="test.closed", whole="test.opened", **SAID)
    return SimpleNamespace(opened=opened, closed=closed, standing=standing, rate=rate)


@pytest.fixture
def version(db: None) -> ProcedureVersion:
    """Return some procedure for cases to be of."""
    found = ProcedureVersion.objects.order_by("pk").first()
    assert found is not None
    return found


@pytest.fixture
def write(version: ProcedureVersion) -> Callable[..., list[Case]]:
    """Return a function that writes cases opened at an instant, ended some days later or never."""
    numbers = itertools.count()

    def cases(unit: Unit, at: datetime, count: int = 1, *, days: int | None = None) -> list[Case]:
        closed = None if days is None else at + timedelta(days=days)
        return Case.objects.bulk_create(
            Case(
                number=f"{next(numbers):013d}",
                system="test",
                procedure=version,
                title="测试",
                unit=unit,
                opened_at=at,
                closed_at=closed,
                outcome="closed" if closed else "",
            )
            for _number in range(count)
        )

    return cases


@pytest.fixture
def watched_cases(db: None) -> Iterator[None]:
    """Let changes of cases mark their unit and day of opening, in the database of this test."""
    triggers = Triggers(Case, "unit", "opened_at", ("closed_at",))
    with connection.cursor() as cursor:
        for statement in triggers.create(connection.vendor):
            cursor.execute(statement, None)
    forget_watches()
    yield
    forget_watches()


@pytest.fixture
def standing_by_day(own_figures: SimpleNamespace) -> Figure:
    """Return a figure of the cases that stand, by the day on which they were opened."""

    @count("test.standing_by_day", label="在办", measure="件", day="opened_at", **SAID)
    def standing_by_day(as_of: datetime) -> QuerySet[Case]:
        return own_figures.standing(as_of)

    return standing_by_day
