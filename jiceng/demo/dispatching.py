"""The reports of the demo year: projects are dispatched month by month, most of them in time."""

import random
from datetime import date, datetime, timedelta

from jiceng.demo.diary import Story, on
from jiceng.demo.leading import People
from jiceng.systems.secretary_projects import actions
from jiceng.systems.secretary_projects.models import Project
from jiceng.systems.secretary_projects.queries.duties import owed
from jiceng.systems.secretary_projects.terms import Duty, Kind

MONTHS = range(2, 12)
# Of a hundred reports so many are late, and so many do not come at all.
LATE, MISSING = 8, 3
BLOCKERS = (
    "拆迁户意见不统一，正在逐户做工作。",
    "施工单位进场晚了一周，已倒排工期。",
    "资金拨付较慢，已报财政部门协调。",
    "缺少专业人员，请派员指导。",
)
COMMENTS = ("按计划推进。", "进度正常，下月重点抓收尾。", "群众参与面扩大，反响较好。", "")


class Dispatching:
    """Tells the reports of all projects, in the first days of every month."""

    def __init__(self, people: People, seed: int = 5) -> None:
        self.people, self.dice = people, random.Random(seed)

    def tell(self) -> Story:
        """Tell month after month."""
        for month in MONTHS:
            first = date(2022, month, 1)
            yield on(first, self.dice)
            for at, project in self._calls(first):
                yield at
                self._report(project, first, at)

    def _calls(self, first: date) -> list[tuple[datetime, Project]]:
        """Return who reports when, in the order of time."""
        opened = on(first, self.dice)
        rows = Project.objects.running(opened).filter(kind=Kind.PROJECT)
        listed = list(rows.select_related("case", "unit").order_by("pk"))
        called = [(self._when(first), project) for project in listed]
        return sorted(
            ((at, project) for at, project in called if at), key=lambda call: (call[0], call[1].pk)
        )

    def _when(self, first: date) -> datetime | None:
        die = self.dice.randrange(100)
        if die < MISSING:
            return None
        late = die < MISSING + LATE
        days = self.dice.randint(7, 16) if late else self.dice.randint(1, 3)
        return on(first + timedelta(days=days), self.dice)

    def _report(self, project: Project, first: date, at: datetime) -> None:
        """Report whatever is owed for a period that ended with the month before."""
        for duty in Duty:
            for period in owed(project, duty.value, at):
                if period.end == first:
                    self._submit(project, duty, period.start, at)

    def _submit(self, project: Project, duty: Duty, start: date, at: datetime) -> None:
        actions.report(
            by=self.people.secretary(project.unit.code),
            at=at,
            number=project.case.number,
            duty=duty.value,
            period_start=start,
            blockers=self.dice.choice(BLOCKERS) if self.dice.random() < 0.2 else "",
            comment=self.dice.choice(COMMENTS),
        )
