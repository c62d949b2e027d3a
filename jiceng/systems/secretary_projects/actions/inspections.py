"""不定期督查: a draw that is committed to, made, and revealed."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Absent, NotAllowed
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.ledger.service import Actor, Recorded, act
from jiceng.kernel.orgs.models import Officer, Unit
from jiceng.kernel.orgs.service import Capacity, capacities
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.actions.refusals import (
    AlreadyDrawn,
    BadQuota,
    TooFewInspectors,
    VisitsWaiting,
)
from jiceng.systems.secretary_projects.models import Draw, Project, Visit
from jiceng.systems.secretary_projects.queries.inspections import (
    DRAWERS,
    candidates_under,
    inspectors_of,
    may_read,
)
from jiceng.systems.secretary_projects.rules import drawing
from jiceng.systems.secretary_projects.rules.drawing import Candidate, NotEnough
from jiceng.systems.secretary_projects.terms import Kind


def _may_commit(*, by: Actor, unit: Unit, **given: Any) -> None:
    if not (isinstance(by, Capacity) and by.role in DRAWERS and by.unit.contains(unit)):
        raise NotAllowed()


def _may_draw(*, by: Actor, at: datetime, draw: Draw, **given: Any) -> None:
    """Whoever may not know of a draw is told that there is none."""
    if not isinstance(by, Capacity) or by.role not in DRAWERS:
        raise NotAllowed()
    if not may_read(by.officer, draw, capacities(by.officer, at)):
        raise Absent()


def _check_quotas(candidates: list[Candidate], quotas: Mapping[str, int]) -> None:
    counts = {kind.value: 0 for kind in Kind}
    for each in candidates:
        counts[each.group] += 1
    sound = all(
        type(wanted) is int and 0 <= wanted <= counts.get(group, -1)
        for group, wanted in quotas.items()
    )
    if not sound or not any(quotas.values()):
        raise BadQuota(field="project")


@act(terms.DRAW_COMMITTED, label=_("公布抽签名单和种子摘要"), may=_may_commit)
def commit_draw(
    *, by: Actor, at: datetime, unit: Unit, quotas: Mapping[str, int], team_size: int = 1
) -> Recorded[Draw]:
    """Fix who may be drawn, and the hash of a seed that nobody chose and nobody sees.

    Raises ``BadQuota`` (422), ``TooFewInspectors`` (409).
    """
    candidates, inspectors = candidates_under(unit, at), inspectors_of(unit, at)
    _check_quotas(candidates, quotas)
    if type(team_size) is not int or not 0 < team_size <= len(inspectors):
        raise TooFewInspectors()
    seed = secrets.token_hex(32)
    draw = Draw.objects.create(
        uid=new_uid(),
        unit=unit,
        commitment=drawing.commitment(seed),
        seed=seed,
        candidates=[asdict(each) for each in candidates],
        inspectors=inspectors,
        quotas=dict(quotas),
        team_size=team_size,
        committed_at=at,
    )
    facts = {
        "commitment": draw.commitment,
        "lists": drawing.fingerprint(candidates, inspectors),
        "candidates": len(candidates),
        "quotas": dict(quotas),
        "team_size": team_size,
        "unit": unit.code,
    }
    return Recorded(draw, draw.subject, facts)


def drawn_of(draw: Draw, seed: str = "") -> list[tuple[Candidate, list[str]]]:
    """Return what a draw comes to: each drawn candidate with its team; anybody can do it again."""
    seed = seed or draw.seed
    among = [Candidate(**each) for each in draw.candidates]
    drawn = drawing.draw(seed, among, draw.quotas)
    return [(each, drawing.team_for(seed, each, draw.inspectors, draw.team_size)) for each in drawn]


@act(terms.DRAWN, label=_("抽签"), may=_may_draw)
def make_draw(*, by: Actor, at: datetime, draw: Draw) -> Recorded[Draw]:
    """Draw projects and teams from the seed; history tells how many, not which.

    Raises ``AlreadyDrawn``, ``TooFewInspectors`` (409).
    """
    row = Draw.objects.select_for_update(of=("self",)).select_related("unit").get(pk=draw.pk)
    if row.drawn_at is not None:
        raise AlreadyDrawn()
    try:
        drawn = drawn_of(row)
    except NotEnough as error:
        raise TooFewInspectors() from error
    Draw.objects.filter(pk=row.pk).update(drawn_at=at)
    row.drawn_at = at
    for candidate, team in drawn:
        _plan_visit(row, candidate, team, at)
    return Recorded(row, row.subject, {"drawn": len(drawn), "commitment": row.commitment})


def _plan_visit(draw: Draw, candidate: Candidate, team: list[str], at: datetime) -> None:
    project = Project.objects.select_related("unit").get(case__number=candidate.number)
    Visit.objects.create(
        uid=new_uid(),
        draw=draw,
        project=project,
        unit=project.unit,
        owner_id=project.owner_id,
        inspector=Officer.objects.filter(staff_no=team[0])[0],
        team=team,
        drawn_at=at,
    )


@act(terms.DRAW_REVEALED, label=_("揭示抽签种子"), may=_may_draw)
def reveal_draw(*, by: Actor, at: datetime, draw: Draw) -> Recorded[Draw]:
    """Write the seed into history once all visits are made, so that everybody can draw again.

    Raises ``VisitsWaiting`` (409).
    """
    row = Draw.objects.select_for_update(of=("self",)).select_related("unit").get(pk=draw.pk)
    waiting = row.visits.filter(visited_at__isnull=True).exists()
    if row.drawn_at is None or row.revealed_at is not None or waiting:
        raise VisitsWaiting()
    Draw.objects.filter(pk=row.pk).update(revealed_at=at)
    row.revealed_at = at
    facts = {"seed": row.seed, "drawn": [each.number for each, _team in drawn_of(row)]}
    return Recorded(row, row.subject, facts)
