"""A secretary proposes a project, or an item: the case is opened, nothing is promised yet."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.clock import SHANGHAI, legal_day
from jiceng.kernel.base.errors import NotAllowed
from jiceng.kernel.ledger.service import OPERATOR, SYSTEM, Actor, Recorded, act
from jiceng.kernel.orgs.models import Officer, Unit
from jiceng.kernel.orgs.service import Capacity, holders, posts_for
from jiceng.kernel.orgs.terms import Kind as UnitKind
from jiceng.kernel.procedures.models import Case
from jiceng.kernel.procedures.service import current, open_case, opening_of
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.actions.indexing import index_project
from jiceng.systems.secretary_projects.actions.refusals import (
    DatesReversed,
    NotAParty,
    NothingExpected,
    NotTheSecretary,
)
from jiceng.systems.secretary_projects.models import Project
from jiceng.systems.secretary_projects.terms import Kind, Theme

PROCEDURES = {Kind.PROJECT: terms.PROJECT_PROCEDURE, Kind.ITEM: terms.ITEM_PROCEDURE}


@dataclass(frozen=True)
class Idea:
    """What is proposed, in words and days."""

    title: str
    theme: str
    expected: str
    starts_on: date
    due_on: date
    background: str = ""


def _may_propose(*, by: Actor, at: datetime, unit: Unit, **given: Any) -> None:
    """A secretary for the own organisation, the party office for one below it, or at set-up."""
    if by in (SYSTEM, OPERATOR):
        return
    if not isinstance(by, Capacity):
        raise NotAllowed()
    own = by.role == terms.SECRETARY.code and by.unit.pk == unit.pk
    keeps = by.role == terms.PARTY_OFFICE.code and by.unit.contains(unit)
    if not (own or keeps):
        raise NotAllowed()


@act(terms.PROPOSED, label=_("提出书记项目"), may=_may_propose)
def propose(
    *,
    by: Actor,
    at: datetime,
    unit: Unit,
    title: str,
    theme: str,
    expected: str,
    starts_on: date,
    due_on: date,
    background: str = "",
    owner: Officer | None = None,
) -> Recorded[Case]:
    """Propose a 书记项目; its first gate is open.

    Raises ``NotAParty``, ``NotTheSecretary``, ``DatesReversed``, ``NothingExpected`` (422).
    """
    idea = Idea(title, theme, expected, starts_on, due_on, background)
    return _opened(Kind.PROJECT, idea, by=by, at=at, unit=unit, owner=owner)


@act(terms.ITEM_PROPOSED, label=_("提出书记领办事项"), may=_may_propose)
def propose_item(
    *,
    by: Actor,
    at: datetime,
    unit: Unit,
    title: str,
    theme: str,
    expected: str,
    starts_on: date,
    due_on: date,
    background: str = "",
    owner: Officer | None = None,
) -> Recorded[Case]:
    """Propose a 书记领办事项, on the shorter way. Raises what ``propose`` raises."""
    idea = Idea(title, theme, expected, starts_on, due_on, background)
    return _opened(Kind.ITEM, idea, by=by, at=at, unit=unit, owner=owner)


def _opened(
    kind: Kind, idea: Idea, *, by: Actor, at: datetime, unit: Unit, owner: Officer | None
) -> Recorded[Case]:
    _check(idea, unit, at)
    leader = _leader(by, unit, owner, at)
    case = open_case(
        system=terms.SYSTEM,
        procedure=current(PROCEDURES[kind]),
        title=idea.title,
        unit=unit,
        at=at,
        due_at=datetime.combine(idea.due_on + timedelta(days=1), time.min, SHANGHAI),
    )
    project = Project.objects.create(
        case=case,
        kind=kind,
        theme=idea.theme,
        unit=unit,
        owner=leader,
        background=idea.background,
        expected=idea.expected,
        starts_on=idea.starts_on,
        due_on=idea.due_on,
        proposed_at=at,
    )
    index_project(project)
    facts = {
        "kind": kind.value,
        "theme": idea.theme,
        "unit": unit.code,
        "owner": leader.staff_no,
        "starts_on": idea.starts_on,
        "due_on": idea.due_on,
        "procedure": case.procedure.version,
        "to": opening_of(case),
    }
    words = {"title": idea.title, "background": idea.background, "expected": idea.expected}
    return Recorded(case, case.subject, facts, {name: text for name, text in words.items() if text})


def _check(idea: Idea, unit: Unit, at: datetime) -> None:
    if unit.kind != UnitKind.PARTY:
        raise NotAParty(field="unit")
    if idea.theme not in Theme.values:
        raise NothingExpected(field="theme")
    if not idea.title or not idea.expected:
        raise NothingExpected(field="expected" if idea.title else "title")
    if idea.due_on < idea.starts_on or idea.due_on < legal_day(at):
        raise DatesReversed(field="due_on")


def _leader(by: Actor, unit: Unit, owner: Officer | None, at: datetime) -> Officer:
    """Return the secretary who leads it: the one named, or whoever proposes."""
    post = posts_for(terms.SECRETARY.code, unit, at)
    sitting = holders(post, at) if post and post.unit_id == unit.pk else []
    wanted = owner or (by.officer if isinstance(by, Capacity) else None)
    if wanted is None or wanted not in sitting:
        wanted = sitting[0] if owner is None and sitting else None
    if wanted is None:
        raise NotTheSecretary(field="owner")
    return wanted
