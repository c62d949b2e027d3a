"""The pages of the desk that belong to no single system: the inbox and the procedures."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jiceng.kernel.base.ids import check_digit, spaced_number
from jiceng.kernel.orgs.models import Delegation, Officer
from jiceng.kernel.procedures.models import Case, CaseStep, ProcedureVersion
from jiceng.kernel.procedures.service import current
from jiceng.kernel.testing.cast import officer
from jiceng.systems.grid import terms
from jiceng.systems.grid.models import Incident
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import desk, number_of_no_case, telling_of

pytestmark = pytest.mark.django_db

# The statements are the same on both; the second database counts them over fewer cases.
MANY = 10_000 if connection.vendor == "sqlite" else 1_000


def numbers(start: int) -> Iterator[str]:
    """Yield case numbers with right check digits, in order."""
    for count in range(start, start + 10**6):
        digits = f"260302{count:06d}"
        yield digits + check_digit(digits)


@pytest.fixture
def crowd_of_cases(grid: Grid) -> Callable[[int, int], None]:
    """Return a function that fills the desk of 王 up to ``count`` cases, each with its day."""
    version = current(terms.PROCEDURE)

    def fill(start: int, count: int) -> None:
        drawn = numbers(start)
        cases = Case.objects.bulk_create(
            Case(
                number=next(drawn),
                system=terms.SYSTEM,
                procedure=version,
                title=f"井盖缺失、移位（{number}号）",
                unit=grid.cast.community,
                opened_at=grid.cast.at,
                due_at=grid.cast.at + timedelta(minutes=number % 500),
            )
            for number in range(start, count)
        )
        CaseStep.objects.bulk_create(
            CaseStep(
                case=case,
                step="reported",
                unit=grid.cast.street,
                post=grid.cast.wang.post,
                entered_at=grid.cast.at,
                due_at=case.due_at if case.pk % 10 else None,
            )
            for case in cases
        )
        Incident.objects.bulk_create(incident(grid, case) for case in cases)

    return fill


def incident(grid: Grid, case: Case) -> Incident:
    """Return what was reported with a case, not yet stored."""
    return Incident(
        case=case,
        category=grid.cover,
        cell=grid.cells[grid.cast.community.code],
        source="resident",
        lng=117.02,
        lat=30.52,
    )


def counted(browser: Client, address: str) -> int:
    """Return how many statements a page asks the database, once everything is warm."""
    browser.get(address)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert browser.get(address).status_code == 200
    return len(asked)


class TestFindingByNumber:
    def test_a_number_leads_to_its_case_however_it_is_spaced(self, grid: Grid) -> None:
        case = scene.report(grid)
        for typed in (case.number, spaced_number(case.number)):
            answer = desk(grid.cast.wang).get("/desk/cases/", {"number": typed})
            assert answer["Location"] == f"/desk/grid/cases/{case.number}/"

    def test_what_is_not_mine_is_as_absent_as_what_is_not_there(self, grid: Grid) -> None:
        case = scene.report(grid)
        nowhere = number_of_no_case(case)
        zhao = desk(grid.cast.zhao)
        answers = [zhao.get("/desk/cases/", {"number": typed}) for typed in (case.number, nowhere)]
        told = telling_of(answers, [case.number, nowhere])  # type: ignore[arg-type]

        assert told[0] == told[1]
        assert told[0][0] == 404

    @pytest.mark.parametrize("typed", ["", "1", "x" * 60])
    def test_what_is_no_number_opens_nothing(self, grid: Grid, typed: str) -> None:
        assert desk(grid.cast.wang).get("/desk/cases/", {"number": typed}).status_code == 404


class TestInbox:
    def test_the_most_pressing_first_and_those_without_a_day_last(
        self, grid: Grid, crowd_of_cases: Callable[[int, int], None]
    ) -> None:
        crowd_of_cases(0, 130)
        steps = walked(desk(grid.cast.wang), "/desk/")

        assert len(steps) == len({step.pk for step in steps}) == 130
        days = [(step.due_at is None, step.due_at, step.pk) for step in steps]
        assert days == sorted(days, key=lambda day: (day[0], str(day[1]), day[2]))

    def test_only_what_my_posts_hold(self, grid: Grid) -> None:
        case = scene.report(grid)

        assert case.title in desk(grid.cast.wang).get("/desk/").content.decode()
        for other in grid.cast.officers:
            if other != grid.cast.wang:
                page = desk(other).get("/desk/")
                assert case.title not in page.content.decode()
                assert page.context["tabs"][0]["count"] == 0

    def test_a_deputy_sees_it_as_long_as_the_delegation_runs(self, grid: Grid) -> None:
        case = scene.report(grid)
        Delegation.objects.create(
            post=grid.cast.wang.post,
            giver=grid.cast.wang.officer,
            taker=grid.cast.zhao.officer,
            starts_at=grid.cast.at,
            ends_at=grid.cast.at + timedelta(days=360),
            reason="休假",
        )

        page = desk(grid.cast.zhao).get("/desk/").content.decode()
        assert case.title in page
        assert "（代）" in page

    def test_the_light_and_the_step_are_said_in_words(self, grid: Grid) -> None:
        scene.report(grid)
        page = desk(grid.cast.wang).get("/desk/").content.decode()

        assert "待研判" in page
        assert "超期" in page  # reported in March, two hours promised

    def test_empty_it_says_so(self, grid: Grid) -> None:
        assert "没有待办" in desk(grid.cast.wang).get("/desk/").content.decode()

    def test_htmx_gets_the_rows_alone(self, grid: Grid) -> None:
        case = scene.report(grid)
        answer = desk(grid.cast.wang).get("/desk/", headers={"hx-request": "true"})

        assert "<html" not in answer.content.decode()
        assert case.title in answer.content.decode()

    def test_beyond_the_end_there_is_nothing(self, grid: Grid) -> None:
        scene.report(grid)
        page = desk(grid.cast.wang).get(f"/desk/?after={2**62}")

        assert page.status_code == 200
        assert page.context["rows"] == []

    @pytest.mark.slow
    def test_as_many_statements_for_very_many_cases_as_for_a_hundred(
        self, grid: Grid, crowd_of_cases: Callable[[int, int], None]
    ) -> None:
        reported = scene.walk(grid, scene.report(grid), scene.PATH[:3])
        scene.report(grid)
        wang = desk(grid.cast.wang)
        pages = ["/desk/", f"/desk/grid/cases/{reported.number}/"]

        crowd_of_cases(0, 98)
        second = f"/desk/{wang.get('/desk/').context['next']}"
        few = [counted(wang, page) for page in [*pages, second]]
        crowd_of_cases(98, MANY - 2)
        many = [counted(wang, page) for page in [*pages, second]]

        assert Case.objects.count() == MANY
        assert few == many
        assert max(many) <= 26, many


def posts(grid: Grid) -> frozenset[int]:
    return frozenset({grid.cast.wang.post.pk})


def walked(browser: Client, address: str) -> list[CaseStep]:
    """Return the steps of all pages, following the links as a person does."""
    steps: list[CaseStep] = []
    here = address
    while here:
        page: Any = browser.get(here)
        steps += [row.step for row in page.context["rows"]]
        here = f"{address}{page.context['next']}" if page.context["next"] else ""
    return steps


class TestProcedures:
    def test_every_published_version_is_listed_and_opens(self, grid: Grid) -> None:
        wang = desk(grid.cast.wang)
        page = wang.get("/desk/procedures/").content.decode()
        versions = ProcedureVersion.objects.all()

        assert versions
        for version in versions:
            address = f"/desk/procedures/{version.code}/{version.version}/"
            assert f'href="{address}"' in page
            shown = wang.get(address).content.decode()
            assert version.fingerprint in shown.replace(" ", "").replace("\n", "")
            assert "<svg" in shown
            for step in version.procedure.steps:
                assert str(step.label) in shown

    @pytest.mark.parametrize(
        ("code", "version"),
        [("grid.case", "1999-1"), ("grid", "2026-2"), ("%E4%BA%95", "x"), ("a" * 900, "b")],
    )
    def test_others_are_absent(self, grid: Grid, code: str, version: str) -> None:
        answer = desk(grid.cast.wang).get(f"/desk/procedures/{code}/{version}/")

        assert answer.status_code == 404


class TestWhoMayEnter:
    PAGES = (
        "/desk/",
        "/desk/procedures/",
        "/desk/procedures/grid.case/2026-2/",
        "/desk/grid/report/",
    )

    @pytest.mark.parametrize("address", PAGES)
    def test_who_is_not_signed_in_is_led_to_do_so(self, client: Client, address: str) -> None:
        answer = client.get(address)

        if address == "/desk/":
            assert "登录办公端" in answer.content.decode()
        else:
            assert answer["Location"] == f"/desk/login/?next={address}"

    @pytest.mark.parametrize("address", PAGES)
    def test_without_a_post_there_is_nothing_to_do(self, grid: Grid, address: str) -> None:
        client = Client()
        client.force_login(officer("3001", "无岗"))
        answer = client.get(address)

        assert answer.status_code == 403
        assert "no_post" in answer.content.decode()

    @pytest.mark.parametrize("address", PAGES)
    def test_with_a_password_that_others_know_it_is_changed_first(
        self, grid: Grid, address: str
    ) -> None:
        Officer.objects.filter(pk=grid.cast.wang.officer.pk).update(must_change_password=True)
        wang = desk(grid.cast.wang)

        assert wang.get(address)["Location"] == "/desk/password/"
        assert wang.get("/desk/password/").status_code == 200
