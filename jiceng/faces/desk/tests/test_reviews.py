"""The pages of reviews: who sees what, and what is never shown before the end."""

import csv
import io
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jiceng.faces.desk.tests.reviewing import at, desk, text
from jiceng.kernel.base import clock
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.reviews.models import Ballot, Panelist
from jiceng.kernel.reviews.service import close, tasks_of
from jiceng.kernel.testing.cast import Cast
from jiceng.kernel.testing.panel import Show, show_of

pytestmark = pytest.mark.django_db


# ---- who sees what ------------------------------------------------------------------------------


def test_list_and_detail_agree(seated: Show) -> None:
    """Whoever finds a review in the list may open it; for the others it does not exist."""
    address = at(seated, "review")
    sees = {seated.chair, *seated.panel}
    for who in {*seated.cast.officers, *seated.judges}:
        client = desk(who)
        listed = address in text(client.get(reverse("desk:reviews:all")))
        assert listed == (who in sees), who
        assert (client.get(address).status_code == 200) == listed, who


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("review", ()),
        ("invite", ()),
        ("close", ()),
        ("score", ("1",)),
        ("aside", ("1",)),
        ("standing", ("1",)),
        ("file", ("result", "csv")),
    ],
)
def test_what_may_not_be_known_is_as_absent_as_none(
    seated: Show, name: str, arguments: tuple[str, ...]
) -> None:
    stranger = desk(seated.cast.zhao)
    none = reverse(f"desk:reviews:{name}", args=[new_uid(), *arguments])
    assert stranger.get(at(seated, name, *arguments)).status_code == 404
    assert stranger.get(none).status_code == 404


def test_empty_list_says_so(cast: Cast) -> None:
    page = text(desk(cast.li).get(reverse("desk:reviews:all")))
    assert "没有与您有关的评议" in page
    assert "发起评议" not in page


def test_judge_is_told_how_many_are_left(seated: Show) -> None:
    address = reverse("desk:reviews:all")
    assert "待评 4 个" in text(desk(seated.judges[0]).get(address))
    assert "待评 2 个" in text(desk(seated.cast.wang).get(address))
    seated.vote_all(clock.read())
    assert "我已评完" in text(desk(seated.judges[0]).get(address))
    assert "我主持" in text(desk(seated.chair).get(address))


# ---- sealed -------------------------------------------------------------------------------------

TELLING = ("8.75", "6.25")  # marks that no page has for another reason


def test_no_page_shows_a_mark_before_the_end(seated: Show) -> None:
    """Neither to the chair, nor to another judge, nor to the one who gave it."""
    judge = seated.judges[0]
    seated.vote(clock.read(), judge, 1, *TELLING)
    for who in (seated.chair, judge, seated.judges[1]):
        client = desk(who)
        for name, arguments in (
            ("review", ()),
            ("score", ("1",)),
            ("close", ()),
            ("invite", ()),
            ("standing", ("1",)),
            ("file", ("result", "csv")),
            ("file", ("ballots", "csv")),
        ):
            page = text(client.get(at(seated, name, *arguments)))
            assert not [mark for mark in TELLING if mark in page], (who, name)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("standing", ("1",)), ("file", ("result", "xlsx")), ("file", ("ballots", "csv"))],
)
def test_result_is_refused_before_the_end(
    seated: Show, name: str, arguments: tuple[str, ...]
) -> None:
    answer = desk(seated.chair).get(at(seated, name, *arguments))
    assert answer.status_code == 409
    assert "密封" in text(answer)


def test_receipt_is_all_that_a_judge_gets(seated: Show) -> None:
    seated.vote(clock.read(), seated.judges[0], 1, *TELLING)
    page = text(desk(seated.judges[0]).get(at(seated, "score", 1)))
    assert Ballot.objects.get().commitment.removeprefix("sha256:") in page
    assert "<form method" not in page.partition("<main")[2].partition("</main")[0]


# ---- the end ------------------------------------------------------------------------------------


def test_closing_asks_for_a_reason_while_ballots_are_missing(seated: Show) -> None:
    client, address = desk(seated.chair), at(seated, "close")
    assert "还有 14 份没有提交" in text(client.get(address))
    seen = str(seated.fresh().version)
    refused = client.post(address, {"reason": "", "seen": seen})
    assert refused.status_code == 422
    assert "提前截止须写明原因" in text(refused)
    done = client.post(address, {"reason": "活动延期", "seen": seen, "key": "k"})
    assert done.status_code == 302
    assert "活动延期" in text(client.get(at(seated, "review")))


def test_result_explains_itself(over: Show) -> None:
    page = text(desk(over.judges[0]).get(at(over, "review")))
    assert "已重新计算，与台账一致" in page
    assert "本人申请回避" in page
    assert "项目由亲属承办" not in page
    assert over.fresh().ballots_sha256 in page
    told = text(desk(over.judges[0]).get(at(over, "standing", 4)))
    assert "÷ 3 = " in told
    assert "评委 2（组织部 处置员）" in told
    assert "标准分 =（百分制 − 该评委平均）÷ 标准差" in told
    assert desk(over.chair).get(at(over, "standing", 9)).status_code == 404


def test_ties_are_declared(seated: Show) -> None:
    """Two candidates with the same marks from everybody share a place."""
    now = clock.read()
    for judge in seated.judges:
        for number, need in ((1, "9"), (2, "7"), (3, "7"), (4, "5")):
            seated.vote(now, judge, number, need, "6")
    close(by=seated.chair, at=now, review=seated.review, reason="一位评委缺席")
    page = text(desk(seated.chair).get(at(seated, "review")))
    assert "养老食堂、楼道焕新得分相同，并列第 2。" in page
    assert "并列第 2" in text(desk(seated.chair).get(at(seated, "standing", 3)))


def test_files(over: Show) -> None:
    client = desk(over.chair)
    rows = list(csv.reader(io.StringIO(text(client.get(at(over, "file", "result", "csv"))))))
    assert rows[0][:4] == ["名次", "对象", "单位", "得分"]
    assert len(rows) == 5
    ballots = list(csv.reader(io.StringIO(text(client.get(at(over, "file", "ballots", "csv"))))))
    assert len(ballots) == 1 + Ballot.objects.count()
    assert {row[-1] for row in ballots[1:]} == set(
        Ballot.objects.values_list("commitment", flat=True)
    )
    book = client.get(at(over, "file", "result", "xlsx"))
    assert book.content[:2] == b"PK"
    for what, kind in (("result", "pdf"), ("marks", "csv")):
        assert client.get(at(over, "file", what, kind)).status_code == 404


def test_nothing_is_offered_after_the_end(over: Show) -> None:
    assert desk(over.chair).get(at(over, "invite")).status_code == 409
    assert desk(over.chair).get(at(over, "close")).status_code == 409
    seat = Panelist.objects.filter(review=over.review, officer=over.judges[0].officer).get()
    number = tasks_of(seat)[0].candidate.number
    client = desk(over.judges[0])
    assert "评下一个" not in text(client.get(at(over, "score", number)))
    assert client.get(at(over, "aside", number)).status_code == 409


def test_judge_who_missed_the_end(seated: Show, now: datetime) -> None:
    close(by=seated.chair, at=clock.read(), review=seated.review, reason="活动取消")
    page = text(desk(seated.judges[0]).get(at(seated, "score", 1)))
    assert "这个对象您没有评" in page
    sent = desk(seated.judges[0]).post(at(seated, "score", 1), {"mark_1": "9", "mark_2": "9"})
    assert sent.status_code == 409


def test_page_says_so_where_somebody_changed_a_ballot(over: Show, forger: Any) -> None:
    connection.check_constraints()
    with forger():
        Ballot.objects.filter(assignment__candidate__number=1).update(
            marks='{"gain":"1","need":"1"}'
        )
        connection.check_constraints()
    page = text(desk(over.chair).get(at(over, "review")))
    assert "重新计算与台账不一致" in page
    assert "评分表与提交时的承诺不符" in page
    assert "已重新计算，与台账一致" not in page


# ---- many ---------------------------------------------------------------------------------------


def counted(browser: Client, address: str) -> int:
    """Return how many statements a page asks the database, once everything is warm."""
    browser.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(address).status_code == 200
    return len(asked)


def test_statements_do_not_grow_with_reviews_and_ballots(seated: Show) -> None:
    chair, judge = desk(seated.chair), desk(seated.judges[0])
    everything = reverse("desk:reviews:all")
    asked = [
        (chair, everything),
        (judge, everything),
        (chair, at(seated, "review")),
        (judge, at(seated, "review")),
        (judge, at(seated, "score", 4)),
    ]
    before = {place: counted(*place) for place in asked}
    seated.vote(clock.read(), seated.judges[0], 1, "9", "9")
    seated.vote(clock.read(), seated.judges[1], 2, "9", "9")
    for _more in range(3):
        show_of(seated.cast, clock.read(), offices=seated.judges).seat(clock.read())
    assert {place: counted(*place) for place in asked} == before
