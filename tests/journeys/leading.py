"""Secretary projects at every point that has a page of its own, for ``sights``."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.testing.cast import Cast
from jiceng.systems.secretary_projects import actions
from jiceng.systems.secretary_projects.models import Finding, GateEvidence, PlanStep
from jiceng.systems.secretary_projects.rules.duties import period_of
from jiceng.systems.secretary_projects.tests import scene
from jiceng.systems.secretary_projects.tests.test_inspections import (
    capacity_of,
    committed,
    drawn,
    found,
    visited,
)
from jiceng.systems.secretary_projects.tests.test_results import indicator, result

DESK = "desk:secretary_projects:"


@dataclass(frozen=True)
class Opened:
    """A route of secretary projects, and who opens it with what."""

    name: str
    who: Capacity | None
    arguments: tuple[str, ...] = ()


class Leading:
    """A project that runs with all that can happen to it, and one that is an exemplar."""

    def __init__(self, cast: Cast, now: datetime) -> None:
        self.party = scene.found_party(cast)
        _later, self.case = scene.registered(self.party)
        _later, self.other = scene.registered(self.party, title="共享食堂助老就餐")
        self.now = self.party.later(days=(now - self.party.at).days - 1)
        self.number = self.case.number
        self._inspect()
        self._count()
        self._raise()

    def _inspect(self) -> None:
        """Let one draw wait, one visit wait, and two findings: one open, one put right."""
        now = self.now
        self.draw = committed(now)
        self.waiting = drawn(now)
        self.visit = drawn(now)
        visited(now, self.visit)
        self.visit.refresh_from_db()
        self.finding: Finding = found(now, self.visit).value
        self.mended: Finding = found(now, self.visit, words="台账缺页").value
        photos = [scene.photo(now, "rectification")]
        words: dict[str, Any] = {"words": "已补齐", "photos": photos, "claim": scene.CLAIM}
        actions.rectify(by=now.chen, at=now.at, finding=self.mended, **words)

    def _count(self) -> None:
        indicator(self.party)
        result(self.now)
        indicator(self.party, code="problems", label="企业诉求", kind="problem", measure="个")
        asked = {"indicator": "problems", "measure": "个", "name": "用电增容", "amount": "1"}
        self.asked = result(self.now, **asked, achieved_on=None).value

    def _raise(self) -> None:
        edge: dict[str, Any] = {"by": self.party.office, "at": self.now.at}
        edge["number"] = self.other.number
        actions.raise_exemplar(**edge, title="一顿热饭", summary="先问老人再开火")

    def visits(self) -> Iterator[Opened]:
        """Yield who opens what."""
        party, number = self.party, self.number
        photo = GateEvidence.objects.filter(project=self.case.pk)[0].photos[0]
        step = str(PlanStep.objects.filter(project=self.case.pk)[0].pk)
        yield Opened("public:secretary_projects:project", None, (number,))
        yield Opened(f"{DESK}tables", party.office, ("projects",))
        yield Opened(f"{DESK}tables-file", party.office, ("projects", "csv"))
        yield Opened(f"{DESK}propose", party.chen, ("project",))
        yield Opened(f"{DESK}move", party.chen, (number, "submit"))
        yield Opened(f"{DESK}photo", party.chen, (number, photo))
        for name in ("case", "step-new", "plan-hang", "result-new"):
            yield Opened(f"{DESK}{name}", party.chen, (number,))
        for name in ("step", "step-drop", "progress"):
            yield Opened(f"{DESK}{name}", party.chen, (number, step))
        month = period_of("monthly", self.now.at.date().replace(day=1) - timedelta(days=1))
        yield Opened(f"{DESK}report", party.chen, (number, "monthly", month.start.isoformat()))
        yield from self._inspections()
        yield Opened(f"{DESK}achieve", party.chen, (self.asked.uid,))
        for name in ("exemplar", "column", "adopt"):
            yield Opened(f"{DESK}{name}", party.office, (self.other.number,))
        yield Opened(f"{DESK}exemplar-new", party.office, (number,))
        yield Opened(f"{DESK}roadshow", party.office)

    def _inspections(self) -> Iterator[Opened]:
        party, case = self.party, self.finding.project.case.number
        inspector = capacity_of(party, self.visit)
        yield Opened(f"{DESK}draw", party.office, (self.draw.uid,))
        yield Opened(f"{DESK}draw-new", party.office)
        yield Opened(f"{DESK}draw-make", party.office, (self.draw.uid,))
        yield Opened(f"{DESK}draw-reveal", party.office, (self.visit.draw.uid,))
        yield Opened(f"{DESK}visit", capacity_of(party, self.waiting), (self.waiting.uid,))
        yield Opened(f"{DESK}finding-new", inspector, (self.visit.uid,))
        yield Opened(f"{DESK}visit-new", party.lin, (self.number,))
        yield Opened(f"{DESK}rectify", party.chen, (case, self.finding.uid))
        for name in ("confirm", "back"):
            yield Opened(f"{DESK}{name}", inspector, (case, self.mended.uid))
