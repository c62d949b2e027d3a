"""The boards as their keepers work on them, and what others see of it."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from jiceng.kernel.base import clock
from jiceng.kernel.notices import service
from jiceng.kernel.notices.models import Comment, Notice, Objection
from jiceng.kernel.notices.terms import Moderation, Outcome
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.testing.boards import SHOWN, hang, keeper, objection, remark
from jiceng.kernel.testing.cast import Cast, assemble, hold, officer, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db: None) -> Cast:
    """Return the cast, in place since last week: pages read the clock."""
    return assemble(clock.read() - timedelta(days=7))


@pytest.fixture
def wu(town: Cast) -> Capacity:
    """Return who keeps the boards of the street of 王."""
    return keeper(town)


@pytest.fixture
def notice(town: Cast) -> Notice:
    """Return a notice of the community, published just now."""
    return hang(town, clock.read())


def at_desk(who: Capacity) -> Client:
    client = Client()
    client.force_login(who.officer)
    return client


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def addresses(notice: Notice, doubt: Objection, word: Comment) -> list[str]:
    root = f"/desk/boards/{notice.uid}/"
    said = [f"/desk/boards/objections/{doubt.uid}/", f"/desk/boards/comments/{word.uid}/"]
    return [root, f"{root}withdraw/", f"{root}correct/", *said]


class TestSeeing:
    def test_all_that_waits_is_in_the_queue(self, wu: Capacity, notice: Notice) -> None:
        at, desk = clock.read(), at_desk(wu)
        assert "没有待处理的异议和留言" in read(desk, "/desk/boards/")
        objection(notice, at, "甲待答复")
        upheld, shown = objection(notice, at, "乙待更正"), remark(notice, at, "丙待答复")
        remark(notice, at, "丁待审核")
        given: dict[str, Any] = {"by": wu, "at": at}
        service.answer_objection(said=upheld, upheld=True, answer="有误", **given)
        service.moderate(said=shown, show=True, **given)
        page = read(desk, "/desk/boards/")
        groups = re.findall(
            r"<h2>(.*?) <span.*?>(\d+)</span></h2>.*?row__title\">(.*?)<", page, re.DOTALL
        )
        assert groups == [
            ("异议待答复", "1", "甲待答复"),
            ("异议成立，待更正公示", "1", "乙待更正"),
            ("留言待审核", "1", "丁待审核"),
            ("留言待答复", "1", "丙待答复"),
        ]
        assert "公开栏有 4 条异议或留言待处理" in read(desk, "/desk/")

    def test_what_is_done_waits_no_more(self, wu: Capacity, notice: Notice) -> None:
        at = clock.read()
        given: dict[str, Any] = {"by": wu, "at": at}
        upheld, word = objection(notice, at), remark(notice, at)
        service.answer_objection(said=upheld, upheld=True, answer="有误", **given)
        service.show_and_answer(said=word, answer="好", **given)
        service.correct(notice=notice, title="更正", shown=SHOWN, reason="有误", **given)
        assert "没有待处理的异议和留言" in read(at_desk(wu), "/desk/boards/")
        assert "公开栏有" not in read(at_desk(wu), "/desk/")

    def test_who_sees_the_unit_reads_and_the_keeper_alone_is_told_who_spoke(
        self, town: Cast, wu: Capacity, notice: Notice
    ) -> None:
        told = {"name": "群众甲", "phone": "13812345678"}
        doubt = objection(notice, clock.read(), "电话 13912345678", **told)
        address = f"/desk/boards/objections/{doubt.uid}/"
        page = read(at_desk(wu), address)
        for words in ("群众甲", "13812345678", "13912345678", "答复异议"):
            assert words in page
        page = read(at_desk(town.wang), address)
        for words in ("群众甲", "13812345678", "13912345678", "答复异议"):
            assert words not in page
        assert "139****5678" in page

    def test_who_does_not_see_the_unit_finds_nothing(
        self, town: Cast, wu: Capacity, notice: Notice
    ) -> None:
        doubt, word = (
            objection(notice, clock.read(), "甲的话"),
            remark(notice, clock.read(), "乙的话"),
        )
        for who in (town.zhao, keeper(town, town.other_street, "1199")):
            desk = at_desk(who)
            for address in addresses(notice, doubt, word):
                assert desk.get(address).status_code == 404, address
            for address in addresses(notice, doubt, word)[1:]:
                assert desk.post(address, {"reason": "x"}).status_code == 404, address
            for tab in ("", "?tab=all"):
                page = read(desk, f"/desk/boards/{tab}")
                assert not any(words in page for words in ("甲的话", "乙的话", notice.title))

    def test_who_sees_but_does_not_keep_changes_nothing(
        self, town: Cast, wu: Capacity, notice: Notice
    ) -> None:
        doubt, word = objection(notice, clock.read()), remark(notice, clock.read())
        desk = at_desk(town.wang)
        forms = {
            "upheld": "no",
            "answer": "好",
            "decision": "show",
            "reason": "有误",
            "title": "新",
        }
        for address in addresses(notice, doubt, word)[1:]:
            assert desk.post(address, forms).status_code == 403, address
        page = read(desk, f"/desk/boards/{notice.uid}/")
        assert "withdraw/" not in page
        doubt.refresh_from_db()
        word.refresh_from_db()
        assert (doubt.state, word.state) == (Outcome.OPEN, Moderation.WAITING)

    def test_the_bar_leads_there_who_keeps_boards(self, town: Cast, wu: Capacity) -> None:
        link = 'href="/desk/boards/"'
        assert link in read(at_desk(wu), "/desk/")
        assert link in read(at_desk(town.zhang), "/desk/")
        assert link not in read(at_desk(town.wang), "/desk/")

    def test_the_keeper_of_one_unit_alone_keeps_no_other(self, town: Cast, notice: Notice) -> None:
        head = hold(officer("1198", "郑小村"), post(town.village, "unit_head"))
        assert at_desk(head).get(f"/desk/boards/{notice.uid}/").status_code == 404

    @pytest.mark.parametrize(
        "address",
        ["/desk/boards/?tab=x", "/desk/boards/no/", f"/desk/boards/objections/{'0' * 32}/"],
    )
    def test_what_is_not_there_is_not_found(self, wu: Capacity, address: str) -> None:
        assert at_desk(wu).get(address).status_code == 404


class TestAnswering:
    def test_an_objection_is_answered(self, wu: Capacity, notice: Notice) -> None:
        doubt, desk = objection(notice, clock.read()), at_desk(wu)
        address = f"/desk/boards/objections/{doubt.uid}/"
        assert desk.post(address, {"upheld": "no", "answer": ""}).status_code == 422
        words = {"upheld": "yes", "answer": "数量有误，将更正。", "public": "on"}
        answer = desk.post(address, words)
        assert (answer.status_code, answer["Location"]) == (302, f"/desk/boards/{notice.uid}/")
        doubt.refresh_from_db()
        assert (doubt.state, doubt.public, doubt.answer) == (Outcome.UPHELD, True, words["answer"])
        assert desk.post(address, words).status_code == 409
        assert "须更正或撤回公示" in read(desk, address)

    def test_a_comment_is_shown_and_answered_at_once(self, wu: Capacity, notice: Notice) -> None:
        word, desk = remark(notice, clock.read()), at_desk(wu)
        address = f"/desk/boards/comments/{word.uid}/"
        assert desk.post(address, {"decision": "show", "answer": "下月。"}).status_code == 302
        word.refresh_from_db()
        assert (word.state, word.answer) == (Moderation.SHOWN, "下月。")
        assert desk.post(address, {"answer": "再答"}).status_code == 409

    def test_a_comment_is_shown_now_and_answered_later(self, wu: Capacity, notice: Notice) -> None:
        word, desk = remark(notice, clock.read()), at_desk(wu)
        address = f"/desk/boards/comments/{word.uid}/"
        desk.post(address, {"decision": "show"})
        assert 'name="decision"' not in read(desk, address)
        assert desk.post(address, {"answer": ""}).status_code == 422
        assert desk.post(address, {"answer": "下月。"}).status_code == 302
        word.refresh_from_db()
        assert word.answer == "下月。"

    def test_a_comment_is_kept_back_for_a_reason(self, wu: Capacity, notice: Notice) -> None:
        word, desk = remark(notice, clock.read()), at_desk(wu)
        address = f"/desk/boards/comments/{word.uid}/"
        assert desk.post(address, {"decision": "hide"}).status_code == 422
        assert desk.post(address, {"decision": "hide", "reason": "含辱骂"}).status_code == 302
        assert "含辱骂" in read(desk, address)
        word.refresh_from_db()
        assert word.state == Moderation.HIDDEN


class TestKeeping:
    def test_a_notice_is_withdrawn(self, wu: Capacity, notice: Notice) -> None:
        desk, address = at_desk(wu), f"/desk/boards/{notice.uid}/withdraw/"
        assert desk.post(address, {"reason": " "}).status_code == 422
        assert desk.post(address, {"reason": "有误"}).status_code == 302
        assert "已撤回" in read(desk, f"/desk/boards/{notice.uid}/")
        for name in ("withdraw", "correct"):
            assert desk.get(f"/desk/boards/{notice.uid}/{name}/").status_code == 409

    def test_a_notice_is_corrected(self, wu: Capacity, notice: Notice) -> None:
        desk, address = at_desk(wu), f"/desk/boards/{notice.uid}/correct/"
        page = read(desk, address)
        for name in ("shown_name", "shown_goal", "shown_steps", "shown_owner"):
            assert f'name="{name}"' in page
        words = {f"shown_{name}": "\n".join(service.lines(value)) for name, value in SHOWN.items()}
        words |= {"title": notice.title, "reason": "数量有误"}
        assert desk.post(address, words).status_code == 422  # nothing is changed
        assert desk.post(address, words | {"shown_goal": "48 盏"}).status_code == 302
        new = Notice.objects.get(replaces=notice)
        assert new.shown == SHOWN | {"goal": "48 盏"}

    def test_open_objections_are_answered_first(self, wu: Capacity, notice: Notice) -> None:
        objection(notice, clock.read())
        assert at_desk(wu).get(f"/desk/boards/{notice.uid}/correct/").status_code == 409


def test_statements_do_not_grow_with_what_waits(
    town: Cast, wu: Capacity, notice: Notice, django_assert_num_queries: Any
) -> None:
    at: datetime = clock.read()
    for _each in range(5):
        objection(notice, at)
        remark(notice, at)
    desk = at_desk(wu)
    desk.get("/desk/boards/")
    # Session and officer, four counts, and the two lists that are not empty.
    with django_assert_num_queries(8):
        desk.get("/desk/boards/")
