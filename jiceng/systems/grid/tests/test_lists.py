"""The lists of cases: one choice for table, count, search, map and file, within what is seen."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jiceng.kernel.base.ids import check_digit
from jiceng.kernel.exports.service import read_table
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.procedures.service import current
from jiceng.kernel.workdays.service import light
from jiceng.systems.grid import actions, queries, terms
from jiceng.systems.grid.actions.indexing import index_cases
from jiceng.systems.grid.models import Incident, Watch
from jiceng.systems.grid.queries.lights import lights_at
from jiceng.systems.grid.queries.lists import Choice
from jiceng.systems.grid.terms import Pressure, Sort, Tab
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import codes, desk, number_of_no_case, telling_of

pytestmark = pytest.mark.django_db

LIST, MAP, POINTS = "/desk/grid/cases/", "/desk/grid/map/", "/desk/grid/cases/map.json"
CSV, XLSX = "/desk/grid/cases/export.csv", "/desk/grid/cases/export.xlsx"
LONG = "9" * 5000


def drawn_numbers(start: int) -> Iterator[str]:
    """Yield case numbers with right check digits, in order."""
    for count in range(start, start + 10**6):
        digits = f"260302{count:06d}"
        yield digits + check_digit(digits)


@pytest.fixture
def crowd(grid: Grid) -> Callable[[int, int], None]:
    """Return a function that fills the street of 王 from ``start`` up to ``count`` cases."""
    version = current(terms.PROCEDURE)

    def fill(start: int, count: int) -> None:
        drawn = drawn_numbers(start)
        at = grid.cast.at
        cases = Case.objects.bulk_create(
            Case(
                number=next(drawn),
                system=terms.SYSTEM,
                procedure=version,
                title=f"井盖缺失、移位（{number}号）",
                unit=grid.cast.community,
                opened_at=at + timedelta(minutes=number // 3),
                due_at=at + timedelta(minutes=37 * (number % 500)) if number % 10 else None,
            )
            for number in range(start, count)
        )
        CaseStep.objects.bulk_create(
            CaseStep(
                case=case,
                step="reported",
                unit=grid.cast.street,
                post=grid.cast.wang.post,
                entered_at=at,
                due_at=case.due_at,
            )
            for case in cases
        )
        incidents = Incident.objects.bulk_create(_incident(grid, case) for case in cases)
        index_cases(incidents)

    return fill


def _incident(grid: Grid, case: Case) -> Incident:
    placed = {"lng": 117.02, "lat": 30.52} if case.pk % 4 else {}
    return Incident(
        case=case,
        category=[grid.cover, grid.rubbish, None][case.pk % 3],
        cell=grid.cells[grid.cast.community.code],
        source="resident",
        **placed,
    )


def numbers_of_pages(browser: Client, address: str, query: str = "") -> list[str]:
    """Return the numbers of all pages, following the links as a person does."""
    found: list[str] = []
    here = f"{address}?{query}"
    while here:
        page: Any = browser.get(here)
        assert page.status_code == 200, page.content.decode()
        found += [row.case.number for row in page.context["found"].rows]
        here = f"{address}{page.context['next']}" if page.context["next"] else ""
    return found


def surfaces(browser: Client, query: str = "") -> dict[str, Any]:
    """Return what each surface shows of a choice."""
    page: Any = browser.get(f"{LIST}?{query}")
    lines = list(csv.reader(io.StringIO(text_of(browser.get(f"{CSV}?{query}")))))
    points = json.loads(browser.get(f"{POINTS}?{query}").content)
    return {
        "list": set(numbers_of_pages(browser, LIST, query)),
        "count": page.context["found"].total,
        "export": {line[0] for line in lines[1:]},
        "map": {feature["properties"]["number"] for feature in points["features"]},
        "total": points["total"],
        "beside the map": set(numbers_of_pages(browser, MAP, query)),
    }


def text_of(answer: Any) -> str:
    """Return a file that is streamed, without its mark."""
    return b"".join(answer).decode("utf-8-sig")


def on_all(numbers: set[str]) -> dict[str, Any]:
    """Return what every surface shows where all cases have a point."""
    return {
        "list": numbers,
        "count": len(numbers),
        "export": numbers,
        "map": numbers,
        "total": len(numbers),
        "beside the map": numbers,
    }


@pytest.fixture
def told(grid: Grid) -> dict[str, Case]:
    """Five cases that differ in what can be chosen by."""
    at = grid.cast.at
    village = scene.report(grid, point=scene.IN_VILLAGE, at=at + timedelta(minutes=1))
    rubbish = scene.report(
        grid,
        category=grid.rubbish,
        place="菜市场后门",
        description="烂菜叶堆了三天",
        at=at + timedelta(days=1),
    )
    patrol = scene.report(
        grid, by=grid.cast.li, source="patrol", at=at + timedelta(days=2), phone=""
    )
    Incident.objects.filter(case=patrol).update(major_candidate=True)
    return {
        "cover": scene.report(grid),
        "village": village,
        "rubbish": rubbish,
        "patrol": patrol,
        "elsewhere": scene.report(grid, point=scene.IN_OTHER_COMMUNITY),
    }


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
        self, grid: Grid, crowd: Callable[[int, int], None], sort: str
    ) -> None:
        crowd(0, 130)
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


BAD = [
    ("tab=nobody", "invalid_choice"),
    ("tab=mine&tab=unit", "repeated"),
    ("sort=random", "invalid_choice"),
    ("state=gone", "invalid_choice"),
    ("category=X999", "invalid_choice"),
    ("group=%F0%9F%98%80", "invalid_choice"),
    ("unit=%27%20OR%201=1--", "invalid_choice"),
    ("cell=" + LONG, "invalid_choice"),
    ("source=RESIDENT", "invalid_choice"),
    ("light=red", "invalid_choice"),
    ("judgement=1", "invalid_choice"),
    ("candidate=yes", "invalid_choice"),
    ("since=yesterday", "invalid"),
    ("since=2026-02-30", "invalid"),
    ("since=0001-01-01", "invalid"),
    ("until=" + LONG, "invalid"),
    ("since=2026-03-03&until=2026-03-02", "ends_before_start"),
    ("after=-1", "min_value"),
    ("after=x", "invalid"),
    ("after=9223372036854775808", "max_value"),
    ("after=" + LONG, "invalid"),
    ("q=" + "%E4%BA%95" * 101, "max_length"),
]


class TestBadInput:
    @pytest.mark.parametrize(("query", "code"), BAD)
    @pytest.mark.parametrize("address", [LIST, MAP, POINTS, CSV, XLSX])
    def test_it_is_named_and_nothing_else_is_shown(
        self, grid: Grid, address: str, query: str, code: str
    ) -> None:
        case = scene.report(grid)
        answer = desk(grid.cast.wang).get(f"{address}?{query}")

        assert answer.status_code == 422
        assert code in codes(answer)
        page = answer.content.decode()
        assert f'data-code="{code}"' in page
        assert case.title not in page

    def test_a_program_is_told_in_json(self, grid: Grid) -> None:
        answer = desk(grid.cast.wang).get(
            f"{POINTS}?state=gone", headers={"accept": "application/json"}
        )
        told = answer.json()

        assert answer.status_code == 422
        assert told["code"] == "bad_choice"
        assert told["details"]["errors"]["state"][0]["code"] == "invalid_choice"

    def test_only_two_kinds_of_files_are_written(self, grid: Grid) -> None:
        assert desk(grid.cast.wang).get("/desk/grid/cases/export.pdf").status_code == 422


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
    def test_the_filter_takes_what_the_page_shows(
        self, grid: Grid, crowd: Callable[[int, int], None]
    ) -> None:
        crowd(0, 600)
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


class TestWatching:
    def test_watching_and_no_longer(self, grid: Grid) -> None:
        case = scene.report(grid)
        wang = desk(grid.cast.wang)
        address = f"/desk/grid/cases/{case.number}/watch/"

        for _press in range(2):
            assert wang.post(address, {"watch": "1"})["Location"].endswith(f"/{case.number}/")
        assert numbers_of_pages(wang, LIST, "tab=watching") == [case.number]
        assert numbers_of_pages(desk(grid.cast.zhang), LIST, "tab=watching") == []
        assert queries.is_watching(grid.cast.wang.officer, case)

        for _press in range(2):
            wang.post(address, {"watch": "0", "next": LIST})
        assert numbers_of_pages(wang, LIST, "tab=watching") == []

    @pytest.mark.parametrize("pressed", ["0", "1"])
    def test_a_case_out_of_sight_is_as_absent_as_none(self, grid: Grid, pressed: str) -> None:
        case = scene.report(grid)
        zhao = desk(grid.cast.zhao)
        nowhere = number_of_no_case(case)
        answers: list[Any] = [
            zhao.post(f"/desk/grid/cases/{number}/watch/", {"watch": pressed})
            for number in (case.number, nowhere)
        ]
        told = telling_of(answers, [case.number, nowhere])

        assert told[0] == told[1]
        assert told[0][0] == 404
        assert not Watch.objects.exists()

    def test_watching_opens_nothing(self, grid: Grid) -> None:
        case = scene.report(grid)
        Watch.objects.create(officer=grid.cast.zhao.officer, case=case, since=grid.cast.at)

        assert numbers_of_pages(desk(grid.cast.zhao), LIST, "tab=watching") == []


class TestFilters:
    ADDRESS, REMOVE = "/desk/grid/cases/filters/", "/desk/grid/cases/filters/remove/"

    def test_kept_shown_replaced_and_removed(self, grid: Grid) -> None:
        wang = desk(grid.cast.wang)
        kept = wang.post(self.ADDRESS, {"name": "超期的", "query": "light=late&after=3"})
        assert kept["Location"] == f"{LIST}?light=late"
        wang.post(self.ADDRESS, {"name": "超期的", "query": "light=late&tab=mine"})

        found: Any = wang.get(LIST)
        assert [(one.name, one.query) for one in found.context["saved"]] == [
            ("超期的", "tab=mine&light=late")
        ]
        assert desk(grid.cast.zhang).get(LIST).context["saved"] == []
        assert desk(grid.cast.zhang).post(self.REMOVE, {"name": "超期的"}).status_code == 404
        assert wang.post(self.REMOVE, {"name": "超期的"}).status_code == 302
        assert wang.get(LIST).context["saved"] == []

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            ({"name": "", "query": "light=late"}, "required"),
            ({"name": "超" * 31, "query": "light=late"}, "max_length"),
            ({"name": "a", "query": ""}, "empty_filter"),
            ({"name": "a", "query": "sort=newest"}, "empty_filter"),
            ({"name": "a", "query": "q=" + "%E4%BA%95" * 90}, "filter_too_long"),
        ],
    )
    def test_what_cannot_be_kept_is_said(
        self, grid: Grid, words: dict[str, str], code: str
    ) -> None:
        answer: Any = desk(grid.cast.wang).post(self.ADDRESS, words)
        errors = answer.context["keeping"].errors.as_data()

        assert answer.status_code == 422
        assert {error.code for each in errors.values() for error in each} == {code}

    def test_a_choice_that_is_wrong_is_not_kept(self, grid: Grid) -> None:
        answer = desk(grid.cast.wang).post(self.ADDRESS, {"name": "a", "query": "state=gone"})

        assert answer.status_code == 422
        assert codes(answer) == {"invalid_choice"}

    @pytest.mark.parametrize("query", ["q=%00", "group=%00", "q=%FF%FE", "&=&=", "x" * 9000])
    def test_nothing_hostile_breaks_it(self, grid: Grid, query: str) -> None:
        answer = desk(grid.cast.wang).post(self.ADDRESS, {"name": "a", "query": query})

        assert answer.status_code == 422

    def test_so_many_and_no_more(self, grid: Grid) -> None:
        wang = desk(grid.cast.wang)
        for number in range(terms.MOST_FILTERS):
            wang.post(self.ADDRESS, {"name": f"第{number}个", "query": "light=late"})
        again = {"name": "第1个", "query": "light=soon"}

        assert wang.post(self.ADDRESS, again).status_code == 302
        assert wang.post(self.ADDRESS, again | {"name": "又一个"}).status_code == 422


class TestPages:
    def test_empty_it_says_so(self, grid: Grid) -> None:
        wang = desk(grid.cast.wang)

        assert "还没有办件" in wang.get(LIST).content.decode()
        assert "没有符合条件的办件" in wang.get(LIST, {"light": "late"}).content.decode()
        assert "没有可以画在图上的办件" in wang.get(MAP).content.decode()

    @pytest.mark.parametrize("address", [LIST, MAP])
    def test_htmx_gets_the_rows_alone(self, grid: Grid, address: str) -> None:
        case = scene.report(grid)
        answer = desk(grid.cast.wang).get(address, headers={"hx-request": "true"})

        assert "<html" not in answer.content.decode()
        assert case.title in answer.content.decode()

    def test_a_typed_title_is_text(self, grid: Grid) -> None:
        scene.report(grid, place="<script>alert(1)</script>")
        page = desk(grid.cast.wang).get(LIST).content.decode()

        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page

    @pytest.mark.slow
    def test_as_many_statements_for_ten_thousand_cases_as_for_a_hundred(
        self, grid: Grid, crowd: Callable[[int, int], None]
    ) -> None:
        wang = grid.cast.wang
        crowd(0, 100)
        few = counted_all(wang)
        crowd(100, 10_000)
        many = counted_all(wang)

        assert Case.objects.count() == 10_000
        assert few == many
        assert max(many.values()) <= 20, many


ASKED = [
    LIST,
    f"{LIST}?sort=due",
    f"{LIST}?sort=number&after=%d",
    f"{LIST}?q=%%E4%%BA%%95%%E7%%9B%%96",
    f"{LIST}?q=jg&light=soon&unit=990000001&state=open",
    f"{LIST}?tab=mine",
    f"{LIST}?tab=unit",
    f"{LIST}?tab=watching",
    MAP,
    POINTS,
    f"{POINTS}?light=fine",
    CSV,
    XLSX,
]


def counted_all(capacity: Capacity) -> dict[str, int]:
    """Return how many statements each surface asks, and that none reads through all words."""
    browser = desk(capacity)
    with connection.cursor() as cursor:
        # Within a minute a server learns by itself how large its tables have become.
        cursor.execute("ANALYZE")
    after = Case.objects.order_by("number")[10].pk
    told = {}
    for address in ASKED:
        asked = address % after if "%d" in address else address.replace("%%", "%")
        text_of_any(browser.get(asked))
        with CaptureQueriesContext(connection) as queries_asked:
            text_of_any(browser.get(asked))
        statements = [query["sql"] for query in queries_asked]
        assert not [sql for sql in statements if "LIKE '%" in sql], asked
        told[address] = len(statements)
    return told


def text_of_any(answer: Any) -> bytes:
    """Read an answer to its end: a file asks while it is read."""
    assert answer.status_code == 200
    return b"".join(answer)


def test_a_choice_is_written_as_it_was_read() -> None:
    assert Choice().query == ""
    assert (
        Choice(tab="mine", q="井 盖", sort="due").query == "tab=mine&q=%E4%BA%95+%E7%9B%96&sort=due"
    )
