"""The boards as everybody reads them."""

import hashlib
import json
import re
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.http import HttpResponse
from django.test import Client

from jiceng.faces.public.boards.voices import VOICES_AN_HOUR
from jiceng.kernel.base import clock
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import check_receipt, personal_of, seal
from jiceng.kernel.notices import service
from jiceng.kernel.notices.models import Comment, Notice, Objection
from jiceng.kernel.testing.boards import (
    QUIET,
    SHOWN,
    hang,
    keeper,
    objection,
    remark,
)
from jiceng.kernel.testing.cast import Cast, assemble

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def today() -> datetime:
    """Return now: pages read the clock."""
    return clock.read()


@pytest.fixture
def town(db: None, today: datetime) -> Cast:
    """Return the cast, in place since last week."""
    return assemble(today - timedelta(days=7))


@pytest.fixture
def notice(town: Cast, today: datetime) -> Notice:
    """Return a notice that has just been hung."""
    return hang(town, today)


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def say(client: Client, notice: Notice, what: str, **words: Any) -> HttpResponse:
    return client.post(f"/notices/{notice.uid}/{what}/", words)


class TestReading:
    def test_an_empty_board_says_what_comes(self, client: Client) -> None:
        assert "还没有公示" in read(client, "/boards/")

    def test_the_list_counts_what_hangs(self, client: Client, town: Cast, notice: Notice) -> None:
        service.withdraw(by=keeper(town), at=clock.read(), notice=notice, reason="有误")
        hang(town, clock.read(), boards=[town.street], subject="tests.project:2")
        page = read(client, "/boards/")
        rows = re.findall(r'href="/boards/(\d+)/".*?共 (\d+) 份(.*?)</li>', page, re.DOTALL)
        found = {code: (count, "公示中 1 份" in rest) for code, count, rest in rows}
        assert found == {town.street.code: ("2", True), town.community.code: ("1", False)}

    def test_a_board_shows_what_runs_or_all(
        self, client: Client, town: Cast, notice: Notice
    ) -> None:
        by = keeper(town)
        old = hang(town, clock.read(), title="已撤回的公示", subject="tests.project:2")
        service.withdraw(by=by, at=clock.read(), notice=old, reason="有误")
        running = read(client, f"/boards/{town.community.code}/")
        assert notice.title in running
        assert old.title not in running
        everything = read(client, f"/boards/{town.community.code}/?all=1")
        assert old.title in everything

    def test_boards_are_read_page_by_page(self, client: Client, town: Cast) -> None:
        titles = [f"第{number:02}号公示" for number in range(25)]
        for title in titles:
            hang(town, clock.read(), title=title)
        address = f"/boards/{town.street.code}/"
        first = read(client, address)
        following = re.search(r'href="([^"]*after=[0-9a-f]{32})"', first)
        assert following
        second = read(client, following[1])
        found = [set(re.findall(r"第\d\d号公示", page)) for page in (first, second)]
        assert [len(one) for one in found] == [20, 5]
        assert found[0] | found[1] == set(titles)

    def test_search_finds_notices_and_boards(self, client: Client, notice: Notice) -> None:
        assert notice.title in read(client, "/boards/?q=路灯")
        assert "没有找到这样的公示" in read(client, "/boards/?q=停车场")
        assert "/boards/990000001001/" in read(client, "/boards/?q=柳岸社区")
        assert client.get("/boards/", {"q": "长" * 101}).status_code == 422

    def test_a_notice_shows_what_it_shows(self, client: Client, town: Cast, notice: Notice) -> None:
        seal(clock.read())
        page = read(client, f"/notices/{notice.uid}/")
        for words in ("更换路灯 46 盏", "摸底", "公示中", "5 个工作日", "没有收到异议"):
            assert words in page, words
        assert notice.fingerprint[:4] in page
        assert "台账公开校验值" in page
        assert town.community.name in page

    def test_what_is_not_there_is_not_found(self, client: Client, notice: Notice) -> None:
        for address in (
            f"/notices/{'0' * 32}/",
            f"/notices/{notice.uid.upper()}x/",
            "/boards/nothing/",
            "/boards/990000/",
            "/boards/nothing/feed.atom",
            f"/voices/{'0' * 32}/receipt.json",
        ):
            assert client.get(address).status_code == 404, address

    def test_withdrawal_is_visible_and_the_content_is_not(
        self, client: Client, town: Cast, notice: Notice
    ) -> None:
        reason = "含有不应公开的内容"
        service.withdraw(by=keeper(town), at=clock.read(), notice=notice, reason=reason)
        page = read(client, f"/notices/{notice.uid}/")
        assert reason in page
        assert notice.title in page
        assert "更换路灯 46 盏" not in page
        for name in ("poster.pdf", "notice.json"):
            assert client.get(f"/notices/{notice.uid}/{name}").status_code == 404

    def test_a_correction_shows_what_was_changed(
        self, client: Client, town: Cast, notice: Notice
    ) -> None:
        by, at = keeper(town), clock.read()
        given: dict[str, Any] = {"by": by, "at": at, "reason": "数量有误", "title": notice.title}
        done = service.correct(notice=notice, shown=SHOWN | {"goal": "更换路灯 48 盏"}, **given)
        assert done.value is not None
        new, old = (read(client, f"/notices/{one.uid}/") for one in (done.value, notice))
        for words in ("数量有误", "更换路灯 46 盏", "更换路灯 48 盏", f"/notices/{notice.uid}/"):
            assert words in new, words
        assert "以更正后的为准" in old
        assert f"/notices/{done.value.uid}/" in old
        # What is withdrawn is withdrawn in every wording it had.
        service.withdraw(by=by, at=at, notice=done.value, reason="含有不应公开的内容")
        for one in (done.value, notice):
            assert "更换路灯" not in read(client, f"/notices/{one.uid}/")


class TestSpeaking:
    def test_an_objection_is_kept_private_until_it_is_answered(
        self, client: Client, town: Cast, notice: Notice
    ) -> None:
        words = {"text": "实际只有 40 盏，打 13812345678 问我", "name": "群众甲", "sure": "on"}
        answer = say(client, notice, "object", phone="13812345678", **words)
        assert (answer.status_code, answer["Location"]) == (302, f"/notices/{notice.uid}/")
        said = Objection.objects.get()
        page = read(client, f"/notices/{notice.uid}/")
        assert "收到异议 1 条" in page
        assert "其中 1 条待答复" in page
        assert "40 盏" not in page
        service.answer_objection(
            by=keeper(town), at=clock.read(), said=said, upheld=False, answer="现场清点为 46 盏。"
        )
        page = read(Client(), f"/notices/{notice.uid}/")
        assert "实际只有 40 盏，打 138****5678 问我" in page
        assert "现场清点为 46 盏。" in page
        assert "群众甲" not in page
        assert "13812345678" not in page

    def test_words_that_are_not_to_be_public_are_not(
        self, client: Client, town: Cast, notice: Notice
    ) -> None:
        said = objection(notice, clock.read(), "指名道姓的话")
        service.answer_objection(
            by=keeper(town), at=clock.read(), said=said, upheld=False, answer="已核。", public=False
        )
        page = read(client, f"/notices/{notice.uid}/")
        assert "指名道姓" not in page
        assert "已核。" in page

    def test_a_comment_waits_then_is_read_with_its_answer(
        self, client: Client, town: Cast, notice: Notice
    ) -> None:
        assert say(client, notice, "comment", text="什么时候开工？").status_code == 302
        assert "什么时候开工" not in read(client, f"/notices/{notice.uid}/")
        said, by = Comment.objects.get(), keeper(town)
        service.moderate(by=by, at=clock.read(), said=said, show=True)
        service.answer_comment(by=by, at=clock.read(), said=said, answer="下月初。")
        page = read(client, f"/notices/{notice.uid}/")
        for words in ("什么时候开工？", "下月初。", "公开留言 1 条，已答复 1 条"):
            assert words in page

    def test_the_receipt_belongs_to_who_spoke(self, client: Client, notice: Notice) -> None:
        say(client, notice, "comment", text="几月开工")
        link = re.search(
            r'href="(/voices/[0-9a-f]{32}/receipt.json)"', read(client, f"/notices/{notice.uid}/")
        )
        assert link
        receipt = client.get(link[1])
        assert check_receipt(receipt.content, at=clock.read()).ok
        assert json.loads(receipt.content)["opened"]
        assert Client().get(link[1]).status_code == 404

    @pytest.mark.parametrize("what", ["object", "comment"])
    def test_what_cannot_be_said_comes_back(
        self, client: Client, notice: Notice, what: str
    ) -> None:
        for words in ({"text": ""}, {"text": "好", "phone": "123"}, {"text": "长" * 2001}):
            answer = say(client, notice, what, **{"sure": "on"} | words)
            assert answer.status_code == 422, words
        assert not notice.objections.exists()
        assert not notice.comments.exists()

    def test_an_objection_is_said_to_be_true(self, client: Client, notice: Notice) -> None:
        assert say(client, notice, "object", text="不对").status_code == 422

    @pytest.mark.parametrize("what", ["object", "comment"])
    def test_nothing_is_said_where_nothing_is_taken(
        self, client: Client, town: Cast, notice: Notice, what: str
    ) -> None:
        quiet = hang(town, clock.read(), kind=QUIET.code)
        service.withdraw(by=keeper(town), at=clock.read(), notice=notice, reason="有误")
        words = {"text": "好", "sure": "on"}
        for one in (quiet, notice):
            assert client.get(f"/notices/{one.uid}/{what}/").status_code == 409
            assert say(client, one, what, **words).status_code == 409

    def test_one_press_twice_is_one_comment(self, client: Client, notice: Notice) -> None:
        for _press in range(2):
            say(client, notice, "comment", text="好", key="same")
        assert Comment.objects.count() == 1
        assert personal_of(Entry.objects.get(event="notices.comment.made")) == {"text": "好"}

    def test_who_says_too_much_is_slowed_down(self, client: Client, notice: Notice) -> None:
        for _time in range(VOICES_AN_HOUR):
            assert say(client, notice, "comment", text="").status_code == 422
        answer = say(client, notice, "comment", text="好")
        assert answer.status_code == 429
        assert int(answer["Retry-After"]) > 0


class TestTakingAway:
    def test_the_fingerprint_is_that_of_the_text(self, client: Client, notice: Notice) -> None:
        content = client.get(f"/notices/{notice.uid}/notice.json").content
        assert hashlib.sha256(content).hexdigest() == notice.fingerprint
        assert json.loads(content)["shown"] == notice.shown

    def test_the_feed_is_the_board(self, client: Client, town: Cast, notice: Notice) -> None:
        gone = hang(town, clock.read(), title="撤回的", subject="tests.project:2")
        service.withdraw(by=keeper(town), at=clock.read(), notice=gone, reason="内容有误")
        answer = client.get(f"/boards/{town.community.code}/feed.atom")
        assert answer["Content-Type"].startswith("application/atom+xml")
        entries = ElementTree.fromstring(answer.content).findall(f"{ATOM}entry")
        titles = [entry.findtext(f"{ATOM}title") for entry in entries]
        assert titles == ["撤回的（已撤回）", f"{notice.title}（公示中）"]
        assert "内容有误" in str(entries[0].findtext(f"{ATOM}summary"))

    def test_the_poster_is_a_pdf_with_its_font(
        self, client: Client, town: Cast, notice: Notice
    ) -> None:
        seal(clock.read())
        answer = client.get(f"/notices/{notice.uid}/poster.pdf")
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
        assert b"NotoSansCJK" in answer.content
        assert re.search(rb"/FontFile3", answer.content)
        assert client.get(f"/notices/{notice.uid}/poster.pdf").content == answer.content

    def test_the_poster_of_a_long_notice(self, client: Client, town: Cast) -> None:
        shown = {"name": "长" * 1900, "steps": [f"第{n}步：{'做' * 60}" for n in range(150)]}
        long = hang(town, clock.read(), title="长" * 200, shown=shown)
        answer = client.get(f"/notices/{long.uid}/poster.pdf")
        assert answer.status_code == 200
        assert len(re.findall(rb"/Type ?/Page\b", answer.content)) > 3

    def test_the_poster_takes_signs_for_what_they_are(self, client: Client, town: Cast) -> None:
        odd = hang(
            town, clock.read(), title="#let x = [*] $y$ \\ \"@'<b>", shown={"name": "#panic()"}
        )
        assert client.get(f"/notices/{odd.uid}/poster.pdf").status_code == 200


def test_comments_are_masked_even_in_the_feed_and_file(town: Cast, client: Client) -> None:
    notice = hang(town, clock.read(), shown={"owner": "张三 13812345678"})
    remark(notice, clock.read(), "13912345678")
    for address in (f"/notices/{notice.uid}/notice.json", f"/boards/{town.street.code}/feed.atom"):
        content = client.get(address).content.decode()
        assert "13812345678" not in content
        assert "13912345678" not in content
