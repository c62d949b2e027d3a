"""What is typed into the pages of reviews: rule, panel, marks."""

import pytest
from django.urls import reverse

from jiceng.faces.desk.tests.reviewing import at, desk, text
from jiceng.kernel.reviews.models import Ballot, Panelist, Review
from jiceng.kernel.testing.cast import Cast
from jiceng.kernel.testing.panel import Show

pytestmark = pytest.mark.django_db


# ---- opening and inviting -----------------------------------------------------------------------

WORDS = {
    "kind": "reviews.general",
    "title": "年度书记项目评审",
    "criteria": "贴近需求，60，10，8：群众一直在提；5：部分需要\n工作成效\t40\t10",
    "normalise": "z",
    "trim": "on",
    "ties": "dense",
    "candidates": "停车，治理，柳岸社区\n西岭夜市\t990000002",
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
    assert review.candidates.get(number=1).title == "停车，治理"
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
    sent = {"judges": "6001\n6002 \n1001", "each": "2", "seen": "0", "key": "k"}
    assert client.post(address, sent).status_code == 302
    assert [seat.officer.staff_no for seat in Panelist.objects.order_by("number")] == [
        "1001",
        "6001",
        "6002",
    ]
    page = text(client.get(at(show, "review")))
    assert "评委 1（东湖街道 值班员）" in page
    assert "邀请评委" in page


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"judges": "9999"}, "没有工号“9999”的在任人员。"),
        ({"judges": ""}, "请填写“评委工号”。"),
        ({"judges": "6001\n6001"}, "不得重复"),
        ({"judges": "1007"}, "对全部对象都应回避"),
        ({"judges": "6001", "each": "9"}, "每位评委的评分个数"),
        ({"judges": "6001", "seen": "7"}, "已有变化"),
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
