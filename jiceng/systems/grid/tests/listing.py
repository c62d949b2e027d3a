"""What the tests of lists have in common: cases to choose from, and walking through pages."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.test import Client

from jiceng.kernel.base.ids import check_digit
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.procedures.service import current
from jiceng.systems.grid import terms
from jiceng.systems.grid.actions.indexing import index_cases
from jiceng.systems.grid.models import Incident
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid

LIST, MAP, POINTS = "/desk/grid/cases/", "/desk/grid/map/", "/desk/grid/cases/map.json"
CSV, XLSX = "/desk/grid/cases/export.csv", "/desk/grid/cases/export.xlsx"


def drawn_numbers(start: int) -> Iterator[str]:
    """Yield case numbers with right check digits, in order."""
    for count in range(start, start + 10**6):
        digits = f"260302{count:06d}"
        yield digits + check_digit(digits)


def crowd(grid: Grid, start: int, count: int) -> None:
    """Fill the street of 王 from ``start`` up to ``count`` cases, with all that lists show."""
    version = current(terms.PROCEDURE)
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


def tell(grid: Grid) -> dict[str, Case]:
    """File five cases that differ in what can be chosen by."""
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
