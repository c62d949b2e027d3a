"""A review from the rule to the ranking: the chair at a desk, the judges on their phones."""

from collections.abc import Callable
from typing import Any

import pytest

from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.reviews.models import Ballot, Review
from jiceng.kernel.testing.panel import offices_of
from jiceng.systems.grid.tests.scene import Grid
from tests.journeys.walker import DESKTOP, PHONE, Walker
from tests.journeys.working import check, fill, sees, sit_down

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
RULE = "贴近需求，60，10，8：群众一直在提；5：部分需要\n工作成效，40，10"
FIELD = "停车治理，柳岸社区\n楼道焕新，枫林社区\n西岭夜市，西岭街道"


def publish(walker: Walker, chair: Capacity) -> None:
    """Draw up the rule, look at it once more, publish it; then invite the panel."""
    sit_down(walker, chair)
    walker.go("/desk/reviews/")
    walker.press("发起评议", to="**/reviews/new/")
    check(walker)
    fill(walker.page, title="书记项目路演", candidates=FIELD, criteria="贴近需求，0，10")
    walker.press("核对后公布")
    sees(walker, "权重须为大于 0")
    fill(walker.page, criteria=RULE, normalise="z")
    walker.press("核对后公布")
    check(walker)
    walker.press("公布规则", to="**/reviews/*/")
    sees(walker, "还没有评委")
    walker.press("邀请评委", to="**/invite/")
    fill(walker.page, judges="1001\n6001")
    walker.press("邀请并分配", to="**/reviews/*/")
    sees(walker, "已邀请评委")
    check(walker)


def mark(walker: Walker, need: str, gain: str) -> None:
    """Give two marks with the keyboard alone, and send them."""
    page = walker.page
    page.locator("[name=mark_1]").focus()
    page.keyboard.type(need)
    page.keyboard.press("Tab")
    page.keyboard.type(gain)
    page.keyboard.press("Enter")
    walker.rest()
    walker.look()


def come_in(walker: Walker, who: Capacity, first: str) -> None:
    """Open the first candidate that is to be scored."""
    sit_down(walker, who)
    walker.go("/desk/reviews/")
    walker.press("书记项目路演", to="**/reviews/*/")
    check(walker)
    walker.press(first, to="**/score/*/")
    check(walker)


def score_what_is_not_mine(phone: Walker, wang: Capacity) -> None:
    """王 works for the street of the first candidate, and is not asked about it."""
    come_in(phone, wang, "楼道焕新")
    mark(phone, "11", "7")
    sees(phone, "分数须在 0 到满分之间")
    fill(phone.page, mark_1="", mark_2="")
    mark(phone, "9", "7.5")
    sees(phone, "已密封提交：楼道焕新")
    mark(phone, "6", "6")
    sees(phone, "已密封提交：西岭夜市")
    sees(phone, "本单位或上下级")


def stand_aside_for_one(phone: Walker, office: Capacity) -> None:
    """Score two, and stand aside for the second."""
    come_in(phone, office, "停车治理")
    mark(phone, "8", "8")
    phone.press("我要回避", to="**/aside/*/")
    check(phone)
    fill(phone.page, reason="项目由亲属承办")
    phone.press("确认回避", to="**/reviews/*/")
    sees(phone, "本人申请回避")
    phone.press("西岭夜市", to="**/score/*/")
    mark(phone, "7", "5")
    phone.press("停车治理", to="**/score/*/")
    sees(phone, "回执")
    check(phone)


def end(chair: Walker) -> None:
    """Close the review and read how a candidate came to its place."""
    chair.go(f"/desk/reviews/{Review.objects.get().uid}/")
    sees(chair, "评委 1（东湖街道 值班员）")
    chair.press("截止并拆封", to="**/close/")
    sees(chair, "全部评分已提交")
    chair.press("截止并拆封", to="**/reviews/*/")
    sees(chair, "已重新计算，与台账一致")
    check(chair)
    chair.press("楼道焕新", to="**/standing/*/")
    sees(chair, "与停车治理得分相同，并列第 1。")
    check(chair)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_panel_scores_and_the_ranking_explains_itself(
    walk: Callable[..., Any], staffed: Grid, scripts: bool
) -> None:
    cast = staffed.cast
    office = offices_of(cast)[0]
    with walk(width=DESKTOP, scripts=scripts) as chair:
        publish(chair, cast.zhou)
        with walk(width=PHONE, scripts=scripts) as phone:
            score_what_is_not_mine(phone, cast.wang)
        with walk(width=PHONE, scripts=scripts) as phone:
            stand_aside_for_one(phone, office)
        assert not Ballot.objects.exclude(marks="").exists()
        end(chair)
    assert Ballot.objects.exclude(marks="").count() == 4
