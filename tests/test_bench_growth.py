"""What the benchmark says of growth, of bulk, of a province, and how it comes onto the page."""

import csv
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from bench import page
from bench.goals import Goal
from bench.limits.finished import _renamed
from bench.pages import Growth, Page, ratio
from bench.province import Assumed, Measured, measured_in, need
from bench.report import verdict
from bench.scenarios import copies, requests
from bench.scenarios.plans import _in_postgresql, in_sqlite, read_whole
from bench.shares import _package
from jiceng.kernel.base import clock
from jiceng.kernel.base.ids import read_number
from jiceng.kernel.ledger import service as ledger
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.search.service import matching
from jiceng.kernel.workdays.models import Clock
from jiceng.systems.grid.management.replay.mapping import load_mapping
from jiceng.systems.grid.management.replay.rows import Reader
from jiceng.systems.grid.models import Incident
from jiceng.systems.grid.terms import SEARCHED
from jiceng.systems.grid.tests.scene import PATH, Grid, report, walk

SIZE = 300


def page_of(size: int, statements: int, cpu: float, whole: list[Any] | None = None) -> Page:
    return Page("sqlite", size, "list", 9, 10 * cpu, cpu, cpu, statements, whole or [])


def test_growth_is_the_largest_beside_the_smallest_and_names_its_faults() -> None:
    found = Growth(
        [page_of(100, 5, 2), page_of(1000, 6, 3, [["SELECT 1", ["ledger_entry (SCAN)"]]])]
    )
    [(small, big)] = found.pairs()
    assert ratio(small, big) == (1.5, 1.5, 1.5)
    assert found.faults() == [
        "sqlite, list: 5 statements become 6",
        "sqlite, list: reads ledger_entry (SCAN)",
    ]
    assert Growth([page_of(100, 5, 2), page_of(1000, 5, 3)]).faults() == []


def node(kind: str, *plans: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Node Type": kind, "Plans": list(plans), **more}


CASES = {"Relation Name": "procedures_case"}
WALK = node("Index Scan", **CASES, **{"Index Name": "case_newest"})
PARTIAL = node("Index Scan", **CASES, **{"Index Name": "case_open_due"})
OF_CONSTRAINT = node(
    "Index Only Scan",
    **{"Relation Name": "procedures_casestep", "Index Name": "one_open_step_a_branch"},
)
SOUGHT = node("Index Scan", **CASES, **{"Index Name": "case_newest", "Index Cond": "x"})


@pytest.mark.parametrize(
    ("plan", "whole"),
    [
        (node("Seq Scan", **CASES), ["procedures_case (Seq Scan)"]),
        (node("Seq Scan", **{"Relation Name": "orgs_unit"}), []),
        (node("Limit", node("Seq Scan", **CASES, Filter="x")), ["procedures_case (Seq Scan)"]),
        (WALK, ["procedures_case (Index Scan case_newest)"]),
        (node("Limit", node("Nested Loop", WALK)), []),
        (node("Limit", node("Sort", WALK)), ["procedures_case (Index Scan case_newest)"]),
        (PARTIAL, []),
        (OF_CONSTRAINT, []),
        (node("Aggregate", SOUGHT), []),
    ],
)
def test_a_plan_of_postgresql_is_read(plan: dict[str, Any], whole: list[str]) -> None:
    assert list(_in_postgresql(plan, limited=False)) == whole


TREES = {
    2: ("procedures_case", "procedures_case"),
    3: ("case_newest", "procedures_case"),
    4: ("case_open_due", "procedures_case"),
    5: ("orgs_unit", "orgs_unit"),
}


@pytest.mark.parametrize(
    ("tree", "more", "limited", "whole"),
    [
        (2, [], False, ["procedures_case (scan of procedures_case)"]),
        (2, [], True, ["procedures_case (scan of procedures_case)"]),
        (3, [], False, ["procedures_case (scan of case_newest)"]),
        (3, [], True, []),
        (3, [("SorterSort", 7, 9)], True, ["procedures_case (scan of case_newest)"]),
        (4, [], False, []),
        (5, [], False, []),
    ],
)
def test_a_program_of_sqlite_is_read(
    tree: int, more: list[Any], limited: bool, whole: list[str]
) -> None:
    program = [("OpenRead", 0, tree), ("Rewind", 0, 9), ("Next", 0, 4), *more]
    assert list(in_sqlite(program, TREES, limited=limited)) == whole


def test_a_tree_that_is_searched_or_asked_for_its_last_is_not_read_whole() -> None:
    searched = [("OpenRead", 0, 2), ("SeekGE", 0, 9), ("Next", 0, 4)]
    assert not list(in_sqlite(searched, TREES, limited=False))
    assert not list(in_sqlite([("OpenRead", 0, 2), ("Last", 0, 9)], TREES, limited=False))


@pytest.mark.django_db
def test_what_the_database_itself_says_is_read() -> None:
    assert "procedures_case" in "".join(read_whole('SELECT title FROM "procedures_case"'))
    assert not read_whole('SELECT title FROM "procedures_case" WHERE id = 7')


@pytest.fixture
def cases_made(grid: Grid) -> list[Case]:
    """Two cases that ended and one that is open, made by acts."""
    return [*(walk(grid, report(grid), PATH) for _n in range(2)), report(grid)]


@pytest.mark.slow
@pytest.mark.django_db
def test_copies_are_cases_like_any_other(cases_made: list[Case]) -> None:
    copies.grow(SIZE, clock.read())
    assert Case.objects.count() == SIZE
    assert all(read_number(number) for number in Case.objects.values_list("number", flat=True))
    open_cases = Case.objects.filter(closed_at=None).count()
    assert 1 < open_cases < SIZE / 10
    assert CaseStep.objects.open().count() == open_cases
    assert Incident.objects.count() == Clock.objects.count() == SIZE
    copied = Case.objects.exclude(pk__in=[case.pk for case in cases_made]).latest("pk")
    assert list(Case.objects.filter(matching(SEARCHED, copied.number))) == [copied]
    pattern = Case.objects.filter(pk__in=[case.pk for case in cases_made], title=copied.title)
    told = [Entry.objects.filter(subject=case.subject).count() for case in [copied, *pattern]]
    assert told[0] in told[1:]
    while ledger.seal(clock.read()):
        pass
    assert ledger.verify().exit_code == 0


def test_the_plan_is_the_same_at_every_run_and_no_number_comes_twice() -> None:
    day = clock.read().date()
    numbers = [copies._number(day, place) for place in range(1, 5000)]
    assert len(set(numbers)) == len(numbers)
    assert numbers[0] == copies._number(day, 1)


def test_every_invented_request_can_be_read(tmp_path: Path) -> None:
    file = requests.write(tmp_path / "requests.csv", 600)
    with file.open(newline="") as stream:
        header, *rows = csv.reader(stream)
    mapping = load_mapping(settings.ROOT / "data" / "mappings" / "boston2015.toml")
    reader = Reader(mapping, header, clock.read())
    fates = [reader.request(line, cells).fate for line, cells in enumerate(rows)]
    assert len({row[0] for row in rows}) == 600
    assert {"closed", "refused", "open"} == set(fates)
    assert requests.write(tmp_path / "again.csv", 600).read_bytes() == file.read_bytes()


def test_an_empty_table_is_made_beside_another() -> None:
    assert _renamed('CREATE TABLE "a" ("b" REFERENCES "a" ("id"))', "a").startswith(
        'CREATE TABLE "bench_a" ("b" REFERENCES "a"'
    )
    index = 'CREATE UNIQUE INDEX "i" ON "a" ("b") WHERE "b" > 1'
    assert _renamed(index, "a") == 'CREATE UNIQUE INDEX "bench_i" ON "bench_a" ("b") WHERE "b" > 1'


def test_a_province_is_arithmetic() -> None:
    assumed = Assumed(people=7_200_000, reports=1, peak=2, views=1, hours=2000, busy=0.5)
    found = need(assumed, Measured(case_app=100, case_server=50, page=10, bytes=1000))
    assert (found.cases_a_second, found.acts_a_second) == (2, 14)
    assert (found.app_cores, found.server_cores) == (0.4, 0.2)
    assert found.page_cores == pytest.approx(0.28)
    assert found.gigabytes_a_year == pytest.approx(7.2)


RESULTS = {
    "at": "2026-11-30T10:00:00+00:00",
    "machine": {"processor": "p", "cores": 2, "memory_gib": 8},
    "versions": {"django": "5.2"},
    "postgresql": {"fsync": "on"},
    "goals": [
        {
            **{"code": "P1", "words": "a | b", "floor": 0.5, "stretch": None, "unit": ""},
            **{"more": True, "measured": {"value": 0.625}, "verdict": "pass"},
        }
    ],
    "lines": [
        {
            **{"group": "http", "name": "ours × 4", "cpu_ms": 60.0, "server_ms": 20.0, "note": ""},
            **{"rate": 30.0, "ratio": 1.5, "by_cpu": True, "base": "natural", "faults": []},
            **{"kept": 3, "of": 5, "foreign": 0.1},
        }
    ],
}
GROWTH = {
    "foreign": 0.1,
    "dearest": 1.25,
    "flat": 1.5,
    "faults": ["list: reads"],
    "pages": [
        {
            **{"vendor": "postgresql", "name": "list", "size": 1000, "statements": 9, "wall": 5.0},
            **{"wall_late": 7.0, "cpu": 4.0, "cpu_late": 5.0, "whole": [["S", ["t (Seq Scan)"]]]},
        }
    ],
    "sizes": [
        {
            **{"vendor": "postgresql", "cases": 1000, "open_steps": 15, "bytes": 9_000_000},
            "ledger": {"rows": 7000, "wall": 9000.0},
        }
    ],
}
PROFILE = {
    "sqlite": {
        **{"statements": {"open": 9}, "here": {"open": 2.0}, "server": {"open": 0.0}},
        **{"dearest": "open", "shares": {"django.db": 0.75, "the rest": 0.25}},
    }
}
FILES = {"results": RESULTS, "growth": GROWTH, "profile": PROFILE}


def test_the_page_gets_every_figure_from_the_files() -> None:
    text = "".join(f"<!-- bench:{part} -->\nold\n<!-- end -->\n" for part in page.PARTS)
    drawn = page.written(f"kept\n{text}", FILES)
    assert drawn.startswith("kept")
    assert "old" not in drawn
    for words in (
        "| P1 | a / b | ≥ 0.50 |  | 0.62 | pass |",
        "| ours × 4 | 30 | 60 | ≈ 1.50 × natural | 3/5 |",
        "| list | 1,000 | 9 | 5 | 7 | 4 | 5 | t (Seq Scan) |",
        "The dearest, open: django.db 75%",
        "9 kB a case",
    ):
        assert words in drawn
    assert page.written(drawn, FILES) == drawn


def test_a_part_that_was_not_measured_says_so_and_an_unknown_one_is_refused() -> None:
    assert "Not measured yet" in page.written("<!-- bench:growth -->\n<!-- end -->", {})
    assert "Not measured yet" in page.written("<!-- bench:province -->\n<!-- end -->", {})
    with pytest.raises(KeyError):
        page.written("<!-- bench:guess -->\n<!-- end -->", {})


def test_the_page_that_is_kept_has_only_parts_that_are_known() -> None:
    text = page.PAGE.read_text()
    assert {name for _all, name, _end in page.PART.findall(text)} == set(page.PARTS)


def test_what_is_not_built_is_not_called_unmeasured() -> None:
    assert verdict(Goal("P0", "x", "words", 1, absent="not built"), None) == "not built"


@pytest.mark.parametrize(
    ("path", "package"),
    [
        ("/x/jiceng/kernel/ledger/acts.py", "jiceng.kernel.ledger"),
        ("/x/.venv/lib/python3.11/site-packages/django/db/models/query.py", "django.db"),
        ("/x/.venv/lib/python3.11/site-packages/psycopg/cursor.py", "psycopg"),
        ("/usr/lib/python3.11/json/encoder.py", "standard library"),
        ("~", "built into Python"),
    ],
)
def test_time_is_shared_out_by_package(path: str, package: str) -> None:
    assert _package(path) == package


def test_measured_is_nothing_where_a_part_is_missing() -> None:
    found = measured_in(RESULTS, GROWTH)
    assert found == Measured(case_app=40, case_server=20, page=4, bytes=9000)
    assert measured_in(RESULTS | {"lines": []}, GROWTH) is None
