"""Numbers that were counted in advance are those of the rows, whatever has changed since."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.figures import rolled, rollups
from jiceng.kernel.figures.models import Cell, Grain, Mark, Rollup
from jiceng.kernel.figures.reading import read, read_many, rows
from jiceng.kernel.figures.recounting import recount
from jiceng.kernel.figures.rollups import build_missing, count_again
from jiceng.kernel.figures.rules import Period
from jiceng.kernel.figures.views import View
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Scope, found_unit, move_unit, visible_to
from jiceng.kernel.orgs.terms import Kind
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.testing.cast import MONDAY, Cast

Write = Callable[..., list[Case]]
CODES = ["test.opened", "test.closed", "test.rate"]
DAY = timedelta(days=1)
LATER = MONDAY + 400 * DAY
YEAR = Period.year(2026)
PERIODS = [
    None,
    YEAR,
    Period.month(2026, 3),
    Period(date(2026, 3, 2), date(2026, 5, 9)),
    Period(date(2026, 3, 2), date(2026, 3, 9)),
    Period.until(date(2026, 4, 15)),
]
pytestmark = pytest.mark.usefixtures("watched_cases")


@pytest.fixture
def town(cast: Cast, write: Write, own_figures: SimpleNamespace) -> Cast:
    """Cases of a quarter in three units, all counted."""
    for days in range(0, 90, 7):
        write(cast.community, cast.at + days * DAY, 2, days=3)
        write(cast.other_community, cast.at + days * DAY)
    write(cast.village, cast.at)
    settle(LATER)
    return cast


def settle(at: datetime) -> None:
    """Do what the tick does until nothing is left to do."""
    build_missing(at)
    count_again(at)


def by_rows(view: View) -> tuple[int, int]:
    """Count the rows themselves."""
    return rows("test.opened", view).count(), rows("test.closed", view).count()


def by_cells(view: View) -> tuple[object, object]:
    """Return what is read, and insist that it was read from cells."""
    values = read_many(CODES, view)
    assert rolled.usable([values["test.opened"].figure, values["test.closed"].figure], view)
    return values["test.opened"].number, values["test.closed"].number


def differences(at: datetime = LATER) -> list[str]:
    return [str(each) for found in recount(at) for each in found.differences]


def statements(view: View) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        read_many(CODES, view)
    return [query["sql"] for query in captured]


def test_cells_say_what_rows_say(town: Cast) -> None:
    for unit in (None, town.zone, town.street, town.community, town.village):
        for period in PERIODS:
            view = View(unit, period, LATER)
            assert by_cells(view) == by_rows(view), (unit, period)
    assert differences() == []


def test_no_row_is_touched_where_nothing_has_changed(town: Cast) -> None:
    texts = statements(View(town.zone, YEAR, LATER))
    assert len(texts) == 2
    assert not any("procedures_case" in text for text in texts)


def test_a_change_is_seen_at_once_and_counted_later(town: Cast, write: Write) -> None:
    view = View(town.street, YEAR, LATER)
    before = by_cells(view)
    write(town.village, town.at + DAY, 3)
    assert by_cells(view) == by_rows(view) == (before[0] + 3, before[1])
    assert len(statements(view)) == 3
    assert count_again(LATER) == 1
    assert (by_cells(view), len(statements(view))) == (by_rows(view), 2)


def test_whoever_moves_is_taken_from_there_and_put_here(town: Cast) -> None:
    case = Case.objects.filter(unit=town.community).first()
    Case.objects.filter(pk=case.pk).update(
        unit=town.other_community, opened_at=case.opened_at + 40 * DAY, closed_at=None, outcome=""
    )
    assert Mark.objects.count() == 2
    for unit in (town.street, town.other_street):
        view = View(unit, YEAR, LATER)
        assert by_cells(view) == by_rows(view)
    Case.objects.filter(unit=town.village).delete()
    settle(LATER)
    assert by_cells(View(town.village, YEAR, LATER)) == (0, 0)
    assert differences() == []


def test_what_is_not_counted_by_leaves_no_mark(town: Cast) -> None:
    Case.objects.update(title="改名", version=7)
    assert not Mark.objects.exists()


def test_a_view_of_the_past_is_counted_from_the_rows(town: Cast) -> None:
    past = View(town.zone, YEAR, town.at + 2 * DAY)
    assert not rolled.usable([read("test.opened", past).figure], past)
    assert (read("test.opened", past).number, read("test.closed", past).number) == by_rows(past)


def test_a_cell_counted_after_the_view_is_not_read(town: Cast, write: Write) -> None:
    """A page began, then something happened and was counted, then the page reads."""
    began = View(town.zone, Period.year(2027), LATER + DAY)
    write(town.village, LATER + 2 * DAY)
    count_again(LATER + 3 * DAY)
    assert by_cells(began) == (0, 0)
    assert by_cells(View(town.zone, Period.year(2027), LATER + 3 * DAY)) == (1, 0)


def test_what_is_dated_later_is_counted_when_its_time_has_come(town: Cast, write: Write) -> None:
    write(town.village, LATER + 2 * DAY, days=3)
    count_again(LATER)
    for days, expected in ((0, (0, 0)), (2, (1, 0)), (5, (1, 1))):
        view = View(town.village, Period.year(2027), LATER + days * DAY)
        assert by_cells(view) == by_rows(view) == expected
    assert differences(LATER + 9 * DAY) == []
    assert rollups.settle(LATER + 9 * DAY) == 1
    count_again(LATER + 9 * DAY)
    assert not Cell.objects.filter(good_from__gt=LATER + 9 * DAY).exists()
    assert by_cells(View(town.village, Period.year(2027), LATER + 9 * DAY)) == (1, 1)


def test_only_what_is_seen_is_summed(town: Cast) -> None:
    view = View(None, YEAR, LATER)
    for officer in (town.zhang, town.zhao, town.li, town.zhou):
        scope = visible_to(officer.officer, town.at)
        assert read("test.opened", view, scope).number == rows("test.opened", view, scope).count()


@pytest.mark.parametrize("grain", list(Grain))
def test_a_planted_cell_is_found(town: Cast, grain: Grain) -> None:
    planted = Cell.objects.filter(grain=grain).first()
    Cell.objects.filter(pk=planted.pk).update(number=77)
    assert any(f" {grain} " in each and "77" in each for each in differences())


def test_a_unit_moves_with_all_that_was_counted(town: Cast, write: Write) -> None:
    move_unit(by=SYSTEM, at=LATER, unit=town.street, parent=town.other_street)
    for unit in (town.street, town.other_street, town.zone):
        unit.refresh_from_db()
        view = View(unit, YEAR, LATER)
        assert read("test.opened", view).number == rows("test.opened", view).count()
    settle(LATER)
    view = View(town.other_street, YEAR, LATER)
    assert by_cells(view) == by_rows(view)
    assert by_rows(view)[0] == 40
    assert differences() == []


def test_a_new_unit_leaves_everything_as_it_was(town: Cast, write: Write) -> None:
    before = set(Rollup.objects.values_list("fingerprint", flat=True))
    village = found_unit(
        by=SYSTEM, at=LATER, code="990000001299", name="新村", kind=Kind.VILLAGE, parent=town.street
    ).value
    assert set(Rollup.objects.values_list("fingerprint", flat=True)) == before
    write(village, town.at)
    count_again(LATER)
    view = View(town.street, YEAR, LATER)
    assert by_cells(view) == by_rows(view)
    assert differences() == []


def test_scopes_that_overlap_count_once(town: Cast) -> None:
    scopes = [
        Scope(frozenset({town.street.path, town.community.path})),
        Scope(frozenset({town.street.path}), frozenset({town.village.pk, town.other_street.pk})),
        Scope(frozenset(), frozenset({town.street.pk, town.village.pk, town.other_community.pk})),
        Scope(frozenset({town.community.path}), frozenset({town.other_community.pk})),
        Scope(),
    ]
    for scope in scopes:
        for period in PERIODS:
            view = View(None, period, LATER)
            found = rows("test.opened", view, scope).count()
            assert read("test.opened", view, scope).number == found, scope


@pytest.mark.parametrize("grain", list(Grain))
def test_a_lost_cell_is_found(town: Cast, grain: Grain) -> None:
    Cell.objects.filter(pk=Cell.objects.filter(grain=grain).first().pk).delete()
    assert differences() != []


def test_a_figure_that_nobody_built_is_counted_live(town: Cast) -> None:
    Rollup.objects.all().delete()
    view = View(town.zone, YEAR, LATER)
    assert (read("test.opened", view).number, read("test.closed", view).number) == by_rows(view)
    assert [found.built for found in recount(LATER)] == [False, False, False]


def test_a_changed_definition_is_counted_live_until_it_is_built(town: Cast) -> None:
    Rollup.objects.filter(figure="test.opened").update(fingerprint="0" * 64)
    Cell.objects.filter(rollup__figure="test.opened").update(number=1000)
    view = View(town.zone, YEAR, LATER)
    assert read("test.opened", view).number == rows("test.opened", view).count()
    assert build_missing(LATER) == 1
    assert by_cells(view)[0] == rows("test.opened", view).count()


def test_very_many_changes_are_counted_from_the_rows(
    town: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = View(town.zone, YEAR, LATER)
    Case.objects.update(closed_at=None, outcome="")
    monkeypatch.setattr(rolled, "MOST_LATE", 3)
    assert (read("test.opened", view).number, read("test.closed", view).number) == by_rows(view)
    monkeypatch.setattr(rollups, "MOST_MARKS", 3)
    assert count_again(LATER) > 3
    assert not Rollup.objects.exists()
    settle(LATER)
    assert by_cells(view) == by_rows(view)


def test_a_batch_leaves_the_rest_of_the_marks(town: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    Case.objects.update(closed_at=None, outcome="")
    left = Mark.objects.count()
    monkeypatch.setattr(rollups, "BATCH", 4)
    monkeypatch.setattr(rollups, "BATCHES", 2)
    count_again(LATER)
    assert Mark.objects.count() == left - 8
    view = View(town.zone, YEAR, LATER)
    assert by_cells(view) == by_rows(view)


@pytest.mark.parametrize("count", [50, 2000])
def test_the_statements_do_not_grow(
    cast: Cast, write: Write, own_figures: SimpleNamespace, count: int
) -> None:
    units = [cast.community, cast.village, cast.other_community, cast.street]
    for number in range(count // 10):
        write(units[number % 4], cast.at + number * DAY, 10, days=number % 9)
    settle(LATER)
    view = View(cast.zone, Period.until(date(2027, 3, 3)), LATER)
    assert len(statements(view)) == 2
    write(cast.village, cast.at)
    assert len(statements(view)) == 3


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["open", "close", "reopen", "move", "shift", "delete", "count"]),
        st.integers(0, 9),
        st.integers(0, 75),
    ),
    max_size=12,
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(CHANGES)
def test_whatever_happens_cells_and_rows_agree(
    town: Cast, write: Write, changes: list[tuple[str, int, int]]
) -> None:
    units = [town.community, town.village, town.other_community]
    for what, which, days in changes:
        happen(what, which, days, units, write)
        view = View(town.zone, PERIODS[which % len(PERIODS)], LATER)
        assert by_cells(view) == by_rows(view)
    settle(LATER)
    assert differences() == []


def happen(what: str, which: int, days: int, units: list[Unit], write: Write) -> None:
    """Let one thing happen to one case."""
    cases = Case.objects.order_by("pk")
    case = cases[which : which + 1].first()
    at = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI) + days * DAY
    if what == "open" or case is None:
        write(units[which % 3], at, days=days % 5 or None)
    elif what == "count":
        count_again(LATER)
    elif what == "delete":
        case.delete()
    else:
        row = Case.objects.filter(pk=case.pk)
        changed = {
            "close": {"closed_at": case.opened_at + days * DAY, "outcome": "closed"},
            "reopen": {"closed_at": None, "outcome": ""},
            "move": {"unit": units[which % 3]},
            "shift": {"opened_at": at, "closed_at": None, "outcome": ""},
        }
        row.update(**changed[what])
