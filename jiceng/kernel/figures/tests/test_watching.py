"""What is watched is marked; what is not watched is counted live."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.figures.definitions import Figure, count, total
from jiceng.kernel.figures.models import Mark
from jiceng.kernel.figures.reading import read, rows
from jiceng.kernel.figures.recounting import recount
from jiceng.kernel.figures.rollups import build_missing, count_again, rollable
from jiceng.kernel.figures.rules import Period
from jiceng.kernel.figures.tests.conftest import SAID
from jiceng.kernel.figures.tracing import read_columns, unwatched
from jiceng.kernel.figures.views import View
from jiceng.kernel.figures.watching import Triggers, forget_watches, watched, watches
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.testing.cast import Cast

Write = Callable[..., list[Case]]
DAY = timedelta(days=1)
LATER = datetime(2027, 1, 1, tzinfo=SHANGHAI)


def install(triggers: Triggers) -> None:
    with connection.cursor() as cursor:
        for statement in triggers.create(connection.vendor):
            cursor.execute(statement, None)
    forget_watches()


@pytest.fixture
def watched_steps(watched_cases: None) -> Iterator[None]:
    """Let changes of steps mark the unit and day of their case."""
    install(Triggers(CaseStep, "case__unit", "case__opened_at", ("step",)))
    yield
    forget_watches()


@pytest.fixture
def stepped(own_figures: SimpleNamespace) -> Figure:
    """Return a figure of cases that were in a step, which is a row of another table."""

    @count("test.stepped", label="已研判", measure="件", day="opened_at", **SAID)
    def stepped(as_of: datetime) -> QuerySet[Case]:
        steps = CaseStep.objects.filter(case=OuterRef("pk"), step="judging")
        return own_figures.opened(as_of).filter(Exists(steps))

    return stepped


@pytest.fixture
def steps(own_figures: SimpleNamespace) -> Figure:
    """Return a figure of steps, by unit and day of their case."""

    @total(
        "test.steps",
        label="环节编号合计",
        measure="号",
        field="case__version",
        unit="case__unit",
        day="case__opened_at",
        **SAID,
    )
    def steps(as_of: datetime) -> QuerySet[CaseStep]:
        return CaseStep.objects.filter(case__opened_at__lte=as_of)

    return steps


def put_step(case: Case, code: str) -> CaseStep:
    """Write a step of a case."""
    return CaseStep.objects.create(
        case=case, unit=case.unit, step=code, branch=code, entered_at=case.opened_at
    )


def agree(figure: Figure) -> bool:
    view = View(None, Period.year(2026), LATER)
    return read(figure, view).number == rows(figure, view).count()


def test_a_figure_over_what_nobody_watches_is_counted_live(
    cast: Cast, write: Write, stepped: Figure, watched_cases: None
) -> None:
    assert set(rollable()) == {"test.opened", "test.closed"}
    assert "procedures_casestep.step" in unwatched(stepped)
    put_step(write(cast.village, cast.at)[0], "judging")
    assert read(stepped, View(None, Period.year(2026), LATER)).number == 1


def test_a_column_that_nobody_watches_is_enough(
    cast: Cast, own_figures: SimpleNamespace, watched_cases: None
) -> None:
    @count("test.urgent", label="紧急", measure="件", day="opened_at", **SAID)
    def urgent(as_of: datetime) -> QuerySet[Case]:
        return own_figures.opened(as_of).filter(priority=2)

    assert unwatched(urgent) == ["procedures_case.priority"]
    assert urgent.code not in rollable()


def test_rows_of_another_table_are_watched_through_their_relation(
    cast: Cast, write: Write, stepped: Figure, watched_steps: None
) -> None:
    first, second = write(cast.village, cast.at, 2)
    build_missing(LATER)
    count_again(LATER)
    step = put_step(first, "judging")
    assert Mark.objects.count() == 1
    assert agree(stepped)
    count_again(LATER)
    CaseStep.objects.filter(pk=step.pk).update(case=second)
    Case.objects.filter(pk=second.pk).update(unit=cast.community)
    assert agree(stepped)
    step.delete()
    assert agree(stepped)
    count_again(LATER)
    assert agree(stepped)
    assert not [each for found in recount(LATER) for each in found.differences]


def test_rows_are_counted_by_unit_and_day_of_what_they_belong_to(
    cast: Cast, write: Write, steps: Figure, watched_steps: None
) -> None:
    install(Triggers(Case, "unit", "opened_at", ("closed_at", "version")))
    case = write(cast.village, cast.at)[0]
    Case.objects.filter(pk=case.pk).update(version=7)
    put_step(case, "judging")
    put_step(case, "disposing")
    view = View(cast.street, Period.month(2026, 3), LATER)
    assert steps.code in rollable()
    assert read(steps, view).number == 14
    build_missing(LATER)
    assert read(steps, view).number == 14
    count_again(LATER)
    Case.objects.filter(pk=case.pk).update(unit=cast.other_street)
    assert read(steps, view).number == 0
    count_again(LATER)
    assert read(steps, view).number == 0


STAYS = """
    SELECT s.sent_to_id AS unit_id, c.opened_at AS day
    FROM procedures_casestep s JOIN procedures_case c ON c.id = s.case_id
    WHERE s.case_id = {row}.case_id
"""


@pytest.fixture
def first_stays(own_figures: SimpleNamespace, watched_cases: None) -> Figure:
    """Return first stays of cases, chosen by whether a later stay of the case was a judgement."""

    @count(
        "test.first",
        label="首接",
        measure="件",
        unit="sent_to",
        day="case__opened_at",
        fixed=["procedures_case"],
        **SAID,
    )
    def first(as_of: datetime) -> QuerySet[CaseStep]:
        judged = CaseStep.objects.filter(case=OuterRef("case"), step="judging")
        return CaseStep.objects.filter(Exists(judged), step="received")

    install(Triggers(CaseStep, "sent_to", "case__opened_at", ("step",)))
    install(
        Triggers(
            CaseStep, "sent_to", "case__opened_at", ("case", "step"), counted=CaseStep, pairs=STAYS
        )
    )
    return first


def test_what_belongs_to_the_same_thing_is_marked_by_a_query(
    cast: Cast, write: Write, first_stays: Figure
) -> None:
    case = write(cast.village, cast.at)[0]
    received = put_step(case, "received")
    CaseStep.objects.filter(pk=received.pk).update(sent_to=cast.village)
    build_missing(LATER)
    count_again(LATER)
    assert first_stays.code in rollable()
    assert read(first_stays, View(cast.village, None, LATER)).number == 0
    judged = put_step(case, "judging")
    assert read(first_stays, View(cast.village, None, LATER)).number == 1
    count_again(LATER)
    assert read(first_stays, View(cast.street, None, LATER)).number == 1
    judged.delete()
    assert read(first_stays, View(cast.village, None, LATER)).number == 0
    count_again(LATER)
    assert not [each for found in recount(LATER) for each in found.differences]


@pytest.mark.parametrize(
    ("opened", "day"),
    [
        (datetime(2026, 3, 1, 23, 59, 59, 999999, tzinfo=SHANGHAI), date(2026, 3, 1)),
        (datetime(2026, 3, 2, 0, 0, tzinfo=SHANGHAI), date(2026, 3, 2)),
        (datetime(2025, 12, 31, 23, 30, tzinfo=SHANGHAI), date(2025, 12, 31)),
        (datetime(1988, 7, 2, 0, 30, tzinfo=SHANGHAI), date(1988, 7, 2)),
    ],
)
def test_a_mark_is_of_the_day_in_beijing(
    cast: Cast, write: Write, watched_cases: None, opened: datetime, day: date
) -> None:
    write(cast.village, opened)
    days = set(Mark.objects.values_list("day", flat=True))
    assert day in days
    assert len(days) == 1 or opened.year < 1992


def test_a_day_without_time_is_marked_as_it_is(cast: Cast) -> None:
    install(Triggers(Unit, "parent", "founded_on", ()))
    Unit.objects.filter(pk=cast.village.pk).update(founded_on=date(2020, 5, 6))
    marks = set(Mark.objects.values_list("unit", "day"))
    assert marks == {(cast.street.pk, date(2020, 5, 6)), (cast.street.pk, date(2026, 3, 2))}
    Mark.objects.all().delete()
    Unit.objects.filter(pk=cast.zone.pk).update(founded_on=date(2020, 5, 6))
    assert not Mark.objects.exists(), "what has no unit falls into none"


def test_the_database_says_what_is_watched(watched_cases: None) -> None:
    found = next(watch for watch in watches() if watch.table == "procedures_case")
    assert found.source == "procedures_case.unit_id/procedures_case.opened_at"
    assert found.columns == {"unit_id", "opened_at", "closed_at"}


def test_a_migration_watches_and_stops(cast: Cast, write: Write) -> None:
    operation = watched("procedures.Case", columns=["closed_at"])
    editor = SimpleNamespace(connection=connection)
    operation.code(apps, editor)
    write(cast.village, cast.at)
    assert Mark.objects.count() == 1
    operation.code(apps, editor)
    assert not Mark.objects.exists(), "what was counted is forgotten, and so is what was marked"
    operation.reverse_code(apps, editor)
    write(cast.village, cast.at)
    assert not Mark.objects.exists()


def test_statements_are_read_for_every_table_and_column() -> None:
    steps = CaseStep.objects.filter(case=OuterRef("pk"), step="judging")
    asked = Case.objects.filter(Exists(steps), procedure__code="grid", unit__parent__code="1")
    found = read_columns(str(asked.values("pk").query.sql_with_params()[0]))
    assert {
        ("procedures_casestep", "step"),
        ("procedures_casestep", "case_id"),
        ("procedures_case", "procedure_id"),
        ("procedures_procedureversion", "code"),
        ("orgs_unit", "code"),
        ("orgs_unit", "parent_id"),
    } <= found


def test_what_comes_and_goes_by_the_clock_is_counted_live(
    cast: Cast, write: Write, own_figures: SimpleNamespace, watched_cases: None
) -> None:
    @count("test.young", label="七日内", measure="件", day="opened_at", rolled=False, **SAID)
    def young(as_of: datetime) -> QuerySet[Case]:
        return own_figures.opened(as_of).filter(opened_at__gt=as_of - 7 * DAY)

    assert young.code not in rollable()
