"""The pages of reviews: who sees what, what is typed, and what is never shown before the end."""

import csv
import io
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from jiceng.kernel.base import clock
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.reviews.models import Ballot, Panelist, Review
from jiceng.kernel.reviews.service import close, declare_conflict, tasks_of
from jiceng.kernel.testing.cast import Cast
from jiceng.kernel.testing.panel import Show, show_of

pytestmark = pytest.mark.django_db


def desk(capacity: Capacity) -> Client:
    """Return a browser in which somebody is signed in."""
    client = Client()
    client.force_login(capacity.officer)
    return client


def text(answer: Any) -> str:
    if answer.streaming:
        return b"".join(answer.streaming_content).decode("utf-8-sig")
    return str(answer.content.decode())


@pytest.fixture
def show(cast: Cast) -> Show:
    """Return an open review of today."""
    return show_of(cast, clock.read())


@pytest.fixture
def seated(show: Show) -> Show:
    return show.seat(clock.read())


@pytest.fixture
def over(seated: Show) -> Show:
    """Return the review closed, with one who stood aside."""
    at = clock.read()
    declare_conflict(
        by=seated.judges[2],
        at=at,
        review=seated.review,
        candidate=seated.candidates[3],
        reason="项目由亲属承办",
    )
    seated.vote_all(at)
    close(by=seated.chair, at=at, review=seated.review)
    return seated


def at(show: Show, name: str, *arguments: object) -> str:
    return reverse(f"desk:reviews:{name}", args=[show.review.uid, *arguments])


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
    assert Ballot.objects.get().commitment in page
    assert "<form method" not in page.partition("<main")[2].partition("</main")[0]


# ---- opening and inviting -----------------------------------------------------------------------

WORDS = {
    "kind": "reviews.general",
    "title": "年度书记项目评审",
    "criteria": "贴近需求，60，10，8：群众一直在提；5：部分需要\n工作成效\t40\t10",
    "normalise": "z",
    "trim": "on",
    "ties": "dense",
    "candidates": "停车治理，柳岸社区\n西岭夜市\t990000002",
    "key": "k1",
}


def test_rule_is_shown_before_it_is_published(cast: Cast) -> None:
    client, address = desk(cast.zhou), reverse("desk:reviews:new")
    asked = client.post(address, WORDS)
    assert asked.status_code == 200
    assert "公布规则" in text(asked)
    assert not Review.objects.exists()
    changed = client.post(address, WORDS | {"back": "1"})
    assert "核对后公布" in text(changed)
    done = client.post(address, WORDS | {"sure": "1"})
    review = Review.objects.get()
    assert done["Location"] == reverse("desk:reviews:review", args=[review.uid])
    rule = review.published
    assert [(c.label, int(c.weight), int(c.best)) for c in rule.criteria] == [
        ("贴近需求", 60, 10),
        ("工作成效", 40, 10),
    ]
    assert [level.meaning for level in rule.criteria[0].levels] == ["群众一直在提", "部分需要"]
    assert (rule.normalise, rule.trim, rule.ties) == ("z", True, "dense")
    assert [c.unit.short_name for c in review.candidates.order_by("number")] == [
        "柳岸社区",
        "西岭街道",
    ]
    client.post(address, WORDS | {"sure": "1"})
    assert Review.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"criteria": "贴近需求，0，10"}, "权重须为大于 0"),
        ({"criteria": "贴近需求，-1，10"}, "权重须为大于 0"),
        ({"criteria": "贴近需求，NaN，10"}, "权重须为大于 0"),
        ({"criteria": "贴近需求，1e999，10"}, "权重须为大于 0"),
        ({"criteria": "贴近需求，60，0"}, "满分须为大于 0"),
        ({"criteria": "贴近需求，六十，10"}, "第 1 行：“六十”不是数字。"),
        ({"criteria": "贴近需求，60，10\n成效，60"}, "第 2 行：写成“名称，权重，满分”。"),
        ({"criteria": "贴近需求，60，10，优秀"}, "分段含义写成"),
        ({"criteria": ""}, "请填写“评分指标”。"),
        ({"candidates": "停车治理，无此社区"}, "没有叫“无此社区”的单位"),
        ({"candidates": "停车治理"}, "写成“名称，所在单位”。"),
        ({"candidates": "甲，柳岸社区\n甲，柳岸社区", "sure": "1"}, "不得重复"),
        ({"kind": "reviews.unknown"}, "选择一个有效的选项"),
    ],
)
def test_form_says_what_is_wrong(cast: Cast, change: dict[str, str], sentence: str) -> None:
    answer = desk(cast.zhou).post(reverse("desk:reviews:new"), WORDS | change)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert not Review.objects.exists()


def test_who_may_open_none_is_refused(cast: Cast) -> None:
    answer = desk(cast.wang).get(reverse("desk:reviews:new"))
    assert answer.status_code == 403


def test_panel_is_invited(show: Show) -> None:
    client, address = desk(show.chair), at(show, "invite")
    assert client.get(address).status_code == 200
    sent = {"judges": "2001\n2002 \n1001", "each": "2", "seen": "0", "key": "k"}
    assert client.post(address, sent).status_code == 302
    assert [seat.officer.staff_no for seat in Panelist.objects.order_by("number")] == [
        "1001",
        "2001",
        "2002",
    ]
    page = text(client.get(at(show, "review")))
    assert "评委 1（东湖街道 值班员）" in page
    assert "邀请评委" in page


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"judges": "9999"}, "没有工号“9999”的在任人员。"),
        ({"judges": ""}, "请填写“评委工号”。"),
        ({"judges": "2001\n2001"}, "不得重复"),
        ({"judges": "1007"}, "对全部对象都应回避"),
        ({"judges": "2001", "each": "9"}, "每位评委的评分个数"),
        ({"judges": "2001", "seen": "7"}, "已有变化"),
    ],
)
def test_panel_refused(show: Show, sent: dict[str, str], sentence: str) -> None:
    answer = desk(show.chair).post(at(show, "invite"), {"each": "0", "seen": "0"} | sent)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert not Panelist.objects.exists()


def test_judge_neither_invites_nor_closes(seated: Show) -> None:
    client = desk(seated.judges[0])
    for name in ("invite", "close"):
        assert client.get(at(seated, name)).status_code == 403
        assert client.post(at(seated, name), {"judges": "1003"}).status_code == 403


# ---- scoring ------------------------------------------------------------------------------------


def test_scoring_goes_on_to_the_next_and_ends(seated: Show) -> None:
    client = desk(seated.cast.wang)
    page = text(client.get(at(seated, "score", 3)))
    assert "8 分以上：群众一直在提；5 分以上：部分群众需要" in page
    first = client.post(at(seated, "score", 3), {"mark_1": "９.5", "mark_2": "7", "key": "a"})
    assert first["Location"] == at(seated, "score", 4)
    last = client.post(at(seated, "score", 4), {"mark_1": "5", "mark_2": "5", "key": "b"})
    assert last["Location"] == at(seated, "review")
    assert Ballot.objects.count() == 2


@pytest.mark.parametrize(
    ("marks", "sentence"),
    [
        ({"mark_1": "10.5", "mark_2": "5"}, "分数须在 0 到满分之间"),
        ({"mark_1": "-1", "mark_2": "5"}, "分数须在 0 到满分之间"),
        ({"mark_1": "NaN", "mark_2": "5"}, "输入一个数"),
        ({"mark_1": "8.125", "mark_2": "5"}, "分数至多两位小数"),
        ({"mark_1": "", "mark_2": "5"}, "请给“贴近需求”打分。"),
    ],
)
def test_marks_refused(seated: Show, marks: dict[str, str], sentence: str) -> None:
    answer = desk(seated.judges[0]).post(at(seated, "score", 1), marks)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert not Ballot.objects.exists()


def test_own_unit_has_no_form(seated: Show) -> None:
    client = desk(seated.cast.wang)
    page = text(client.get(at(seated, "score", 1)))
    assert "应当回避" in page
    assert "mark_1" not in page
    answer = client.post(at(seated, "score", 1), {"mark_1": "9", "mark_2": "9"})
    assert answer.status_code == 403


def test_second_ballot(seated: Show) -> None:
    client = desk(seated.judges[0])
    client.post(at(seated, "score", 1), {"mark_1": "9", "mark_2": "9", "key": "a"})
    again = client.post(at(seated, "score", 1), {"mark_1": "1", "mark_2": "1", "key": "b"})
    assert again.status_code == 409
    assert Ballot.objects.count() == 1


@pytest.mark.parametrize("number", ["0", "5", "999", "1000", "x", "-1", "１"])
def test_candidate_that_there_is_not(seated: Show, number: str) -> None:
    for name in ("score", "aside"):
        assert desk(seated.judges[0]).get(at(seated, name, number)).status_code == 404


def test_standing_aside(seated: Show) -> None:
    client = desk(seated.judges[0])
    address = at(seated, "aside", 2)
    assert client.post(address, {"reason": " "}).status_code == 422
    done = client.post(address, {"reason": "配偶参与项目", "key": "k"})
    assert done["Location"] == at(seated, "review")
    assert "本人申请回避" in text(client.get(at(seated, "review")))
    assert "配偶参与项目" in text(desk(seated.chair).get(at(seated, "review")))
    assert "配偶参与项目" not in text(client.get(at(seated, "review")))


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
