"""The year 2022 of the demo zone, written as acts: the same at every run."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from jiceng.demo import zone
from jiceng.demo.courses import COURSES, Course
from jiceng.demo.organisation import Zone, new
from jiceng.demo.stories import Story, Teller
from jiceng.kernel.base.clock import SHANGHAI
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.ledger.service import RESIDENT
from jiceng.kernel.orgs.service import Capacity, capacities, holders, posts_for
from jiceng.kernel.orgs.terms import DUTY_OFFICER, HANDLER
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import escalate, expire, parts_of
from jiceng.systems.grid import actions
from jiceng.systems.grid.terms import APPEAL_PROCEDURE

FIRST, LAST = datetime(2022, 1, 5, 9, 0, tzinfo=SHANGHAI), datetime(2022, 11, 20, tzinfo=SHANGHAI)
MORNING, EVENING = 8, 18
ROADS = [
    "民生路",
    "湖滨路",
    "天柱山路",
    "同安路",
    "晶海路",
    "罗冲路",
    "文苑路",
    "龙山路",
    "兴业大道",
]
SPOTS = [
    "路口",
    "公交站旁",
    "小区北门",
    "农贸市场外",
    "小学门口",
    "便民桥头",
    "停车场入口",
    "公园东侧",
]
WORDS = {
    "C101": "井盖翘起来，骑车差点摔倒。",
    "C102": "晚上一片漆黑，老人不敢出门。",
    "C103": "地砖碎了一片，推婴儿车过不去。",
    "C104": "树枝断了挂在半空，怕砸到人。",
    "E201": "垃圾堆了几天，有味道。",
    "E202": "下水口冒水，路面湿滑。",
    "E203": "摊子摆到人行道上，只能走马路。",
    "E204": "半夜还在施工，睡不着。",
    "E205": "楼道里贴满小广告。",
}
COMMON = tuple(code for code in WORDS if code != "E205")
REVIEWS = {"uphold": "气象证明属实，情况确属不可抗力。", "reject": "气象记录与所述不符。"}
# Between two turns lies this many hours, at least and at most.
PAUSE = (0.4, 3.0)


@dataclass
class Told:
    """A case while its course is told: where it is in time, and who is merged into it."""

    case: Case
    story: Story
    at: datetime
    seed: int
    other: Case | None = None


class Chronicler(Teller):
    """Tells the cases of a year, one after another."""

    def __init__(self, founded: Zone, now: datetime, seed: int = 2022) -> None:
        super().__init__(founded, now)
        self.dice = random.Random(seed)

    def tell_year(self) -> Iterator[Case]:
        """Tell every case of every course, spread over the year."""
        courses = [course for course in COURSES for _time in range(course.often)]
        self.dice.shuffle(courses)
        span = (LAST - FIRST) / len(courses)
        for place, course in enumerate(courses):
            yield self.tell_course(course, _working(FIRST + span * place), 10_000 + place)

    def tell_course(self, course: Course, at: datetime, seed: int) -> Case:
        """Report a case and take it through its course."""
        story = self._invent(course)
        told = Told(self._report(story, at, seed), story, at, seed)
        for turn in course.turns:
            told.at = _working(told.at + timedelta(hours=self.dice.uniform(*PAUSE)))
            self._turn(told, turn)
        return told.case

    def _invent(self, course: Course) -> Story:
        category = course.category or self.dice.choice(COMMON)
        community = self.dice.choice(zone.communities())
        where = f"{self.dice.choice(ROADS)}{self.dice.choice(SPOTS)}"
        return Story(
            category,
            community.code,
            where,
            WORDS[category],
            0,
            patrol=course.patrol,
            phone=course.phone,
        )

    def _turn(self, told: Told, turn: str) -> None:
        turns: dict[str, Callable[[Told], None]] = {
            "expire": self._expire,
            "late": self._late,
            "second": self._second,
            "same": self._same,
            "parts": self._parts,
            "rate": partial(self._rate, again=False),
            "unhappy": partial(self._rate, again=True),
            "answer": partial(self._by_reporter, move="answer"),
            "withdraw": partial(self._by_reporter, move="withdraw"),
            "unmerge": self._unmerge,
            "appeal": self._appeal,
            "pass": partial(self._review, move="pass"),
            "uphold": partial(self._review, move="uphold"),
            "reject": partial(self._review, move="reject"),
            "take_up": partial(self._back, move="take_up"),
            "reopen_by_office": partial(self._back, move="reopen_by_office"),
        }
        if turn in turns:
            turns[turn](told)
        else:
            self._make(told.case, turn, told.story, told.at, told.seed)

    def _expire(self, told: Told) -> None:
        step = told.case.steps.open().get()
        told.at = (step.expires_at or told.at) + timedelta(minutes=1)
        expire(told.at)

    def _late(self, told: Told) -> None:
        step = told.case.steps.open().get()
        told.at = _working((step.escalate_at or told.at) + timedelta(minutes=1))
        escalate(told.at)

    def _second(self, told: Told) -> None:
        """Somebody reports the same; the duty officer merges it."""
        told.other = self._report(told.story, told.at, told.seed + 5_000)
        told.at += timedelta(minutes=20)
        words = {"case": told.case.number}
        self._make(told.other, "merge", told.story, told.at, told.seed, words)

    def _unmerge(self, told: Told) -> None:
        other = told.other
        if other is None:
            raise RuntimeError("nothing was merged")
        by = self._duty(other, told.at)
        reason = "两处相距较远，应分别办理。"
        actions.unmerge(by=by, at=told.at, number=other.number, reason=reason)
        for move in ("judge", "dispatch", "dispose", "verify", "close"):
            told.at = _working(told.at + timedelta(hours=1))
            self._make(other, move, told.story, told.at, told.seed + 5_000)

    def _same(self, told: Told) -> None:
        told.seed += 1
        self._join(told.case, told.story, told.at, told.seed)

    def _parts(self, told: Told) -> None:
        for part in parts_of(told.case):
            for move in ("dispose", "verify", "close"):
                told.at = _working(told.at + timedelta(hours=1))
                told.seed += 1
                self._make(part, move, told.story, told.at, told.seed)

    def _rate(self, told: Told, *, again: bool) -> None:
        marks = {"effect": 2, "speed": 3} if again else {"effect": 5, "speed": 4}
        given: dict[str, Any] = {"by": RESIDENT, "at": told.at, "claim": new_uid(), **marks}
        given["number"] = told.case.number
        if again:
            reason = "没有彻底解决，第二天又出现了。"
            actions.rate_and_reopen(reason=reason, solved=False, **given)
        else:
            actions.rate(solved=True, words="办得很快。", **given)

    def _appeal(self, told: Told) -> None:
        """The unit that handled it appeals against having been late."""
        last = told.case.steps.filter(step="dispatched").order_by("id").last()
        unit = (last.sent_to or last.unit) if last else told.case.unit
        officer = self.zone.officers[unit.code, HANDLER.code]
        by = next(held for held in capacities(officer, told.at) if held.unit == unit)
        reason = "当日连续暴雨，无法施工，附气象证明。"
        given = {"by": by, "at": told.at, "number": told.case.number, "reason": reason}
        told.other = new(actions.file_appeal(**given))

    def _review(self, told: Told, move: str) -> None:
        if told.other is None:
            raise RuntimeError("nobody appealed")
        step = told.other.steps.open().select_related("post__unit").get()
        if step.post is None:
            raise RuntimeError("nobody reviews the appeal")
        words = {"reason": REVIEWS[move]} if move in REVIEWS else {}
        actions.MOVES_OF[APPEAL_PROCEDURE][move](
            by=Capacity(holders(step.post, told.at)[0], step.post),
            at=told.at,
            number=told.other.number,
            step_id=step.pk,
            **words,
        )

    def _by_reporter(self, told: Told, move: str) -> None:
        step = told.case.steps.open().get()
        words = {"note": "在小区北门往东第二个路口，靠近配电箱。"} if move == "answer" else {}
        actions.MOVES[move](
            by=RESIDENT,
            at=told.at,
            number=told.case.number,
            step_id=step.pk,
            claim=new_uid(),
            **words,
        )

    def _back(self, told: Told, move: str) -> None:
        by = self._duty(told.case, told.at)
        reason = "复查发现仍有遗留，重新办理。"
        actions.MOVES[move](by=by, at=told.at, number=told.case.number, reason=reason)

    def _duty(self, case: Case, at: datetime) -> Capacity:
        case.refresh_from_db()
        post = posts_for(DUTY_OFFICER.code, case.unit, at)
        if post is None:
            raise RuntimeError("every street of the demo zone has a duty officer")
        return Capacity(holders(post, at)[0], post)


def _working(at: datetime) -> datetime:
    """Return ``at``, or the next morning of a weekday; holidays of the demo zone are ordinary."""
    local = at.astimezone(SHANGHAI)
    if local.hour >= EVENING:
        local = (local + timedelta(days=1)).replace(hour=MORNING, minute=local.minute)
    if local.hour < MORNING:
        local = local.replace(hour=MORNING)
    while local.weekday() > 4:
        local += timedelta(days=1)
    return local
