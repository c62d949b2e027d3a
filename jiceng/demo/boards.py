"""What residents of the demo zone say to projects on the boards, and what they are answered."""

from typing import Any

from jiceng.demo.leading import Led, Part, People
from jiceng.demo.organisation import new
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.ledger.service import RESIDENT
from jiceng.kernel.notices.models import Notice
from jiceng.kernel.notices.service import (
    answer_comment,
    answer_objection,
    comment,
    correct,
    latest,
    moderate,
    object_to,
)
from jiceng.systems.secretary_projects.terms import BOARD_PLAN

# Words of residents, some with a number that nobody else may read, and the answers.
OBJECTIONS = {
    "not_upheld": (
        "选点离我家窗户太近，担心施工吵。",
        "经现场核对，点位距住宅三十米以上，施工时间已限定在白天，异议不成立。",
    ),
    "upheld": (
        "公示里写的户数和楼道贴的不一样，请核实，电话13900002022。",
        "核实后确有出入，异议成立，已更正并重新公示。",
    ),
    "objected": ("停车位怎么分没有写，不同意先干后说。", ""),
}
COMMENTS = (
    ("什么时候能看到效果？", "按方案的时间节点推进，每月在公开栏更新进展。"),
    ("希望把后门的路也一起修了。", "已列入摸排清单，条件具备时一并实施。"),
    ("支持！能不能让居民代表参加验收？", "验收时邀请居民代表到场，欢迎报名。"),
    ("资金从哪里来，能公开吗？", "资金来源和使用情况随进展一并公开。"),
    ("我可以当志愿者，联系电话13912340000。", "感谢支持，工作人员会与您联系。"),
    ("去年的事做了一半就停了，今年请做完。", "遗留部分已纳入今年方案，完成后张榜公布。"),
)
ADVERTISING = "本人专业贷款，利息低，加微信详谈。"
# One of so many projects is commented on.
HEARD = 2


class Voices:
    """Lets residents speak, and the keeper of the boards answer."""

    def __init__(self, people: People) -> None:
        self.people = people

    def object(self, led: Led, notice: Notice) -> Part:
        """Let somebody object while the period runs, where the course says so."""
        if led.course.gate not in OBJECTIONS:
            return
        words, answer = OBJECTIONS[led.course.gate]
        yield led.later(1, 1)
        phone = "13900002022" if led.course.gate == "upheld" else ""
        given: dict[str, Any] = {"by": RESIDENT, "at": led.at, "claim": new_uid()}
        said = new(object_to(notice=notice, text=words, name="居民", phone=phone, **given))
        if not answer:
            return
        yield led.later(1, 2)
        upheld = led.course.gate == "upheld"
        by = self.people.keeper
        answer_objection(by=by, at=led.at, said=said, upheld=upheld, answer=answer)
        if upheld:
            yield led.later(1, 1)
            self._correct(led, notice)

    def _correct(self, led: Led, notice: Notice) -> None:
        by, reason = self.people.keeper, "按核实后的户数更正。"
        shown = dict(notice.shown) | {"expected": f"{notice.shown['expected']}（户数以名册为准）"}
        given = {"title": notice.title, "shown": shown, "reason": reason}
        correct(by=by, at=led.at, notice=notice, **given)

    def speak(self, led: Led) -> Part:
        """Let somebody comment on the plan, sometimes."""
        notice = latest(led.case.subject, BOARD_PLAN)
        if notice is None or led.dice.randrange(HEARD):
            return
        yield led.later(2, 5)
        words, answer = led.dice.choice([*COMMENTS, (ADVERTISING, "")])
        given: dict[str, Any] = {"by": RESIDENT, "at": led.at, "claim": new_uid()}
        said = new(comment(notice=notice, text=words, **given))
        yield led.later(1, 2)
        reason = "" if answer else "广告，与项目无关。"
        by = self.people.keeper
        moderate(by=by, at=led.at, said=said, show=bool(answer), reason=reason)
        if answer:
            yield led.later(1, 3)
            answer_comment(by=by, at=led.at, said=said, answer=answer)
