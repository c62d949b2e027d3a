"""Who leads, looks after and inspects projects in the demo, and what happens to one of them."""

import random
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any

from jiceng.demo import zone
from jiceng.demo.diary import after, on
from jiceng.demo.ideas import Idea
from jiceng.demo.organisation import Zone
from jiceng.demo.papers import draw_paper
from jiceng.kernel.attachments.service import take_in
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.ledger.service import Actor
from jiceng.kernel.notices.terms import BOARD_KEEPER
from jiceng.kernel.orgs.service import Capacity, holders
from jiceng.kernel.procedures.models import Case
from jiceng.systems.secretary_projects.models import PlanStep, Project
from jiceng.systems.secretary_projects.terms import INSPECTOR, PARTY_OFFICE, SECRETARY

# A part of a story: it says when it goes on.
Part = Generator[datetime, None, None]
AREA = zone.ZONE[0]


@dataclass(frozen=True)
class Course:
    """What happens to a project or an item, where it is not the usual.

    ``gate`` is the trouble before it is registered: ``returned``, ``recalled``, ``not_upheld``,
    ``upheld``, or one with which it ends: ``refused``, ``withdrawn``, ``objected``, ``waiting``.
    ``end`` is the trouble afterwards: ``reworked``, or one with which it stays unfinished at the
    end of November: ``running``, ``late``, ``accepting``.
    """

    gate: str = ""
    end: str = ""

    @property
    def registered(self) -> bool:
        """Tell whether it gets a filing number."""
        return self.gate not in ("refused", "withdrawn", "objected", "waiting")

    @property
    def completed(self) -> bool:
        """Tell whether it is completed by the end of November."""
        return self.registered and self.end in ("", "reworked")


USUAL = Course()


@dataclass
class Led:
    """A project or an item while its story is told: where it is in time."""

    idea: Idea
    course: Course
    dice: random.Random
    at: datetime
    ends_on: date
    due_on: date
    lasting: bool = False
    case: Case = field(init=False)

    def later(self, least: int, most: int) -> datetime:
        """Let some days pass; return when it goes on."""
        self.at = after(self.at, self.dice, least, most)
        return self.at

    def until(self, day: date) -> datetime:
        """Let time pass until ``day``, or the next day where that is over."""
        at = on(day, self.dice)
        self.at = at if at > self.at else after(self.at, self.dice, 1, 1)
        return self.at

    @property
    def steps(self) -> list[PlanStep]:
        """Return the steps of its plan as they are now."""
        return list(PlanStep.objects.standing().filter(project=self.case.pk))


def project_of(key: int) -> Project:
    """Return a project with what acts ask of it."""
    return Project.objects.select_related("case", "unit").get(pk=key)


class People:
    """Everybody who acts for secretary projects, with the papers that they show."""

    def __init__(self, founded: Zone, at: datetime) -> None:
        self.zone = founded
        self.seeds = count(1)
        self.offices = self._all(PARTY_OFFICE.code, at)
        self.inspectors = self._all(INSPECTOR.code, at)
        self.keeper = self._all(BOARD_KEEPER.code, at)[0]

    def _all(self, role: str, at: datetime) -> list[Capacity]:
        post = self.zone.posts[AREA, role]
        return [Capacity(officer, post) for officer in holders(post, at)]

    def secretary(self, unit: str) -> Capacity:
        """Return who leads the projects of an organisation."""
        role = SECRETARY.code
        return Capacity(self.zone.officers[unit, role], self.zone.posts[unit, role])

    def paper(self, by: Actor, at: datetime, purpose: str) -> dict[str, Any]:
        """Return a photo of a paper, as an act takes it."""
        claim = new_uid()
        picture = draw_paper(next(self.seeds))
        photo = take_in(picture, by=by, at=at, purpose=purpose, claim=claim)
        return {"photos": [photo], "claim": claim}
