"""Outcomes coming in as a table: one act, all rows or none; what is there already stays."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.loading import load
from jiceng.kernel.ledger.service import Actor, NewEntry, Recorded, act, append_many
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.actions.importing import (
    ImportOvertaken,
    Taken,
    fingerprint,
    may_import,
    reach_of,
)
from jiceng.systems.secretary_projects.models import Result
from jiceng.systems.secretary_projects.queries.tables.outcomes import OutcomeRow, read_outcomes


def check_outcomes(*, by: Actor, at: datetime, data: bytes) -> Taken:
    """Say what importing the table would do; writes nothing. Raises ``TableNotTaken`` (422)."""
    may_import(by=by)
    return _count(read_outcomes(data, at=at, within=reach_of(by)))


def _count(rows: Sequence[OutcomeRow]) -> Taken:
    kept = sum(row.standing is not None for row in rows)
    return Taken(len(rows) - kept, kept)


@act(terms.OUTCOMES_IMPORTED, label=_("导入成效台账"), may=may_import)
def import_outcomes(*, by: Actor, at: datetime, data: bytes) -> Recorded[Taken]:
    """Take in a table of results. Raises ``TableNotTaken`` (422) with every fault,
    ``ImportOvertaken`` (409); then nothing is saved."""
    rows = read_outcomes(data, at=at, within=reach_of(by))
    taken, table = _count(rows), fingerprint(data)
    fresh = [row for row in rows if row.standing is None]
    results = [Result(**row.values) for row in fresh]
    entries = [_entry(row, by, at, table) for row in fresh]
    try:
        with transaction.atomic():
            load(results)
            append_many(entries)
    except IntegrityError as error:
        raise ImportOvertaken() from error
    told = {"table": table, "added": taken.added, "kept": taken.kept}
    return Recorded(taken, f"secretary_projects.table:{table[:40]}", told)


def _entry(row: OutcomeRow, by: Actor, at: datetime, table: str) -> NewEntry:
    values = row.values
    project = values["project"]
    subject = project.case.subject if project else f"secretary_projects.result:{values['uid']}"
    facts: dict[str, Any] = {
        "table": table,
        "line": row.line,
        "result": values["uid"],
        "indicator": values["indicator"].code,
        "unit": values["unit"].code,
        **{name: values[name] for name in ("opened_on", "achieved_on", "amount", "measure")},
    }
    return NewEntry(terms.OUTCOMES_IMPORTED, subject, by, at, facts, {"name": values["name"]})
