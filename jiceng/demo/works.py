"""A 书记项目 from its proposal to its last day, as acts: gates, plan, progress, acceptance."""

from datetime import date, timedelta
from typing import Any

from jiceng.demo.boards import Voices
from jiceng.demo.diary import Story
from jiceng.demo.leading import Led, Part, People
from jiceng.demo.organisation import new
from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.ledger.service import SYSTEM
from jiceng.kernel.notices.models import Notice
from jiceng.kernel.notices.service import close, latest, withdraw
from jiceng.systems.secretary_projects import actions, terms
from jiceng.systems.secretary_projects.models import Finding, PlanStep
from jiceng.systems.secretary_projects.terms import Purpose

OWNERS = ("组织委员", "宣传委员", "纪检委员", "网格党员代表", "专职党务工作者", "支部副书记")
GATES = {
    "survey": ("note", Purpose.SURVEY, "走访{many}户、座谈{few}次，问题和需求列成清单。"),
    "study": ("study", Purpose.STUDY, "支部委员会研究通过，应到{few}人、实到{few}人，一致同意。"),
    "file": ("note", Purpose.FILING, "调查报告、会议记录和“一项一策”方案一并上报。"),
    "publish": ("note", Purpose.PUBLICATION, "材料齐全，同意公示五个工作日。"),
}
HALF = ("40", "50", "60", "75")


class ProjectStories:
    """Tells projects, one story each; every ``yield`` is an instant at which it goes on."""

    def __init__(self, people: People, voices: Voices) -> None:
        self.people, self.voices = people, voices

    def tell(self, led: Led) -> Story:
        """Tell the whole of it."""
        yield led.at
        self._propose(led)
        yield from self._gates(led)
        if led.course.registered:
            yield from self.voices.speak(led)
            yield from self.work(led)

    def _propose(self, led: Led) -> None:
        led.case = new(
            (actions.propose if led.lasting else actions.propose_item)(
                by=self.people.secretary(led.idea.unit),
                at=led.at,
                unit=self.people.zone.units[led.idea.unit],
                title=led.idea.title,
                theme=led.idea.field.theme,
                expected=led.idea.expected,
                background=led.idea.background,
                starts_on=legal_day(led.at),
                due_on=led.due_on,
            )
        )

    def make(self, led: Led, move: str, *, office: int | None = None, **words: Any) -> None:
        """Let the secretary, or one of the party office, make a move of the procedure."""
        by = self.people.secretary(led.idea.unit)
        actions.MOVES_OF[led.case.definition.code][move](
            by=by if office is None else self.people.offices[office],
            at=led.at,
            number=led.case.number,
            step_id=None,
            **words,
        )

    # ---- 立项 -----------------------------------------------------------------------------------

    def _gates(self, led: Led) -> Part:
        yield led.later(5, 10)
        self._pass(led, "survey")
        if led.course.gate == "withdrawn":
            yield led.later(2, 5)
            self.make(led, "withdraw", reason="经摸排需求不大，另行选题。")
            return
        yield led.later(2, 6)
        self._pass(led, "study")
        self.plan(led, 4)
        yield led.later(1, 3)
        self._pass(led, "file")
        if led.course.gate == "returned":
            yield led.later(1, 3)
            self.make(led, "return", office=0, reason="预期成效没有数字，请补充基线和目标。")
            yield led.later(2, 4)
            self._pass(led, "file")
        yield led.later(1, 3)
        if led.course.gate == "refused":
            self.make(led, "refuse", office=0, reason="与已立项的项目重复，建议合并实施。")
            return
        self._pass(led, "publish", office=0)
        yield from self._published(led)

    def _pass(self, led: Led, move: str, office: int | None = None) -> None:
        """Pass a gate with its evidence."""
        need, purpose, text = GATES[move]
        by = self.people.offices[office] if office is not None else None
        words: dict[str, Any] = {need: text.format(many=_many(led), few=5)}
        if move != "publish":
            words["day"] = legal_day(led.at)
        shown = self.people.paper(by or self.people.secretary(led.idea.unit), led.at, purpose)
        self.make(led, move, office=office, **words, **shown)

    def plan(self, led: Led, count: int) -> None:
        """Set the steps of the plan, spread over the time there is."""
        start, steps = legal_day(led.at), led.idea.field.steps[:count]
        for place, (name, expected) in enumerate(steps, start=1):
            due_on = start + (led.ends_on - start) * place / len(steps)
            actions.set_step(
                by=self.people.secretary(led.idea.unit),
                at=led.at,
                number=led.case.number,
                name=name,
                expected=expected,
                owner=led.dice.choice(OWNERS),
                due_on=min(due_on, led.due_on),
                weight=led.dice.choice((None, "1", "2", "2", "3")),
            )

    def _published(self, led: Led) -> Part:
        """Let the period pass, with whatever comes in its way."""
        if led.course.gate == "recalled":
            yield led.later(1, 2)
            self._recall(led)
            yield led.later(2, 4)
            self._pass(led, "file")
            yield led.later(1, 2)
            self._pass(led, "publish", office=0)
        notice = _notice(led)
        yield from self.voices.object(led, notice)
        if not led.course.registered:
            return
        notice = _notice(led)
        yield led.until(legal_day(notice.closes_at) + timedelta(days=1))
        close(by=SYSTEM, at=led.at, notice=notice)
        self.make(led, "register", office=1, note="公示期满，同意立项。")

    def _recall(self, led: Led) -> None:
        by, reason = self.people.keeper, "公示内容遗漏资金来源，撤回后补充。"
        withdraw(by=by, at=led.at, notice=_notice(led), reason=reason)
        self.make(led, "recall", office=0, reason="请补充资金来源后重新上报。")

    # ---- 实施 -----------------------------------------------------------------------------------

    def work(self, led: Led) -> Part:
        """Work through the plan, and let it be accepted where it is done."""
        steps = led.steps
        undone = 0 if led.course.end in ("", "reworked", "accepting") else 1
        for place, step in enumerate(steps[: len(steps) - undone]):
            yield from self._step(led, step, place)
        if undone:
            yield led.later(10, 20)
            self.claim(led, steps[-1], led.dice.choice(HALF))
            return
        yield from self._finished(led)
        if led.course.end == "accepting":
            return
        if led.course.end == "reworked":
            yield led.later(2, 4)
            self.make(led, "rework", office=0, reason="现场与材料不一致，请完善后再申请。")
            yield from self._finished(led)
        yield from self._accepted(led)

    def _step(self, led: Led, step: PlanStep, place: int) -> Part:
        """Claim a step: some half-way first, most on time."""
        late = led.dice.choice((-6, -4, -3, -2, -1, 0, 0, 3))
        end = step.due_on + timedelta(days=late)
        if place == 1 or led.dice.random() < 0.2:
            yield led.until(_between(legal_day(led.at), end))
            self.claim(led, step, led.dice.choice(HALF))
        yield led.until(end)
        self.claim(led, step, "100")

    def claim(self, led: Led, step: PlanStep, percent: str) -> None:
        """Let the owner say how far a step is; whole with a photo."""
        by = self.people.secretary(led.idea.unit)
        whole = percent == "100"
        actions.claim_progress(
            by=by,
            at=led.at,
            number=led.case.number,
            step=step.pk,
            percent=percent,
            note=f"{step.name}：{'已完成' if whole else '正在推进'}。",
            **(self.people.paper(by, led.at, Purpose.PROGRESS) if whole else {}),
        )

    def _finished(self, led: Led) -> Part:
        """Ask for acceptance as soon as nothing is in the way."""
        yield led.later(2, 5)
        while not _ready(led):
            yield led.later(1, 2)
        self._submit(led)

    def _submit(self, led: Led) -> None:
        by = self.people.secretary(led.idea.unit)
        shown = self.people.paper(by, led.at, Purpose.RESULT)
        move = "submit" if led.lasting else "finish"
        self.make(led, move, note="各步骤已完成，成效见附件，请予验收。", **shown)

    def _accepted(self, led: Led) -> Part:
        yield led.later(2, 6)
        while not _ready(led):
            yield led.later(1, 2)
        if led.lasting:
            self.make(led, "accept", office=0, note="现场核对，与方案一致，同意验收。")
            yield led.later(1, 3)
        self.make(led, "complete", office=1, note="资料归档，予以办结。")


def _ready(led: Led) -> bool:
    """Tell whether nothing found is open, and no step is contradicted."""
    found = Finding.objects.open().filter(project=led.case.pk)
    return not found.exists() and all(step.standing.publicly_done for step in led.steps)


def _notice(led: Led) -> Notice:
    notice = latest(led.case.subject, terms.NOTICE)
    if notice is None:
        raise RuntimeError("the project was published a moment ago")
    return notice


def _between(first: date, last: date) -> date:
    return first + (last - first) / 2 if last > first else first


def _many(led: Led) -> int:
    return led.dice.randint(18, 120)
