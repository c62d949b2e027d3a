"""What was published stays, can be had again, and is corrected with a reason."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from jiceng.kernel.figures.definitions import Figure, fingerprint, ratio
from jiceng.kernel.figures.models import Published
from jiceng.kernel.figures.publishing import correct, publish, reproduces
from jiceng.kernel.figures.reading import export
from jiceng.kernel.figures.refusals import (
    AlreadyCorrected,
    AlreadyPublished,
    BadAsOf,
    FigureAbsent,
    MayNotPublish,
    NoReason,
    NotAPart,
)
from jiceng.kernel.figures.rules import Period, last_instant
from jiceng.kernel.figures.tests.conftest import SAID
from jiceng.kernel.figures.views import View
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import latest_checkpoint, seal
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.testing.cast import Cast, hold, officer, post

Write = Callable[..., list[Case]]
DAY = timedelta(days=1)
MARCH = Period.month(2026, 3)
END = last_instant(date(2026, 3, 31))
AT = END + 2 * DAY


@pytest.fixture
def keeper(cast: Cast) -> Capacity:
    """Return who keeps the figures of the street."""
    return hold(officer("1010", "吴小统"), post(cast.street, "figures_keeper"))


@pytest.fixture
def ask(cast: Cast, write: Write, own_figures: SimpleNamespace) -> dict[str, Any]:
    """Three cases of March in the street, one of them ended; return what is to be published."""
    write(cast.community, cast.at, 2)
    write(cast.village, cast.at, days=1)
    return {"at": AT, "unit": cast.street, "period": MARCH, "as_of": END}


def test_a_value_is_published_with_all_that_proves_it(
    cast: Cast, keeper: Capacity, ask: dict[str, Any]
) -> None:
    seal(cast.at)
    done = publish(by=keeper, code="test.rate", **ask)
    row = Published.objects.get()
    assert (row.text, row.number, row.part, row.whole) == ("33.3%", "33.3", "1", "3")
    assert row.fingerprint == fingerprint("test.rate")
    assert (row.label, row.definition, row.period) == ("办结率", "测试口径", "2026-03")
    checkpoint = latest_checkpoint()
    assert checkpoint is not None
    assert (row.epoch, row.position) == (checkpoint.epoch, checkpoint.size)
    entry = Entry.objects.order_by("-pk").first()
    assert entry == done.entry
    assert entry.event == "figures.value.published"
    assert entry.subject == row.subject
    assert row.rows_sha256 in entry.payload


def test_the_hash_is_that_of_the_exported_file(
    keeper: Capacity, ask: dict[str, Any], own_figures: SimpleNamespace
) -> None:
    row = publish(by=keeper, code="test.opened", **ask).value
    response = export("test.opened", View(row.unit, MARCH, END), form="csv")
    file = b"".join(response)
    assert file.count(b"\r\n") == 4
    assert hashlib.sha256(file).hexdigest() == row.rows_sha256


def test_what_comes_later_does_not_change_the_report(
    cast: Cast, keeper: Capacity, ask: dict[str, Any], write: Write
) -> None:
    row = publish(by=keeper, code="test.rate", **ask).value
    Case.objects.filter(closed_at=None).update(closed_at=END + DAY, outcome="closed")
    write(cast.village, END + DAY)
    with translation.override("en"):
        again = reproduces(row)
    assert again.same
    assert again.same_definition
    assert again.text == "33.3%"


def test_what_is_backdated_is_noticed(
    cast: Cast, keeper: Capacity, ask: dict[str, Any], write: Write
) -> None:
    row = publish(by=keeper, code="test.opened", **ask).value
    write(cast.village, cast.at)
    again = reproduces(row)
    assert (again.text, again.same_number, again.same_rows) == ("4", False, False)
    Case.objects.filter(unit=cast.village).first().delete()
    assert not reproduces(row).same_rows, "as many rows, but others"


def test_a_correction_is_a_new_row_with_a_reason(
    cast: Cast, keeper: Capacity, ask: dict[str, Any], write: Write
) -> None:
    row = publish(by=keeper, code="test.opened", **ask).value
    write(cast.village, cast.at)
    with pytest.raises(NoReason):
        correct(by=keeper, at=AT, published=row, reason=" ")
    done = correct(by=keeper, at=AT, published=row, reason="补录一件", as_of=END)
    assert (done.value.text, done.value.replaces, done.value.reason) == ("4", row, "补录一件")
    assert "补录" not in done.entry.payload
    assert Published.objects.get(pk=row.pk).text == "3"
    assert list(Published.objects.newest()) == [done.value]
    with pytest.raises(AlreadyCorrected):
        correct(by=keeper, at=AT, published=row, reason="又错了")
    assert correct(by=keeper, at=AT, published=done.value, reason="又错了").value.as_of == AT


def test_the_same_is_published_once(keeper: Capacity, ask: dict[str, Any]) -> None:
    publish(by=keeper, code="test.opened", **ask)
    with pytest.raises(AlreadyPublished):
        publish(by=keeper, code="test.opened", **ask)
    publish(by=keeper, code="test.opened", **ask | {"as_of": AT})
    assert Published.objects.count() == 2


def test_only_who_keeps_the_figures_publishes(
    cast: Cast, keeper: Capacity, ask: dict[str, Any]
) -> None:
    for by in (cast.wang, cast.zhang, cast.zhao, cast.zhou, cast.crowd):
        with pytest.raises(MayNotPublish):
            publish(by=by, code="test.opened", **ask)
    for unit in (cast.zone, cast.other_street):
        with pytest.raises(MayNotPublish):
            publish(by=keeper, code="test.opened", **ask | {"unit": unit})
    row = publish(by=keeper, code="test.opened", **ask | {"unit": cast.village}).value
    with pytest.raises(MayNotPublish):
        correct(by=cast.wang, at=AT, published=row, reason="错了")


def test_what_cannot_be_published_is_refused(
    keeper: Capacity, ask: dict[str, Any], own_figures: SimpleNamespace
) -> None:
    ratio("test.strange", label="错", part="test.standing_day", whole="test.closed", **SAID)
    with pytest.raises(FigureAbsent):
        publish(by=keeper, code="test.strange", **ask)
    with pytest.raises(BadAsOf):
        publish(by=keeper, code="test.opened", **ask | {"as_of": AT + DAY})
    with pytest.raises(BadAsOf):
        publish(by=keeper, code="test.opened", **ask | {"as_of": datetime(2026, 3, 2)})  # noqa: DTZ001


def test_a_part_that_is_not_among_the_whole_is_not_published(
    keeper: Capacity, ask: dict[str, Any], standing_by_day: Figure
) -> None:
    """Two that stand are no part of the one that was closed, though fewer rows would do."""
    ratio("test.strange", label="错", part="test.closed", whole=standing_by_day.code, **SAID)
    with pytest.raises(NotAPart):
        publish(by=keeper, code="test.strange", **ask)
    assert not Published.objects.exists()


@pytest.mark.parametrize(
    "change", ["UPDATE figures_published SET text = '9'", "DELETE FROM figures_published"]
)
def test_the_database_refuses_to_change_it(
    keeper: Capacity, ask: dict[str, Any], change: str
) -> None:
    row = publish(by=keeper, code="test.opened", **ask).value
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert Published.objects.get(pk=row.pk).text == "3"


def test_a_fingerprint_tells_definitions_apart(own_figures: SimpleNamespace) -> None:
    found = {fingerprint(figure) for figure in vars(own_figures).values()}
    assert len(found) == 4
    with translation.override("en"):
        assert fingerprint(own_figures.rate) in found
