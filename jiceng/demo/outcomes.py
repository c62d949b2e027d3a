"""What came of the demo year: enterprises attracted, their problems solved, rent collected."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from jiceng.demo import zone
from jiceng.demo.diary import Story, on
from jiceng.demo.leading import People, project_of
from jiceng.demo.organisation import new
from jiceng.kernel.base.clock import legal_day
from jiceng.systems.secretary_projects import actions
from jiceng.systems.secretary_projects.figures import RENT
from jiceng.systems.secretary_projects.models import Project
from jiceng.systems.secretary_projects.terms import Aggregation, OutcomeKind, Theme

ENTERPRISE, PROBLEM, INCOME = "enterprise", "problem", "collective_income"
TEN_THOUSAND, PIECE = "万元", "件"
PARK = "340871001003P01"
SET_ON, BASELINE_ON = date(2022, 1, 5), date(2021, 12, 31)
FIRST, LAST = date(2022, 1, 17), date(2022, 10, 28)


def _indicator(
    code: str, label: str, kind: str, measure: str, counted: str, definition: str, baseline: str
) -> dict[str, Any]:
    added = Aggregation.SUM if kind == OutcomeKind.INCOME else Aggregation.COUNT
    return {
        "code": code,
        "label": label,
        "kind": kind,
        "measure": measure,
        "counted_in": counted,
        "aggregation": added,
        "definition": definition,
        "baseline": baseline,
        "baseline_on": BASELINE_ON,
    }


INDICATORS = (
    _indicator(
        ENTERPRISE,
        "招引企业",
        OutcomeKind.ENTERPRISE,
        TEN_THOUSAND,
        "个",
        "当年签约落地的企业，数额为协议投资额；基线为上年落地个数",
        "41",
    ),
    _indicator(
        PROBLEM,
        "解决企业“急难愁盼”问题",
        OutcomeKind.PROBLEM,
        PIECE,
        PIECE,
        "企业提出并经企业确认解决的诉求；基线为上年解决件数",
        "228",
    ),
    _indicator(
        RENT,
        "新一代信息技术产业园租金",
        OutcomeKind.INCOME,
        TEN_THOUSAND,
        "笔",
        "刘纪社区新一代信息技术产业园当年实际到账的租金；基线为上年到账数",
        "1860",
    ),
    _indicator(
        INCOME,
        "村（社区）集体经营性收入",
        OutcomeKind.INCOME,
        TEN_THOUSAND,
        "笔",
        "村（社区）当年实际到账的经营性收入，不含产业园租金；基线为上年到账数",
        "520",
    ),
)
# Investments in 万元: one of ten billion yuan, 36 of a hundred million or more, some of less.
GREAT = Decimal(1_050_000)
LARGE, SMALL = 36, 14
# Problems: solved by the end of October, solved in November, and still open then.
SOLVED, SOLVED_LATER, STILL_OPEN = 295, 7, 18
# One of so many was written down on the day on which it was raised, the others when solved.
AT_ONCE = 6
PAYMENTS = tuple(
    map(Decimal, ("180", "210", "195.5", "260", "240", "225.5", "310", "289", "330", "260"))
)
PROBLEMS = (
    "招工难，一线操作工缺口{few}人",
    "厂区门前道路积水，影响货车进出",
    "变压器容量不足，需要增容",
    "流动资金紧张，希望对接银行",
    "员工子女入学手续不清楚",
    "环评批复时间长，影响投产",
    "公交末班车太早，夜班员工回不去",
    "厂房漏雨，房东迟迟不修",
    "惠企政策兑现材料多、跑腿多",
    "天然气管道未接通",
    "宽带线路老化，经常掉线",
    "货车停车位不够，占道被处罚",
    "员工宿舍紧缺，需要公租房{few}套",
    "新产品检测要跑外地",
)
INCOMES = ("门面房租金", "光伏发电收益", "物业服务收入", "农机作业服务收入", "采摘园分成")


class Outcomes:
    """Tells what was achieved, each a story of its own."""

    def __init__(self, people: People, seed: int = 37) -> None:
        self.people, self.dice = people, random.Random(seed)
        self.companies = zone.companies(seed)

    def stories(self) -> Iterator[Story]:
        """Yield all stories of outcomes."""
        yield self._set()
        yield from self._enterprises()
        yield from self._problems()
        for number, amount in enumerate(PAYMENTS):
            yield self._rent(date(2022, 2 + number, 15), amount)
        for number in range(12):
            yield self._income(FIRST + timedelta(days=24 * number))

    def _set(self) -> Story:
        at = on(SET_ON, self.dice)
        yield at
        for said in INDICATORS:
            actions.set_indicator(by=self.people.offices[0], at=at, **said)

    def _record(self, at: datetime, unit: str, **given: Any) -> Any:
        done = actions.record_result(
            by=self.people.secretary(unit), at=at, unit=self.people.zone.units[unit], **given
        )
        return new(done)

    def _enterprises(self) -> Iterator[Story]:
        """Yield the enterprises: by the end of October, and one in November."""
        amounts = [GREAT, Decimal(10_000)]
        amounts += [Decimal(self.dice.randint(105, 3_200) * 100) for _one in range(LARGE - 1)]
        amounts += [Decimal(self.dice.randint(8, 99) * 100) for _one in range(SMALL)]
        self.dice.shuffle(amounts)
        for number, amount in enumerate(amounts):
            yield self._settled(FIRST + (LAST - FIRST) * number / len(amounts), amount)
        yield self._settled(date(2022, 11, 16), Decimal(26_000))

    def _settled(self, day: date, amount: Decimal) -> Story:
        at, name = on(day, self.dice), next(self.companies)
        yield at
        project = self._growing(at, Theme.INVESTMENT)
        self._record(
            at,
            project.unit.code if project else "340871P03",
            indicator=ENTERPRISE,
            name=name,
            opened_on=legal_day(at) - timedelta(days=self.dice.randint(0, 9)),
            achieved_on=legal_day(at),
            amount=amount,
            measure=TEN_THOUSAND,
            number=project.case.number if project else "",
        )

    def _growing(self, at: datetime, theme: Theme) -> Project | None:
        """Return a project or item of a theme that is registered at ``at``, if there is one."""
        rows = Project.objects.registered(at).filter(theme=theme)
        listed = rows.order_by("pk").values_list("pk", flat=True)
        return project_of(self.dice.choice(listed)) if listed else None

    def _problems(self) -> Iterator[Story]:
        for number in range(SOLVED):
            solved = FIRST + (LAST - FIRST) * number / SOLVED
            yield self._problem(solved - timedelta(days=self.dice.randint(3, 10)), solved, number)
        for number in range(SOLVED_LATER):
            solved = date(2022, 11, 3) + timedelta(days=3 * number)
            yield self._problem(solved - timedelta(days=self.dice.randint(8, 20)), solved)
        for number in range(STILL_OPEN):
            yield self._problem(date(2022, 10, 10) + timedelta(days=2 * number), None)

    def _problem(self, raised: date, solved: date | None, number: int = 0) -> Story:
        """Tell of a problem: when it was raised, or where it is simple once it is solved."""
        first = on(raised, self.dice)
        later = max(on(solved, self.dice), first) if solved else None
        at_once = later is None or number % AT_ONCE == 0
        at = first if at_once or later is None else later
        text = self.dice.choice(PROBLEMS).format(few=self.dice.randint(5, 60))
        name = f"{next(self.companies)}：{text}"
        yield at
        project = self._growing(at, Theme.ENTERPRISE)
        row = self._record(
            at,
            project.unit.code if project else "340871P04",
            indicator=PROBLEM,
            name=name,
            opened_on=legal_day(first),
            achieved_on=None if at_once else legal_day(at),
            measure=PIECE,
        )
        if at_once and later:
            yield later
            by = self.people.secretary(row.unit.code)
            actions.achieve_result(by=by, at=later, result=row, achieved_on=legal_day(later))

    def _rent(self, day: date, amount: Decimal) -> Story:
        """Tell of a payment of the park, under the project that runs it once there is one."""
        at = on(day, self.dice)
        yield at
        rows = Project.objects.registered(at).filter(unit__code=PARK, theme=Theme.COLLECTIVE)
        project = rows.select_related("case").order_by("pk").first()
        self._record(
            at,
            PARK,
            indicator=RENT,
            name=f"{day.month}月产业园租金",
            opened_on=legal_day(at),
            achieved_on=legal_day(at),
            amount=amount,
            measure=TEN_THOUSAND,
            number=project.case.number if project else "",
        )

    def _income(self, day: date) -> Story:
        at = on(day, self.dice)
        place = self.dice.choice([each for each in zone.communities() if each.kind == "village"])
        yield at
        self._record(
            at,
            f"{place.code}P01",
            indicator=INCOME,
            name=f"{place.short_name}{self.dice.choice(INCOMES)}",
            opened_on=legal_day(at),
            achieved_on=legal_day(at),
            amount=Decimal(self.dice.randint(30, 420)) / 10,
            measure=TEN_THOUSAND,
        )
