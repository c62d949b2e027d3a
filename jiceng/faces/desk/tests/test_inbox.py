"""The three views of the inbox: mine, my unit's, what I watch."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.systems.grid.models import Watch
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import desk

pytestmark = pytest.mark.django_db


def shown(who: Capacity, tab: str) -> list[Case]:
    """Return the cases of all pages of a tab, following the links as a person does."""
    browser, cases, query = desk(who), [], f"?tab={tab}"
    while query:
        page: Any = browser.get(f"/desk/{query}")
        cases += [row.step.case for row in page.context["rows"]]
        query = page.context["next"]
    return cases


def counts(who: Capacity) -> list[int]:
    """Return the numbers on the tabs."""
    return [tab["count"] for tab in desk(who).get("/desk/").context["tabs"]]  # type: ignore[index]


def watch(who: Capacity, case: Case) -> None:
    Watch.objects.create(officer=who.officer, case=case, since=case.opened_at)


class TestTheUnit:
    def test_what_the_units_below_have_in_hand_whoever_holds_it(self, grid: Grid) -> None:
        fresh = scene.report(grid)
        handled = scene.walk(grid, scene.report(grid), scene.PATH[:2])

        assert shown(grid.cast.zhang, "unit") == [fresh, handled]
        assert shown(grid.cast.zhang, "mine") == []
        assert counts(grid.cast.zhang) == [0, 2, 0]

    def test_a_line_says_who_has_it(self, grid: Grid) -> None:
        case = scene.walk(grid, scene.report(grid), scene.PATH[:2])
        holder = str(scene.open_step(case).post)

        assert holder in desk(grid.cast.zhang).get("/desk/?tab=unit").content.decode()

    def test_another_street_sees_nothing_of_it(self, grid: Grid) -> None:
        case = scene.report(grid)

        assert shown(grid.cast.zhao, "unit") == []
        assert counts(grid.cast.zhao) == [0, 0, 0]
        assert case.title not in desk(grid.cast.zhao).get("/desk/?tab=unit").content.decode()

    def test_a_step_that_lies_here_while_its_case_is_not_shown_is_left_out(
        self, grid: Grid
    ) -> None:
        """The list shows nothing whose page would answer that there is no such case."""
        case = scene.report(grid)
        CaseStep.objects.filter(case=case).update(unit=grid.cast.other_street, post=None)

        assert shown(grid.cast.zhao, "unit") == []
        address = f"/desk/grid/cases/{case.number}/"
        assert desk(grid.cast.zhao).get(address).status_code == 404
        # Since the case passed to that street, it is there.
        Case.objects.filter(pk=case.pk).update(unit=grid.cast.other_street)
        assert shown(grid.cast.zhao, "unit") == [case]
        assert desk(grid.cast.zhao).get(address).status_code == 200

    def test_what_waits_for_nobody_is_there_too(self, grid: Grid) -> None:
        case = scene.report(grid)
        CaseStep.objects.filter(case=case).update(post=None)

        assert shown(grid.cast.zhang, "unit") == [case]


class TestWatching:
    def test_only_what_this_officer_watches(self, grid: Grid) -> None:
        mine, other = scene.report(grid), scene.report(grid)
        watch(grid.cast.wang, mine)
        watch(grid.cast.zhang, other)

        assert shown(grid.cast.wang, "watching") == [mine]
        assert counts(grid.cast.wang) == [2, 2, 1]

    def test_watching_opens_nothing(self, grid: Grid) -> None:
        watch(grid.cast.zhao, scene.report(grid))

        assert shown(grid.cast.zhao, "watching") == []
        assert counts(grid.cast.zhao) == [0, 0, 0]

    def test_what_ended_waits_for_nobody(self, grid: Grid) -> None:
        case = scene.walk(grid, scene.report(grid), scene.PATH)
        watch(grid.cast.wang, case)

        assert shown(grid.cast.wang, "watching") == []

    def test_empty_it_says_how_to_begin(self, grid: Grid) -> None:
        page = desk(grid.cast.wang).get("/desk/?tab=watching").content.decode()

        assert "没有关注的在办件" in page


class TestTabs:
    def test_they_are_plain_links_and_the_one_shown_is_marked(self, grid: Grid) -> None:
        page = desk(grid.cast.wang).get("/desk/?tab=unit").content.decode()

        assert 'href="/desk/?tab=unit" aria-current="page"' in page
        assert 'href="/desk/"' in page
        assert 'href="/desk/?tab=watching"' in page

    def test_an_unknown_tab_is_not_there(self, grid: Grid) -> None:
        assert desk(grid.cast.wang).get("/desk/?tab=theirs").status_code == 404

    @pytest.mark.parametrize("tab", ["mine", "unit", "watching"])
    def test_pages_go_on_where_they_ended(self, grid: Grid, tab: str) -> None:
        cases = [
            scene.report(grid, at=grid.cast.at + timedelta(minutes=minute)) for minute in range(53)
        ]
        for case in cases:
            watch(grid.cast.wang, case)

        assert shown(grid.cast.wang, tab) == cases

    @pytest.mark.parametrize("tab", ["unit", "watching"])
    def test_a_step_of_others_marks_no_place(self, grid: Grid, tab: str) -> None:
        case = scene.report(grid)
        watch(grid.cast.zhao, case)
        after = scene.open_step(case).pk
        page = desk(grid.cast.zhao).get(f"/desk/?tab={tab}&after={after}")

        assert page.context["rows"] == []

    @pytest.mark.parametrize("tab", ["mine", "unit", "watching"])
    def test_as_many_statements_for_many_as_for_few(self, grid: Grid, tab: str) -> None:
        def fill(count: int) -> None:
            for _each in range(count):
                watch(grid.cast.wang, scene.report(grid))

        browser = desk(grid.cast.wang)
        fill(2)
        few = asked(browser, f"/desk/?tab={tab}")
        fill(12)

        assert asked(browser, f"/desk/?tab={tab}") == few


def asked(browser: Client, address: str) -> int:
    """Return how many statements a page asks once everything is warm."""
    browser.get(address)
    with CaptureQueriesContext(connection) as statements:
        assert browser.get(address).status_code == 200
    return len(statements)


class TestPicking:
    @pytest.mark.parametrize("tab", ["mine", "unit", "watching"])
    def test_a_box_stands_where_i_can_move_it_with_others(self, grid: Grid, tab: str) -> None:
        fresh = scene.report(grid)
        watch(grid.cast.wang, fresh)
        page = desk(grid.cast.wang).get(f"/desk/?tab={tab}").content.decode()

        assert f'name="step" value="{scene.open_step(fresh).pk}"' in page
        assert 'formaction="/desk/grid/bulk/"' in page

    def test_none_stands_at_what_others_hold(self, grid: Grid) -> None:
        scene.report(grid)
        page = desk(grid.cast.zhang).get("/desk/?tab=unit").content.decode()

        assert 'name="step"' not in page
        assert "formaction" not in page

    def test_nor_where_each_asks_for_something_of_its_own(self, grid: Grid) -> None:
        scene.walk(grid, scene.report(grid), scene.PATH[:2])
        page = desk(grid.cast.qian).get("/desk/").content.decode()

        assert "井盖" in page
        assert 'name="step"' not in page
