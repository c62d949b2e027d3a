"""Words are free, numbers are not: drafting, editing, issuing, and the document."""

import io
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import QuerySet
from docx import Document

from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.base.errors import NotAllowed
from jiceng.kernel.bulletins import service
from jiceng.kernel.bulletins.models import Bulletin
from jiceng.kernel.bulletins.service import compose, document, draft, edit, issue
from jiceng.kernel.bulletins.terms import CHAPTERS, register_chapter
from jiceng.kernel.figures.service import FIGURES, BadAsOf, Period, count
from jiceng.kernel.figures.terms import FIGURES_KEEPER
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Capacity, visible_to
from jiceng.kernel.testing.cast import Cast, hold, officer, post

LATER = datetime(2026, 4, 3, 9, 0, tzinfo=SHANGHAI)
MARCH = Period.month(2026, 3)
BODY = "# 单位\n\n{unit}至{day}共有{test.units}个单位，较上月有所增加。"


def keeps_figures(unit: Unit, staff_no: str, name: str) -> Capacity:
    return hold(officer(staff_no, name), post(unit, FIGURES_KEEPER.code))


@pytest.fixture
def keeper(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Capacity:
    """Return who keeps the figures of the street, where a draft says how many grids there are."""
    monkeypatch.setattr(FIGURES, "_things", {})
    monkeypatch.setattr(CHAPTERS, "_things", {})

    @count(
        "test.units",
        label="单位数",
        definition="截至当日设立的单位",
        measure="个",
        owner=FIGURES_KEEPER.code,
        since=cast.at.date(),
        unit="parent",
    )
    def units(as_of: datetime) -> QuerySet[Unit]:
        return Unit.objects.filter(founded_on__lte=as_of.astimezone(SHANGHAI).date())

    register_chapter("test", "单位", "{unit}共有{test.units}个单位。")
    return keeps_figures(cast.street, "6001", "吴小统")


def made(keeper: Capacity, **more: Any) -> Bulletin:
    found = draft(by=keeper, at=LATER, unit=keeper.unit, period=MARCH, **more).value
    assert found is not None
    return found


def rewritten(keeper: Capacity, bulletin: Bulletin, **words: Any) -> Bulletin:
    said = {"title": "{unit}简报", "body": BODY, "version": bulletin.version} | words
    found = edit(by=keeper, at=LATER, bulletin=bulletin, **said).value
    assert found is not None
    return found


def text_of(bulletin: Bulletin) -> str:
    article = compose(bulletin)
    return "\n".join("".join(run.text for run in line.runs) for line in article.lines)


def test_a_draft_says_what_the_records_say(keeper: Capacity) -> None:
    bulletin = made(keeper)
    under = Unit.objects.filter(parent__path__startswith=keeper.unit.path).count()
    assert under > 1
    assert text_of(bulletin) == f"单位\n{keeper.unit.name}共有{under}个单位。"
    article = compose(bulletin)
    assert article.title == f"{keeper.unit.name}工作简报（2026年3月）"
    assert [(note.number, note.opened) for note in article.notes] == [(1, under)]
    assert bulletin.as_of == datetime(2026, 4, 1, tzinfo=SHANGHAI) - timedelta(microseconds=1)


def test_words_are_free_and_numbers_follow_the_records(keeper: Capacity) -> None:
    bulletin = rewritten(keeper, made(keeper))
    assert "较上月有所增加" in text_of(bulletin)
    before = text_of(bulletin)
    gone = Unit.objects.filter(parent=keeper.unit).order_by("-pk").first()
    assert gone is not None
    Unit.objects.filter(pk=gone.pk).update(founded_on="2026-04-02")
    assert text_of(bulletin) != before


@pytest.mark.parametrize(
    ("words", "code", "field"),
    [
        ({"body": "共有36个单位。"}, "typed_number", "body"),
        ({"body": "共有三十六个单位。"}, "typed_number", "body"),
        ({"title": "2026年简报"}, "typed_number", "title"),
        ({"body": "共有{test.nothing}个。"}, "name_unknown", "body"),
        ({"body": " \n \n"}, "nothing_written", "body"),
        ({"title": " "}, "nothing_written", "title"),
    ],
)
def test_what_an_article_may_not_say(
    keeper: Capacity, words: dict[str, str], code: str, field: str
) -> None:
    bulletin = made(keeper)
    with pytest.raises(service.TypedNumber.__base__) as refused:  # type: ignore[arg-type]
        rewritten(keeper, bulletin, **words)
    assert (refused.value.code, refused.value.field) == (code, field)
    bulletin.refresh_from_db()
    assert bulletin.version == 0


def test_of_two_who_edit_the_second_is_told(keeper: Capacity) -> None:
    bulletin = made(keeper)
    rewritten(keeper, Bulletin.objects.get())
    with pytest.raises(service.EditedMeanwhile):
        rewritten(keeper, bulletin, version=0)


def test_an_issued_bulletin_stays_and_says_where_it_no_longer_holds(keeper: Capacity) -> None:
    bulletin = rewritten(keeper, made(keeper))
    printed = text_of(bulletin)
    issue(by=keeper, at=LATER, bulletin=bulletin, version=bulletin.version)
    assert compose(bulletin).changed == []
    Unit.objects.filter(parent=keeper.unit).update(founded_on="2026-04-02")
    assert text_of(bulletin) == printed
    assert [note.value.code for note in compose(bulletin).changed] == ["test.units"]
    for act in (issue, edit):
        words = {"title": "简报", "body": "无。"} if act is edit else {}
        with pytest.raises(service.AlreadyIssued):
            act(by=keeper, at=LATER, bulletin=bulletin, version=bulletin.version, **words)
    entry = Entry.objects.order_by("-pk").first()
    assert entry is not None
    assert json.loads(entry.payload)["numbers"].keys() == {"test.units"}


def test_who_does_not_keep_figures_here_writes_nothing(keeper: Capacity, cast: Cast) -> None:
    for by in (cast.wang, keeps_figures(cast.other_street, "6002", "郑小统")):
        with pytest.raises(NotAllowed):
            draft(by=by, at=LATER, unit=cast.street, period=MARCH)
    bulletin = made(keeper)
    with pytest.raises(service.BulletinAbsent):
        service.find(bulletin.uid, visible_to(cast.zhao.officer, LATER))
    assert service.find(bulletin.uid, visible_to(cast.wang.officer, LATER)) == bulletin


def test_a_period_that_has_not_begun_has_no_bulletin(keeper: Capacity) -> None:
    with pytest.raises(BadAsOf):
        draft(by=keeper, at=LATER, unit=keeper.unit, period=Period.month(2026, 5))
    running = draft(by=keeper, at=LATER, unit=keeper.unit, period=Period.month(2026, 4)).value
    assert running is not None
    assert running.as_of == LATER


def test_the_document_holds_words_numbers_and_notes(keeper: Capacity) -> None:
    bulletin = rewritten(keeper, made(keeper))
    read = Document(io.BytesIO(document(compose(bulletin), base="https://zone.example/figures/")))
    lines = [paragraph.text for paragraph in read.paragraphs]
    article = compose(bulletin)
    assert lines[:2] == [article.title, "单位"]
    assert f"{article.notes[0].value.text}[1]个单位" in lines[2]
    assert lines[-1].startswith("[1] 单位数：")
    assert lines[-1].endswith("https://zone.example/figures/test.units")
