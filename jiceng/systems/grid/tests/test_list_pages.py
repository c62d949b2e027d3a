"""The pages of the lists: bad input, watching, kept filters, and how much they ask."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid import queries, terms
from jiceng.systems.grid.models import Watch
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.listing import CSV, LIST, MAP, POINTS, XLSX, crowd, numbers_of_pages
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import codes, desk, number_of_no_case, telling_of

pytestmark = pytest.mark.django_db

# The statements are the same on both; the second database counts them over fewer cases.
MANY = 10_000 if connection.vendor == "sqlite" else 1_000

LONG = "9" * 5000


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
        assert desk(grid.cast.wang).get("/desk/grid/cases/export.pdf").status_code == 404


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
    def test_as_many_statements_for_very_many_cases_as_for_a_hundred(self, grid: Grid) -> None:
        wang = grid.cast.wang
        crowd(grid, 0, 100)
        few = counted_all(wang)
        crowd(grid, 100, MANY)
        many = counted_all(wang)

        assert Case.objects.count() == MANY
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
