"""What others learn from projects of the demo year: exemplars, articles, a roadshow, adoptions."""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal

from jiceng.demo.diary import Story, after, on
from jiceng.demo.leading import AREA, Part, People
from jiceng.demo.party import organisations
from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.reviews.models import Candidate, Panelist, Review
from jiceng.kernel.reviews.service import cast, close, declare_conflict, invite, panel_of, tasks_of
from jiceng.systems.secretary_projects import actions
from jiceng.systems.secretary_projects.models import PlanStep, Project
from jiceng.systems.secretary_projects.terms import Kind

RAISED_ON, SHOW_ON = date(2022, 10, 11), date(2022, 11, 8)
RAISED, WRITTEN = 8, 6
# Secretaries who judge: of branches that stand beside the communities, and one whose own stands.
JUDGES = ("340871P02", "340871P03", "340871P04", "340871P05", "340871001P02", "340871100P02")
# The number of the candidate for whom the judge of the first branch stands aside, and the two to
# whom everybody gives the same.
ASIDE, EQUALS = 3, (4, 5)
REASON = "与该项目经办人系亲属，申请回避。"
DONE = (
    "参照其清单化做法，本支部逐户建账、限时销号。",
    "借鉴“先议事、后施工”的做法，召开居民协商会三次。",
    "学习其公开栏每月更新的做法，进展同步公示。",
    "派两名委员跟班学习，已在本地试行一个月。",
)


class Learning:
    """Tells how projects become examples, and who follows them."""

    def __init__(self, people: People, seed: int = 8) -> None:
        self.people, self.dice = people, random.Random(seed)
        self.office = people.offices[0]
        self.taken = set[tuple[int, str]]()

    def tell(self) -> Story:
        """Tell the whole of it."""
        at = on(RAISED_ON, self.dice)
        yield at
        chosen = self._chosen()
        for place, project in enumerate(chosen):
            self._raise(project, at)
            at = after(at, self.dice, 1, 2)
            yield at
            if place < WRITTEN:
                article = self._article(project)
                actions.write_column(
                    by=self.office, at=at, number=project.case.number, article=article
                )
        yield from self._adopted(chosen[:3], at, 2)
        yield from self._show(chosen[:WRITTEN])
        yield from self._adopted(chosen[:WRITTEN], on(date(2022, 11, 21), self.dice), 2)

    def _chosen(self) -> list[Project]:
        """Return projects that are completed, one of an organisation, none of a judge's."""
        rows = Project.objects.filter(kind=Kind.PROJECT, completed_at__isnull=False)
        found: dict[str, Project] = {}
        for project in rows.select_related("case", "unit").order_by("completed_at", "pk"):
            if project.unit.code not in (*JUDGES, "340871P01"):
                found.setdefault(project.unit.code, project)
        return list(found.values())[:RAISED]

    def _raise(self, project: Project, at: datetime) -> None:
        actions.raise_exemplar(
            by=self.office,
            at=at,
            number=project.case.number,
            title=f"{project.case.title}的做法",
            summary=f"{project.background}支部逐项建账、按月公开，{project.expected}",
        )

    def _article(self, project: Project) -> str:
        """Return an article for the column: why, how step by step, and what came of it."""
        steps = PlanStep.objects.standing().filter(project=project.pk)
        how = "\n".join(f"{step.name}，做到{step.expected}。" for step in steps)
        return (
            f"{project.background}{project.unit.name}把它列为书记项目，由书记领办，"
            f"一项一策，挂图推进。\n{how}\n"
            f"目标是：{project.expected}项目按期通过验收，方案、进展和结果都在公开栏公布，"
            "居民提出的意见逐条答复。做法可以概括为三句话：问题从群众中来，办法与群众商量，"
            "成效请群众评判。"
        )

    # ---- 路演评审 -------------------------------------------------------------------------------

    def _show(self, chosen: list[Project]) -> Part:
        """Open, invite, stand aside, score, close."""
        at = on(SHOW_ON, self.dice)
        yield at
        numbers = [project.case.number for project in chosen]
        title, unit = "2022年书记项目路演评审", self.people.zone.units[AREA]
        review = actions.open_roadshow(
            by=self.office, at=at, unit=unit, title=title, numbers=numbers
        )
        judges = [self.people.secretary(unit) for unit in (*JUDGES, chosen[0].unit.code)]
        at = after(at, self.dice, 1, 2)
        yield at
        invite(by=self.office, at=at, review=review, judges=judges)
        at = after(at, self.dice, 1, 2)
        yield at
        aside = Candidate.objects.get(review=review, number=ASIDE)
        declare_conflict(by=judges[0], at=at, review=review, candidate=aside, reason=REASON)
        yield from self._scored(review, at)

    def _scored(self, review: Review, at: datetime) -> Part:
        for seat in panel_of(review):
            at += timedelta(minutes=self.dice.randint(12, 30))
            yield at
            self._cast(review, Capacity(seat.officer, seat.post), seat, at)
        at = after(at, self.dice, 1, 1)
        yield at
        close(by=self.office, at=at, review=review)

    def _cast(self, review: Review, by: Capacity, seat: Panelist, at: datetime) -> None:
        """Let a judge score what they were given: two candidates alike, so that they are equal."""
        equal = self._marks()
        for task in tasks_of(seat):
            if not task.interest:
                marks = equal if task.candidate.number in EQUALS else self._marks()
                cast(by=by, at=at, review=review, candidate=task.candidate, marks=marks)

    def _marks(self) -> dict[str, Decimal]:
        names = ("effect", "novelty", "transfer")
        return {name: Decimal(self.dice.randint(72, 96)) for name in names}

    # ---- 推广应用 -------------------------------------------------------------------------------

    def _adopted(self, chosen: list[Project], at: datetime, times: int) -> Part:
        """Let organisations of the same sort take over what they saw."""
        sorts = {each.code: each.group for each in organisations()}
        for project in chosen:
            beside = [
                code
                for code, sort in sorts.items()
                if sort == sorts[project.unit.code]
                and code != project.unit.code
                and (project.pk, code) not in self.taken
            ]
            for code in self.dice.sample(beside, min(times, len(beside))):
                self.taken.add((project.pk, code))
                at += timedelta(minutes=self.dice.randint(5, 40))
                yield at
                self._adopt(project, code, at)

    def _adopt(self, project: Project, code: str, at: datetime) -> None:
        actions.adopt(
            by=self.people.secretary(code),
            at=at,
            number=project.case.number,
            unit=self.people.zone.units[code],
            day=legal_day(at),
            words=self.dice.choice(DONE),
        )
