"""The inspections of the demo year: drawn teams, visits of one's own accord, what they find.

Which projects a draw comes to nobody can choose, so that no run is like another in that; how many
are visited and when, what is found and by when it is put right, is the same at every run.
"""

import random
from collections.abc import Generator, Iterator, Sequence
from datetime import date, datetime, timedelta

from jiceng.demo.diary import Story, after, on
from jiceng.demo.leading import AREA, Part, People, project_of
from jiceng.demo.organisation import new
from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.models import CaseStep
from jiceng.systems.secretary_projects import actions
from jiceng.systems.secretary_projects.models import Draw, Finding, PlanStep, Project, Visit
from jiceng.systems.secretary_projects.terms import Kind, Purpose

# A draw in every month, of so many projects and items, looked at by teams of two.
DRAWS = [date(2022, month, 9 + month % 4) for month in range(3, 12)]
QUOTAS, TEAM = {Kind.PROJECT.value: 4, Kind.ITEM.value: 10}, 2
# Visits of one's own accord; of some a second one follows, to see what was claimed too early.
OWN, FIRST, LAST = 68, date(2022, 3, 2), date(2022, 11, 22)
DOUBTED = range(6, 66, 6)
FAULTY = [*range(1, 56, 4), 30, 40]
# What is found on the last visits nobody has confirmed as put right by the end of November.
OPEN = (date(2022, 11, 14), date(2022, 11, 21))

WORDS = (
    "现场查看进度，与方案一致；走访群众{few}户，反映较好。",
    "查阅台账和会议记录，资料齐全；随机电话回访{few}人，均表示知晓。",
    "实地核对点位{few}处，完成情况与自报一致。",
    "与支部书记和经办人座谈，进度正常，提醒注意时间节点。",
    "随机走访服务对象{few}户，对成效表示认可，建议加强后续管护。",
)
DOUBTS = "实地核对，自报已完成的步骤尚有点位未到位，按实际进度核定。"
FAULTS = (
    ("台账更新不及时，缺近一个月的进展记录。", "已补齐台账，明确专人按周更新。"),
    ("公开栏未张贴最新方案。", "已更新公开栏并拍照留存。"),
    ("部分点位整改后反弹。", "已组织复查整改，安排网格员每日巡查。"),
    ("会议记录缺少签到。", "已补充签到，规范会议记录格式。"),
    ("进度与自报不符，存在虚报。", "已如实更正进度，支部书记作出说明。"),
    ("施工现场未设围挡和警示。", "已设置围挡和警示标志。"),
)


class Inspecting:
    """Tells draws and visits, each a story of its own."""

    def __init__(self, people: People, seed: int = 206) -> None:
        self.people, self.dice = people, random.Random(seed)
        self.named = {by.officer.staff_no: by for by in people.inspectors}

    def stories(self) -> Iterator[Story]:
        """Yield all stories of inspections."""
        for number, day in enumerate(DRAWS):
            yield self._drawn(day, random.Random(number))
        for number in range(OWN):
            day = FIRST + (LAST - FIRST) * number / OWN
            yield self._own(number, day, random.Random(1_000 + number))
        for number, day in enumerate(OPEN):
            yield self._open(number, day, random.Random(2_000 + number))

    def _drawn(self, day: date, dice: random.Random) -> Story:
        """Commit, draw, visit, reveal."""
        by, unit = self.people.inspectors[0], self.people.zone.units[AREA]
        at = on(day, dice)
        yield at
        draw = new(actions.commit_draw(by=by, at=at, unit=unit, quotas=QUOTAS, team_size=TEAM))
        at = after(at, dice, 1, 2)
        yield at
        draw = new(actions.make_draw(by=by, at=at, draw=draw))
        for visit in _in_order(draw):
            at = (
                at + timedelta(minutes=dice.randint(20, 50))
                if at.hour < 15
                else after(at, dice, 1, 1)
            )
            yield at
            self._visit(visit.project, self.named[visit.team[0]], at, dice, drawn=visit.uid)
        at = after(at, dice, 1, 2)
        yield at
        actions.reveal_draw(by=by, at=at, draw=draw)

    def _visit(
        self,
        project: Project,
        by: Capacity,
        at: datetime,
        dice: random.Random,
        *,
        drawn: str = "",
        doubted: bool = False,
    ) -> Visit:
        """Record a visit: what is seen of every step that was begun."""
        begun = [step for step in _steps(project) if step.claimed]
        seen: dict[int, object] = {step.pk: step.claimed for step in begun}
        if doubted and begun:
            seen[begun[-1].pk] = begun[-1].claimed / 2
        words = DOUBTS if doubted and begun else dice.choice(WORDS)
        done = actions.record_visit(
            by=by,
            at=at,
            number=project.case.number,
            visited_on=legal_day(at),
            words=words.format(few=dice.randint(3, 12)),
            seen=seen,
            visit=drawn,
        )
        return new(done)

    def _own(self, number: int, day: date, dice: random.Random) -> Story:
        """Go and look at one that runs; sometimes again, sometimes something is wrong."""
        at, by = on(day, dice), dice.choice(self.people.inspectors)
        yield at
        doubted = number in DOUBTED
        visit = self._visit(_running(at, dice, planned=doubted), by, at, dice, doubted=doubted)
        if number in FAULTY:
            yield from self._fault(visit, by, at, dice)
        if doubted:
            at = after(at, dice, 5, 8)
            yield at
            still = Project.objects.running(at).filter(pk=visit.project.pk).exists()
            self._visit(visit.project if still else _running(at, dice), by, at, dice)

    def _fault(self, visit: Visit, by: Capacity, at: datetime, dice: random.Random) -> Part:
        """Find something wrong, and see it put right; now and then only the second time."""
        words, answer = dice.choice(FAULTS)
        finding = self._find(visit, by, at, words, dice)
        if dice.randrange(5) == 0:
            at = yield from self._rectified(finding, at, answer, dice)
            reason = "复查仍有一处未到位，请继续整改。"
            actions.send_back(by=by, at=at, finding=finding, reason=reason)
        at = yield from self._rectified(finding, at, answer, dice)
        actions.confirm(by=by, at=at, finding=finding)

    def _rectified(
        self, finding: Finding, at: datetime, words: str, dice: random.Random
    ) -> Generator[datetime, None, datetime]:
        """Let the owner put it right; return when somebody looks at that."""
        at = after(at, dice, 3, 9)
        yield at
        self._rectify(finding, at, words)
        at = after(at, dice, 1, 4)
        yield at
        return at

    def _find(
        self, visit: Visit, by: Capacity, at: datetime, words: str, dice: random.Random
    ) -> Finding:
        shown = self.people.paper(by, at, Purpose.VISIT)
        due_on = legal_day(at) + timedelta(days=dice.choice((7, 10, 15, 30)))
        return new(actions.find(by=by, at=at, visit=visit, words=words, due_on=due_on, **shown))

    def _rectify(self, finding: Finding, at: datetime, words: str) -> None:
        by = self.people.secretary(finding.project.unit.code)
        shown = self.people.paper(by, at, Purpose.RECTIFICATION)
        actions.rectify(by=by, at=at, finding=finding, words=words, **shown)

    def _open(self, number: int, day: date, dice: random.Random) -> Story:
        """Find something late in the year: one waits for the owner, one for the inspector."""
        at, by = on(day, dice), self.people.inspectors[number]
        yield at
        rows = Project.objects.running(at).filter(kind=Kind.PROJECT, due_on__gte=date(2022, 12, 31))
        doing = CaseStep.objects.open().filter(step="implementing").values("case")
        listed = rows.filter(case__in=doing).order_by("pk").values_list("pk", flat=True)
        project = project_of(listed[number])
        words, answer = FAULTS[number]
        finding = self._find(self._visit(project, by, at, dice), by, at, words, dice)
        if number:
            at = after(at, dice, 3, 5)
            yield at
            self._rectify(finding, at, answer)


def _in_order(draw: Draw) -> Sequence[Visit]:
    rows = draw.visits.select_related("project__case", "project__unit")
    return list(rows.order_by("project__case__number"))


def _running(at: datetime, dice: random.Random, *, planned: bool = False) -> Project:
    """Return one that runs; with a plan that was begun, where that is wanted and there is any."""
    rows = Project.objects.running(at)
    begun = rows.filter(plan__claimed__gt=0).distinct() if planned else rows
    wanted = begun.order_by("pk").values_list("pk", flat=True)
    return project_of(dice.choice(wanted or rows.order_by("pk").values_list("pk", flat=True)))


def _steps(project: Project) -> list[PlanStep]:
    return list(PlanStep.objects.standing().filter(project=project.pk))
