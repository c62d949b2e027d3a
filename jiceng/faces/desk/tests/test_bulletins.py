"""The pages of bulletins: draft, change the words, issue, read and download."""

import io
import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from docx import Document

from jiceng.kernel.base import clock
from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.bulletins.models import Bulletin
from jiceng.kernel.bulletins.service import draft
from jiceng.kernel.figures.service import Period
from jiceng.kernel.figures.terms import FIGURES_KEEPER
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.testing.cast import hold, officer, post
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import desk

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 4, 3, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def keeper(grid: Grid) -> Capacity:
    """Return who keeps the figures of the street."""
    return hold(officer("6001", "吴小统"), post(grid.cast.street, FIGURES_KEEPER.code))


@pytest.fixture
def bulletin(keeper: Capacity) -> Bulletin:
    """Return the draft of March."""
    made = draft(by=keeper, at=LATER, unit=keeper.unit, period=Period.month(2026, 3)).value
    assert made is not None
    return made


def words(bulletin: Bulletin, **changes: Any) -> dict[str, Any]:
    return {
        "title": bulletin.title,
        "body": bulletin.body,
        "version": bulletin.version,
        "key": "",
    } | changes


def codes(answer: Any) -> list[str]:
    return re.findall(r'data-code="([a-z_]+)"', answer.content.decode())


def test_drafted_by_unit_and_period(keeper: Capacity) -> None:
    client = desk(keeper)
    assert f'value="{keeper.unit.code}"' in client.get("/desk/bulletins/new/").content.decode()
    answer = client.post(
        "/desk/bulletins/new/", {"unit": keeper.unit.code, "period": "2026-03", "key": "k"}
    )
    made = Bulletin.objects.get()
    assert answer["Location"] == f"/desk/bulletins/{made.uid}/"
    shown = client.get(answer["Location"]).content.decode()
    assert f"{keeper.unit.name}工作简报（2026年3月）" in shown
    assert 'data-figure="projects.registered"' in shown
    assert 'href="#note-1"' in shown
    assert 'id="note-1"' in shown
    assert "四关走完、公示期满后取得立项编号的书记项目" in shown
    assert made.title in client.get(f"/desk/bulletins/{made.uid}/edit/").content.decode()
    assert "2026年3月" in client.get("/desk/bulletins/").content.decode()


def test_what_cannot_be_drafted_says_so_at_its_field(keeper: Capacity) -> None:
    client, unit = desk(keeper), keeper.unit.code
    for typed, code in (
        ("2026-13", "period_unusable"),
        ("", "required"),
        ("2099-01", "as_of_unusable"),
    ):
        answer = client.post("/desk/bulletins/new/", {"unit": unit, "period": typed})
        assert (answer.status_code, codes(answer)) == (422, [code])
    answer = client.post("/desk/bulletins/new/", {"unit": "990000002", "period": "2026-03"})
    assert (answer.status_code, codes(answer)) == (422, ["invalid_choice"])
    assert not Bulletin.objects.exists()


def test_words_change_and_a_typed_number_does_not(keeper: Capacity, bulletin: Bulletin) -> None:
    client, here = desk(keeper), f"/desk/bulletins/{bulletin.uid}/"
    answer = client.post(
        f"{here}edit/", words(bulletin, body="# 亮点\n\n本月立项{projects.registered}项。")
    )
    assert answer["Location"] == here
    assert "亮点" in client.get(here).content.decode()
    bulletin.refresh_from_db()
    answer = client.post(f"{here}edit/", words(bulletin, body="本月立项36项。"))
    assert (answer.status_code, codes(answer)) == (422, ["typed_number"])
    assert "本月立项36项。" in answer.content.decode()


def test_of_two_who_edit_the_second_is_told(keeper: Capacity, bulletin: Bulletin) -> None:
    client, here = desk(keeper), f"/desk/bulletins/{bulletin.uid}/edit/"
    assert client.post(here, words(bulletin, body="一稿。")).status_code == 302
    for version in (bulletin.version, "x", ""):
        answer = client.post(here, words(bulletin, body="二稿。", version=version))
        assert (answer.status_code, "edited_meanwhile" in answer.content.decode()) == (409, True)


def test_issued_it_stays(keeper: Capacity, bulletin: Bulletin) -> None:
    client, here = desk(keeper), f"/desk/bulletins/{bulletin.uid}/"
    assert "确认印发" in client.get(f"{here}issue/").content.decode()
    answer = client.post(f"{here}issue/", {"version": bulletin.version, "key": ""})
    assert answer["Location"] == here
    shown = client.get(here).content.decode()
    assert "已印发" in shown
    assert "修改文字" not in shown
    for path in ("edit/", "issue/"):
        answer = client.get(f"{here}{path}")
        assert (answer.status_code, "already_issued" in answer.content.decode()) == (409, True)


def test_who_reads_does_not_write(grid: Grid, bulletin: Bulletin) -> None:
    reader, here = desk(grid.cast.wang), f"/desk/bulletins/{bulletin.uid}/"
    shown = reader.get(here).content.decode()
    assert "修改文字" not in shown
    for path in ("edit/", "issue/"):
        assert reader.get(f"{here}{path}").status_code == 403
        assert reader.post(f"{here}{path}", words(bulletin)).status_code == 403
    stranger = desk(grid.cast.zhao)
    assert [stranger.get(f"{here}{path}").status_code for path in ("", "edit/")] == [404, 404]
    assert bulletin.title not in stranger.get("/desk/bulletins/").content.decode()


def test_the_document(keeper: Capacity, bulletin: Bulletin, client: Client) -> None:
    answer: Any = desk(keeper).get(f"/desk/bulletins/{bulletin.uid}/bulletin.docx")
    assert answer["Content-Disposition"].startswith("attachment")
    read = Document(io.BytesIO(answer.content))
    assert read.paragraphs[0].text == f"{keeper.unit.name}工作简报（2026年3月）"
    assert any("口径" in paragraph.text for paragraph in read.paragraphs)
    assert "http://testserver/desk/figures/" in read.paragraphs[-1].text


def test_as_many_statements_for_two_paragraphs_as_for_ten(
    keeper: Capacity, bulletin: Bulletin, django_assert_max_num_queries: Any
) -> None:
    body = "\n".join(["立项{projects.registered}项，完成{projects.completed}项。"] * 10)
    Bulletin.objects.filter(pk=bulletin.pk).update(body=body, edited_at=clock.read())
    client = desk(keeper)
    client.get(f"/desk/bulletins/{bulletin.uid}/")
    with django_assert_max_num_queries(12):
        client.get(f"/desk/bulletins/{bulletin.uid}/")
