"""The secretary projects of the demo year: what they come to, when, and that nothing leaks."""

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from jiceng.demo.diary import tell
from jiceng.demo.ideas import Agenda
from jiceng.demo.organisation import Founder
from jiceng.demo.party import organisations
from jiceng.demo.projects import led_items, led_projects, project_stories
from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.base.text import mask_personal
from jiceng.kernel.figures.rules import Number
from jiceng.kernel.figures.service import FIGURES, View, read_many, recount
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import seal, verify
from jiceng.kernel.notices.models import Comment, Notice, Objection
from jiceng.kernel.reviews.models import Review
from jiceng.kernel.reviews.service import asides_of, result
from jiceng.kernel.reviews.service import recount as recount_review
from jiceng.kernel.reviews.terms import Interest
from jiceng.systems.secretary_projects.actions import drawn_of
from jiceng.systems.secretary_projects.models import (
    Adoption,
    Draw,
    Exemplar,
    Finding,
    Project,
    Report,
    Result,
    Visit,
)
from jiceng.systems.secretary_projects.procedure import ITEM, PROJECT
from jiceng.systems.secretary_projects.rules.drawing import commitment
from jiceng.systems.secretary_projects.terms import GROWTH, REVIEW, Duty, Kind, Theme

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(
        connection.vendor != "sqlite",
        reason="told inside one transaction, the year takes PostgreSQL minutes",
    ),
]

PUBLISHED = Path(settings.ROOT).parent / "shared" / "facts.csv"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
SPRING, SUMMER = date(2022, 3, 31), date(2022, 6, 30)
OCTOBER, AUTUMN = date(2022, 10, 31), date(2022, 11, 30)
# What the year comes to at its end: the published totals, here so that nobody needs the file.
TOTALS = {
    "projects.registered": 36,
    "projects.items_registered": 230,
    "projects.completed": 31,
    "projects.items_completed": 212,
    "projects.coverage": 100,
    "projects.theme_growth": 8,
    "projects.items_theme_growth": 43,
    "projects.theme_collective_economy": 6,
    "projects.visits": 206,
    "outcomes.park_rent": 2500,
}
# These were published as of the end of October; November goes on.
OF_OCTOBER = {
    "outcomes.enterprises_100m": 37,
    "outcomes.enterprises_10bn": 1,
    "outcomes.problems_solved": 295,
}
OURS = [figure.code for figure in FIGURES if figure.code.startswith(("projects.", "outcomes."))]


@pytest.fixture(scope="module")
def _year(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Tell the year once, in a transaction around all tests of this file."""
    with django_db_blocker.unblock(), ExitStack() as around:
        around.enter_context(transaction.atomic())
        around.callback(transaction.set_rollback, True)
        founder = Founder()
        list(founder.found())
        list(tell(project_stories(founder.zone)))
        with django_db_blocker.block():
            yield


@pytest.fixture(autouse=True)
def _told(_year: None, db: None) -> None:
    """Let each test begin with the year as it was told."""


def at_end_of(day: date) -> datetime:
    return datetime.combine(day, datetime.max.time(), SHANGHAI)


def numbers(day: date = AUTUMN) -> dict[str, Number | None]:
    """Return every figure of secretary projects at the end of a day."""
    values = read_many(OURS, View(None, None, at_end_of(day)))
    return {code: value.number for code, value in values.items()}


def test_the_year_comes_to_what_was_published() -> None:
    told, october = numbers(), numbers(OCTOBER)
    assert {code: told[code] for code in TOTALS} == TOTALS
    assert {code: october[code] for code in OF_OCTOBER} == OF_OCTOBER


def test_it_was_less_before() -> None:
    days = [numbers(day) for day in (SPRING, SUMMER, OCTOBER, AUTUMN)]
    for code in (*TOTALS, *OF_OCTOBER):
        course = [told[code] or 0 for told in days]
        assert course == sorted(course), code
        assert course[0] < course[-1], code


def test_spring_knows_who_is_missing() -> None:
    assert numbers(SPRING)["projects.branches_uncovered"] == 7
    assert numbers()["projects.branches_uncovered"] == 0


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published figures are not at hand")
def test_the_published_table_is_reproduced() -> None:
    out = StringIO()
    with suppress(SystemExit):  # other systems may not be there yet
        call_command("figures", "--as-of", f"{AUTUMN}", "--check", f"{PUBLISHED}", stdout=out)
    lines = [line.split() for line in out.getvalue().splitlines()]
    said = {line[1]: line[0] for line in lines if line[1].startswith(("projects.", "outcomes."))}
    assert len(said) == 13
    assert set(said.values()) == {"ok"}


def _enterprise(least: int, most: int) -> Any:
    return lambda: Result.objects.filter(
        indicator__code="enterprise", amount__gte=least, amount__lt=most
    )


CHANGES: list[tuple[Any, dict[str, Any], set[str]]] = [
    (
        lambda: Project.objects.filter(kind=Kind.ITEM, theme__in=GROWTH, completed_at=None),
        {"theme": Theme.PARTY},
        {"projects.items_theme_growth"},
    ),
    (
        lambda: Project.objects.filter(kind=Kind.PROJECT, completed_at__isnull=False),
        {"completed_at": None, "due_on": date(2023, 1, 31)},
        {"projects.completed", "projects.completion_rate"},
    ),
    (_enterprise(10_000, 1_000_000), {"amount": Decimal("9999.99")}, {"outcomes.enterprises_100m"}),
    (_enterprise(0, 10_000), {"amount": Decimal("9999.99")}, set()),
    (
        _enterprise(1_000_000, 9_000_000),
        {"achieved_on": None},
        {"outcomes.enterprises_100m", "outcomes.enterprises_10bn"},
    ),
    (
        lambda: Result.objects.filter(indicator__code="problem", achieved_on=None),
        {"achieved_on": AUTUMN},
        {"outcomes.problems_solved"},
    ),
    (
        lambda: Result.objects.filter(indicator__code="park_rent"),
        {"amount": Decimal(1)},
        {"outcomes.park_rent"},
    ),
    (
        lambda: Result.objects.filter(indicator__code="collective_income"),
        {"amount": Decimal(1)},
        set(),
    ),
    (
        lambda: Visit.objects.filter(visited_on__isnull=False, findings=None),
        {"visited_on": date(2022, 12, 1)},
        {"projects.visits"},
    ),
    (
        lambda: Finding.objects.filter(confirmed_at__isnull=False),
        {"confirmed_at": None},
        {"projects.findings_open"},
    ),
]


@pytest.mark.parametrize(("rows", "changes", "moved"), CHANGES)
def test_one_record_moves_the_figures_that_contain_it(
    rows: Any, changes: dict[str, Any], moved: set[str]
) -> None:
    before = numbers()
    row = rows().order_by("pk").last()
    assert type(row).objects.filter(pk=row.pk).update(**changes) == 1
    after = numbers()
    assert {code for code in OURS if before[code] != after[code]} == moved


def test_two_findings_are_open_and_most_reports_came_in_time() -> None:
    assert numbers()["projects.findings_open"] == 2
    late = [row for row in Report.objects.all() if not row.on_time]
    assert 0 < len(late) < Report.objects.count() / 5
    assert set(Report.objects.values_list("duty", flat=True)) == set(Duty.values)


def test_every_draw_can_be_made_again() -> None:
    draws = Draw.objects.filter(revealed_at__isnull=False)
    assert draws.count() == 9
    for draw in draws:
        numbers_drawn = {candidate.number for candidate, _team in drawn_of(draw)}
        visited = draw.visits.filter(visited_at__isnull=False)
        assert set(visited.values_list("project__case__number", flat=True)) == numbers_drawn
        assert commitment(draw.seed) == draw.commitment


def test_the_roadshow_ended_with_a_tie_and_somebody_stood_aside() -> None:
    review = Review.objects.get(kind=REVIEW)
    places = [each.place for each in result(review).standings]
    assert recount_review(review) == []
    assert len(set(places)) == len(places) - 1
    assert {aside.interest for aside in asides_of(review)} == {Interest.UNIT, Interest.DECLARED}
    assert (
        Adoption.objects.values("exemplar").distinct().count()
        == Exemplar.objects.exclude(review="").count()
    )


def test_every_run_takes_up_the_same() -> None:
    told = [
        [(led.idea, led.at, led.due_on) for led in (*led_projects(agenda), *led_items(agenda))]
        for agenda in (Agenda(organisations(), seed=36), Agenda(organisations(), seed=36))
    ]
    assert told[0] == told[1]
    titles = [idea.title for idea, _at, _due_on in told[0]]
    assert len(set(titles)) == len(titles)


def test_no_rollup_differs_from_its_recount() -> None:
    found = list(recount(NOW, OURS))
    assert found
    assert [each for each in found if each.differences] == []


def test_the_ledger_verifies() -> None:
    while seal(NOW):
        pass
    assert verify().exit_code == 0


def test_every_move_was_made() -> None:
    made = set(Entry.objects.values_list("event", flat=True))
    assert {move.event for move in (*PROJECT.moves, *ITEM.moves)} <= made


def test_no_public_text_has_a_number_of_a_person() -> None:
    texts = [
        *(str(shown) for shown in Notice.objects.values_list("shown", flat=True)),
        *Notice.objects.values_list("title", flat=True),
        *Comment.objects.values_list("text", flat=True),
        *Comment.objects.values_list("answer", flat=True),
        *Objection.objects.values_list("text", flat=True),
        *Objection.objects.values_list("answer", flat=True),
    ]
    assert len(texts) > 200
    assert [text for text in texts if mask_personal(text) != text] == []
    assert any("*" in text for text in texts)
