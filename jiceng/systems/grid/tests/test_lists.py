"""The lists of cases: one choice for table, count, search, map and file, within what is seen."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest

from jiceng.kernel.exports.service import read_table
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.search.service import check
from jiceng.kernel.workdays.service import light
from jiceng.systems.grid import actions, queries, terms
from jiceng.systems.grid.queries.lights import lights_at
from jiceng.systems.grid.queries.lists import Choice
from jiceng.systems.grid.terms import Pressure, Sort, Tab
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.listing import (
    CSV,
    LIST,
    MAP,
    POINTS,
    XLSX,
    crowd,
    numbers_of_pages,
    on_all,
    surfaces,
    tell,
    text_of,
)
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import desk, telling_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(grid: Grid) -> dict[str, Case]:
    """Five cases that differ in what can be chosen by."""
    return tell(grid)


class TestChoosing:
    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("", "cover village rubbish patrol"),
            ("tab=mine", "cover village rubbish patrol"),
            ("tab=unit", "cover village rubbish patrol"),
            ("tab=watching", ""),
            ("q=%E5%9E%83%E5%9C%BE", "rubbish"),  # 垃圾
            ("q=bllj", "rubbish"),
            ("q=%E7%83%82%E8%8F%9C", "rubbish"),  # 烂菜, in the description
            ("q=%E8%8F%9C%E5%B8%82+%E5%9E%83%E5%9C%BE", "rubbish"),
            ("q=%E6%B2%A1%E6%9C%89%E7%9A%84", ""),
            ("q=%EF%BC%8C", ""),  # nothing that could be searched for
            ("state=open", "cover village rubbish patrol"),
            ("state=ended", ""),
            ("state=reported", "cover village rubbish patrol"),
            ("state=closed", ""),
            ("state=judged", ""),
            ("category=E201", "rubbish"),
            ("unit=990000001", "cover village rubbish patrol"),
            ("unit=990000001201", "village"),
            ("cell=990000001201001", "village"),
            ("source=patrol", "patrol"),
            ("candidate=1", "patrol"),
            ("judgement=major", ""),
            ("since=2026-03-03", "rubbish patrol"),
            ("until=2026-03-03", "cover village rubbish"),
            ("since=2026-03-03&until=2026-03-03", "rubbish"),
            ("category=C101&unit=990000001201&q=jg", "village"),
            ("light=late", "cover village rubbish patrol"),
            ("light=fine", ""),
            ("candidate=&state=&sort=", "cover village rubbish patrol"),
        ],
    )
    def test_every_surface_shows_the_same(
        self, grid: Grid, told: dict[str, Case], query: str, names: str
    ) -> None:
        meant = {told[name].number for name in names.split()}

        assert surfaces(desk(grid.cast.wang), query) == on_all(meant)

    @pytest.mark.parametrize("sort", Sort.values)
    def test_in_every_order_nothing_is_lost_and_nothing_comes_twice(
        self, grid: Grid, sort: str
    ) -> None:
        crowd(grid, 0, 130)
        walked = numbers_of_pages(desk(grid.cast.wang), LIST, f"sort={sort}")
        keys = {
            "newest": lambda case: (-case.opened_at.timestamp(), -case.pk),
            "oldest": lambda case: (case.opened_at, case.pk),
            "due": lambda case: (case.due_at is None, str(case.due_at), case.pk),
            "number": lambda case: case.number,
        }
        assert walked == [case.number for case in sorted(Case.objects.all(), key=keys[sort])]

    def test_cases_without_a_point_are_in_the_list_and_counted_but_not_drawn(
        self, grid: Grid
    ) -> None:
        placed = scene.report(grid)
        bare = scene.report(grid, point=None, unit=grid.cast.community)
        points = json.loads(desk(grid.cast.wang).get(POINTS).content)

        assert (points["total"], points["located"], points["shown"]) == (2, 1, 1)
        assert points["features"][0]["properties"]["number"] == placed.number
        assert bare.number in numbers_of_pages(desk(grid.cast.wang), LIST)

    def test_the_map_is_cut_and_says_so(
        self, grid: Grid, told: dict[str, Case], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(terms, "MOST_POINTS", 3)
        points = json.loads(desk(grid.cast.wang).get(POINTS).content)

        assert (points["total"], points["located"], points["shown"]) == (4, 4, 3)
        assert len(points["features"]) == 3

    @pytest.mark.parametrize(("most", "words"), [(3, "超过 3 件"), (4, "共 4 件")])
    def test_it_is_counted_so_far_and_no_further(
        self,
        grid: Grid,
        told: dict[str, Case],
        monkeypatch: pytest.MonkeyPatch,
        most: int,
        words: str,
    ) -> None:
        monkeypatch.setattr(terms, "MOST_COUNTED", most)
        wang = desk(grid.cast.wang)
        points = json.loads(wang.get(POINTS).content)

        assert (points["total"], points["located"], points["more"]) == (most, most, most < 4)
        for address in (LIST, MAP):
            page: Any = wang.get(address)
            assert words in page.content.decode()
            assert len(page.context["found"].rows) == 4

    def test_unit_and_mine_differ_once_the_case_is_with_somebody_else(self, grid: Grid) -> None:
        case = scene.walk(grid, scene.report(grid), scene.PATH[:2])
        wang, qian = desk(grid.cast.wang), desk(grid.cast.qian)

        assert numbers_of_pages(qian, LIST, "tab=mine") == [case.number]
        assert numbers_of_pages(wang, LIST, "tab=mine") == []
        assert numbers_of_pages(wang, LIST, "tab=unit") == [case.number]

    def test_ended_cases_are_found_by_how_they_ended(self, grid: Grid) -> None:
        case = scene.walk(grid, scene.report(grid), scene.PATH)
        wang = desk(grid.cast.wang)

        assert numbers_of_pages(wang, LIST, "state=closed") == [case.number]
        assert numbers_of_pages(wang, LIST, "state=ended") == [case.number]
        assert numbers_of_pages(wang, LIST, "state=open") == []
        assert numbers_of_pages(wang, LIST, "light=late") == []


class TestSeeing:
    def test_nobody_sees_more_on_one_surface_than_on_another(
        self, grid: Grid, told: dict[str, Case]
    ) -> None:
        for capacity in grid.cast.officers:
            browser = desk(capacity)
            numbers = [case.number for case in told.values()]
            opened = {
                number
                for number in numbers
                if browser.get(f"/desk/grid/cases/{number}/").status_code == 200
            }
            assert surfaces(browser) == on_all(opened), capacity.title
            for tab in Tab.values:
                assert set(numbers_of_pages(browser, LIST, f"tab={tab}")) <= opened

    def test_a_case_of_others_is_no_place_to_go_on_from(
        self, grid: Grid, told: dict[str, Case]
    ) -> None:
        zhao = desk(grid.cast.zhao)
        for after in (told["cover"].pk, 2**62):
            page: Any = zhao.get(f"{LIST}?after={after}")
            assert page.context["found"].rows == []
            assert page.context["found"].total == 1

    def test_units_out_of_sight_are_refused_like_units_that_do_not_exist(self, grid: Grid) -> None:
        zhao = desk(grid.cast.zhao)
        answers: list[Any] = [
            zhao.get(LIST, {"unit": code}) for code in ("990000001001", "990000009001")
        ]
        told = telling_of(answers, ["990000001001", "990000009001"])

        assert told[0] == told[1]
        assert told[0][0] == 422

    def test_an_erased_report_is_found_by_no_word_of_it(
        self, grid: Grid, told: dict[str, Case]
    ) -> None:
        wang = desk(grid.cast.wang)
        rubbish = told["rubbish"]
        actions.forget_words(subject=rubbish.subject, by=grid.cast.wang, at=grid.cast.at)

        for typed in ("烂菜", "菜市场", "csc"):
            assert wang.get(LIST, {"q": typed}).context["found"].total == 0
        for typed in ("垃圾", "bllj", rubbish.number):
            assert wang.get(LIST, {"q": typed}).context["found"].total == 1


class TestTheFile:
    def test_it_has_no_word_about_the_reporter(self, grid: Grid) -> None:
        scene.report(grid, place=f"门口，电话{scene.PHONE}")
        text = text_of(desk(grid.cast.wang).get(CSV))

        for word in (scene.PHONE, scene.REPORTER, scene.WORDS):
            assert word not in text
        assert "门口" in text

    def test_a_formula_stays_text(self, grid: Grid) -> None:
        scene.report(grid, place="=1+1")
        lines = list(csv.reader(io.StringIO(text_of(desk(grid.cast.wang).get(CSV)))))

        assert lines[1][lines[0].index("位置")] == "'=1+1"

    def test_both_kinds_say_the_same(self, grid: Grid, told: dict[str, Case]) -> None:
        wang = desk(grid.cast.wang)
        lines = list(csv.reader(io.StringIO(text_of(wang.get(CSV)))))
        answer = wang.get(XLSX)
        read = list(read_table(answer.content, lines[0]))

        assert len(read) == len(lines) - 1 == 4
        assert [list(line.cells.values()) for line in read] == lines[1:]


class TestLights:
    def test_the_filter_takes_what_the_page_shows(self, grid: Grid) -> None:
        crowd(grid, 0, 600)
        for hours in (0, 1, 7, 26, 50, 150):
            at = grid.cast.at + timedelta(hours=hours)
            lights = lights_at(at)
            cases = Case.objects.select_related("incident__category")
            for pressure in Pressure:
                found = set(cases.filter(lights.q(pressure.light)).values_list("pk", flat=True))
                meant = {case.pk for case in cases if _light_of(case, at) == pressure.light}
                assert found == meant, (hours, pressure)
            for case in cases:
                kind = queries.listed.kind_of(case.incident)
                assert lights.of(case.due_at, kind) == _light_of(case, at)


def _light_of(case: Case, at: Any) -> str:
    if case.due_at is None:
        return ""
    category = case.incident.category
    return str(light(case.due_at, at, category.limit if category else None))


def test_a_choice_is_written_as_it_was_read() -> None:
    assert Choice().query == ""
    assert (
        Choice(tab="mine", q="井 盖", sort="due").query == "tab=mine&q=%E4%BA%95+%E7%9B%96&sort=due"
    )


def test_the_index_holds_what_it_would_hold_if_it_were_made_again(
    grid: Grid, told: dict[str, Case]
) -> None:
    scene.walk(grid, told["cover"], ("judge", "split"))
    actions.forget_words(subject=told["rubbish"].subject, by=grid.cast.wang, at=grid.cast.at)
    found = check()

    assert found.intact, found
    assert found.checked == Case.objects.count() > len(told)
