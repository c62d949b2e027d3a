"""Chapters E and F: what leaves the house in tables and pages, and what other systems send."""

import csv
import io
import json
import zipfile
from typing import Any

from django.test import Client
from django.utils.html import escape

from jiceng.kernel.base import clock
from jiceng.kernel.exports.service import Column, written
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.notices.service import withdraw
from jiceng.kernel.orgs.models import Tenure
from jiceng.kernel.orgs.service import end_tenure
from jiceng.kernel.procedures.models import Case as Filed
from jiceng.systems.grid.tests import scene, sending
from jiceng.systems.grid.tests.sending import desk
from tests.bad_input import tables
from tests.bad_input.absence import no_client, no_package
from tests.bad_input.cases import Answer, Case, Pending, Row
from tests.bad_input.chapters.counted import E05
from tests.bad_input.chapters.text import shown_as_text
from tests.bad_input.knocks import accepted, called, case, got, table
from tests.bad_input.surfaces import hung
from tests.bad_input.town import Town

REASON = "含有不应公开的内容"
BOARDS = "jiceng/faces/public/tests/test_boards.py::TestReading"
WRITING = "jiceng/kernel/exports/tests/test_writing.py::"
CSV, XLSX = "/desk/grid/cases/export.csv", "/desk/grid/cases/export.xlsx"
FORMULAS = ["=1+1", "+1", "-2+3", "@SUM(A1)", "＝1+1", "=cmd|' /C calc'!A0"]
LOOKING = ["001", "1E5", "3-1"]
# Right in its check digit; belongs to nobody.
IDENTITY = "340802199001011234"
PHONE = "13987654321"


def exported(text: str, shown: str) -> Case:
    """Return a report of a place whose words stand in the tables that officers take away."""

    def check(town: Town, browser: Client, filed: Filed) -> None:
        lines = town.wang.get(CSV)
        cells = csv.reader(io.StringIO(b"".join(lines).decode("utf-8-sig"), newline=""))
        assert shown in [cell for line in cells for cell in line], text
        with zipfile.ZipFile(io.BytesIO(town.wang.get(XLSX).content)) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert escape(text).replace("&#x27;", "'").replace("&quot;", '"') in sheet

    return accepted(check, place=text)


def withdrawn(path: str, status: int = 200, code: str = "", *, says: tuple[str, ...] = ()) -> Case:
    """Return an address that was open while a notice hung which is withdrawn now."""

    def ready(town: Town) -> Any:
        notice, cast = hung(town), town.grid.cast
        address = path.format(uid=notice.uid, unit=cast.community.code)
        assert town.stranger.get(address).status_code == 200
        withdraw(by=cast.zhang, at=clock.read(), notice=notice, reason=REASON)
        return lambda: town.stranger.get(address)

    def check(town: Town, answer: Answer) -> None:
        for words in says:
            assert words in answer.body
        assert "更换路灯 46 盏" not in answer.body

    return case(f"withdrawn {path}", ready, status, code, check=check)


def number(value: Any, shown: str) -> Case:
    """Return a real number below zero in a table: it keeps its sign."""
    columns = [Column[Any]("甲", lambda row: row)]

    def check(town: Town, answer: Answer) -> None:
        assert answer.thing.decode("utf-8-sig").splitlines()[1] == shown

    return case(
        f"the number {value}",
        lambda town: lambda: b"".join(written(columns, [value], form="csv")),
        200,
        offline=True,
        check=check,
    )


def no_line_of_it(town: Town, answer: Answer) -> None:
    """Check that the table of an officer of elsewhere has no line of the case."""
    assert town.case.number not in answer.body


def after_losing_the_post(town: Town) -> Any:
    """Return the table asked for by who holds no post any more."""
    browser = town.wang
    end_tenure(
        by=SYSTEM, at=clock.read(), tenure=Tenure.objects.get(officer=town.grid.cast.wang.officer)
    )
    return lambda: browser.get(CSV)


def of_elsewhere(town: Town) -> Any:
    """Return the table asked for by 赵, who is on duty in another street."""
    browser = desk(town.grid.cast.zhao)
    return lambda: browser.get(CSV)


def tells_nothing(town: Town, browser: Client, filed: Filed) -> None:
    """Check that five surfaces together say neither name nor number, nor what they end with."""
    sending.press(town.wang, filed, "judge")
    cell = next(iter(town.grid.cells.values())).code
    asking = Client()
    for address in (
        "/nearby/",
        "/nearby/cases.json",
        f"/grid/cells/{cell}/feed.atom",
        f"/cases/{filed.number}/",
        "/",
    ):
        body = asking.get(address, follow=True).content.decode()
        for secret in (PHONE, PHONE[3:7], IDENTITY, IDENTITY[6:14], "欧阳锋"):
            assert secret not in body, (address, secret)
    taken = b"".join(town.wang.get(CSV)).decode()
    assert PHONE not in taken
    assert IDENTITY not in taken


def masked() -> Case:
    """Return a report whose words hold a telephone and an identity number."""
    told = f"电话{PHONE}，身份证 {IDENTITY}"
    return accepted(
        tells_nothing, place=told, description=told, phone=PHONE, reporter_name="欧阳锋"
    )


def cells_of(town: Town) -> bytes:
    """Return the polygon of a cell that exists, as GeoJSON."""
    unit = town.grid.cast.community
    properties = {"code": f"{unit.code}001", "name": "网格", "unit": unit.code}
    feature = {"type": "Feature", "properties": properties, "geometry": scene.square(117.0, 117.05)}
    return json.dumps({"type": "FeatureCollection", "features": [feature, feature]}).encode()


def twice(town: Town) -> Any:
    """Return the import of a file that names one cell twice."""
    return called("", "cells", "import", "c.json", files={"c.json": cells_of(town)}).ready(town)


ROWS: dict[str, Row | Pending] = {
    "E01": Row(
        "cells that a spreadsheet would run",
        (
            *(exported(text, f"'{text}") for text in FORMULAS),
            number(-5, "-5"),
            number(-2.5, "-2.5"),
        ),
        elsewhere=(f"{WRITING}test_no_text_is_a_formula",),
    ),
    "E02": Row(
        "codes that look like numbers and days",
        tuple(exported(text, text) for text in LOOKING),
        elsewhere=(f"{WRITING}test_text_that_looks_like_something_else_stays_text",),
    ),
    "E03": Row(
        "tables of others",
        (
            case("of another street", of_elsewhere, 200, check=no_line_of_it),
            case("after losing the post", after_losing_the_post, 403, "no_post"),
            got("/desk/grid/cases/export.pdf", 404, "not_found", "wang"),
            got(f"{CSV}", 422, "invalid_choice", "wang", "state=nonsense"),
        ),
        elsewhere=(f"{WRITING}test_rows_are_asked_for_one_by_one",),
        waits="tables are streamed and never kept, so there is none to fetch by its name",
    ),
    "E04": Row(
        "withdrawn notices",
        (
            withdrawn("/notices/{uid}/", says=(REASON, "这份公示已撤回")),
            withdrawn("/boards/{unit}/?all=1", says=("已撤回",)),
            withdrawn("/boards/{unit}/feed.atom", says=(REASON, "已撤回")),
            withdrawn("/boards/?q=验收", says=("没有找到这样的公示",)),
            withdrawn("/notices/{uid}/poster.pdf", 404, "not_found"),
            withdrawn("/notices/{uid}/notice.json", 404, "not_found"),
            withdrawn("/notices/{uid}/object/", 409, "period_over"),
        ),
        elsewhere=(BOARDS,),
    ),
    "E05": E05,
    "E06": Row(
        "a name that is HTML",
        (shown_as_text("<b>名</b>" * 3),),
        waits="pages and print; no PDF, no e-mail and no SMS is written yet",
    ),
    "E07": Row("one person on five surfaces", (masked(),)),
    "F01": Pending("targets inside the house", "no request leaves the house yet", no_client),
    "F02": Pending("names that resolve twice", "no request leaves the house yet", no_client),
    "F03": Pending(
        "callbacks of other systems", "no other system calls yet", no_package("faces.api")
    ),
    "F04": Pending("other systems that fail", "no request leaves the house yet", no_client),
    "F05": Row(
        "XML that unfolds or reaches out",
        (
            table("an entity bomb", *tables.REFUSED["an entity bomb"]),
            table("not XML", *tables.REFUSED["not XML"]),
        ),
        elsewhere=("jiceng/kernel/exports/tests/test_reading.py::test_an_entity_is_not_unfolded",),
    ),
    "F06": Row(
        "files outside their place",
        (
            called("a folder", "standards", "import", "/"),
            called("nothing there", "standards", "import", "/nonexistent/s.csv"),
            called("nothing there for units", "units", "import", "/nonexistent/u.csv"),
            called(
                "a climbing name in a photo's folder", "cells", "import", "/nonexistent/../c.json"
            ),
            case("one cell twice", twice, 422, "duplicate_code"),
        ),
        elsewhere=(
            "jiceng/kernel/backups/tests/test_archive.py::test_a_name_that_does_not_belong_is_refused",
            "jiceng/kernel/exports/tests/test_reading.py::test_names_that_climb_are_never_followed",
        ),
    ),
}
