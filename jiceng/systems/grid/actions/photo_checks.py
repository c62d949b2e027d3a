"""A look at the after-photos, when they are handed in: advice is noted, nothing is refused."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection

from jiceng.kernel.attachments.service import HandedIn, findings_of
from jiceng.kernel.attachments.terms import Doubt
from jiceng.kernel.base.rows import columns, read
from jiceng.kernel.places.rules import Place
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.systems.grid.models import PhotoFinding
from jiceng.systems.grid.rules.photos import Stay, in_hand_since


@dataclass(frozen=True)
class Doubts:
    """What may speak against photos: the ``rows`` to be written, and by uid the ``codes`` for the
    entry. Distances and earlier cases stay out of history."""

    rows: list[PhotoFinding] = field(default_factory=list)
    codes: dict[str, list[str]] = field(default_factory=dict)


def doubts_about(case: Case, handed: HandedIn, at: datetime) -> Doubts:
    """Return what may speak against the photos that are handed in for ``case``; one query."""
    if not handed.photos:
        return Doubts()
    place, since = _work(case)
    found = findings_of(handed.photos, place=place, since=since, at=at, known=handed.known)
    rows = [
        PhotoFinding(case=case, photo=uid, code=each.code, detail=_detail(each))
        for uid, findings in found.items()
        for each in findings
    ]
    codes = {uid: sorted(str(each.code) for each in findings) for uid, findings in found.items()}
    return Doubts(rows, {uid: said for uid, said in codes.items() if said})


def _work(case: Case) -> tuple[Place | None, datetime | None]:
    """Return where the work of a case is to be done, and since when its unit has it in hand."""
    with connection.cursor() as cursor:
        cursor.execute(_question(), [case.pk])
        rows = cursor.fetchall()
    lng, lat = rows[0][:2]
    steps = [read(CaseStep, row[2:]) for row in rows]
    since = in_hand_since(Stay(step.step, step.move, step.entered_at) for step in steps)
    return (None if lng is None or lat is None else Place(lng, lat)), since


@lru_cache(maxsize=1)
def _question() -> str:
    return f"""
        SELECT i.lng, i.lat, {columns(CaseStep, "s")}
        FROM grid_incident i JOIN procedures_casestep s ON s.case_id = i.case_id
        WHERE i.case_id = %s ORDER BY s.id
    """


def _detail(finding: Any) -> dict[str, Any]:
    """Return what the sentence for people needs; of an earlier photo only its case."""
    if finding.code == Doubt.SEEN_BEFORE:
        return {"number": str(finding.detail["subject"]).rpartition(":")[2]}
    return dict(finding.detail)
