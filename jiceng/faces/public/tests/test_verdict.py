"""What a receipt that holds tells its reader, in words."""

import json

from django.utils.translation import override

from jiceng.faces.public.templatetags.public import verdict_facts
from jiceng.kernel.ledger.service import check_receipt, entries_of, receipt_for, seal
from jiceng.systems.grid.tests.scene import CORNER, PHONE, REPORTER, WORDS, Grid, make, report


def told(uid: str, grid: Grid, **options: bool) -> dict[str, str]:
    """Return what the receipt of an entry says."""
    document = json.dumps(receipt_for(uid, **options)).encode()
    pairs = verdict_facts(check_receipt(document, at=grid.cast.at))
    return {str(name): str(value) for name, value in pairs}


def test_a_report_before_it_is_sealed(grid: Grid) -> None:
    case = report(grid)
    [entry] = entries_of(case.subject)
    facts = told(entry.uid, grid)
    assert (facts["状态"], facts["事项"], facts["经办"]) == ("已受理", "上报", "群众")
    assert facts["编号"].replace("\u00a0", "") == case.number
    assert (facts["时间"], facts["记录编号"]) == ("2026-03-02 09:00:00", entry.uid)
    assert not {"封存位置", "检查点时间"} & facts.keys()


def test_a_sealed_report_says_where_it_stands(grid: Grid) -> None:
    [entry] = entries_of(report(grid).subject)
    checkpoint = seal(grid.cast.at)
    assert checkpoint is not None
    facts = told(entry.uid, grid)
    assert facts["状态"] == "已封存"
    # The reporter's entry is the last one, and the last is not one less than the size.
    assert facts["封存位置"] == f"第{checkpoint.size}条，共{checkpoint.size}条"
    assert facts["检查点时间"] == "2026-03-02 09:00:00"


def test_a_receipt_that_opens_its_commitments_shows_the_words(grid: Grid) -> None:
    [entry] = entries_of(report(grid).subject)
    written = {"情况描述": WORDS, "具体位置": CORNER, "电话": PHONE, "称呼": REPORTER}
    assert told(entry.uid, grid, opened=True).items() >= written.items()
    assert not written.keys() & told(entry.uid, grid).keys()


def test_an_officer_is_named_by_the_post_alone(grid: Grid) -> None:
    case = report(grid)
    make(grid, case, "judge")
    facts = told(entries_of(case.subject)[1].uid, grid)
    assert (facts["事项"], facts["经办"]) == ("一般，立即处置", "东湖街道 值班员")


def test_in_english(grid: Grid) -> None:
    [entry] = entries_of(report(grid).subject)
    with override("en"):
        facts = told(entry.uid, grid)
    assert (facts["State"], facts["Matter"], facts["By"]) == ("Accepted", "Report", "Resident")
