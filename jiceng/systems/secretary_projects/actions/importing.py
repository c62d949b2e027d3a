"""The ledger coming in as a table: one act, all rows or none.

What a table tells was decided elsewhere. Each project is set where it stood: with the evidence that
the table gives of its gates, without photos and notices, for there are none here. Its moves are
those of the procedure, made by nobody of here; history says who took it in, and from which table.
The gates are kept by the database, as for everybody. What is there already stays as it is.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.clock import SHANGHAI, legal_day
from jiceng.kernel.base.errors import Conflict, NotAllowed, Refusal
from jiceng.kernel.base.loading import load
from jiceng.kernel.base.rows import insert_new
from jiceng.kernel.ledger.service import (
    OPERATOR,
    SYSTEM,
    Actor,
    NewEntry,
    Nobody,
    Recorded,
    act,
)
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.service import Bulk, Draft, current, facts_of_steps
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.actions.indexing import index_projects
from jiceng.systems.secretary_projects.actions.proposing import PROCEDURES
from jiceng.systems.secretary_projects.models import FilingBook, GateEvidence, PlanStep, Project
from jiceng.systems.secretary_projects.queries.tables.cells import Problem, TableNotTaken
from jiceng.systems.secretary_projects.queries.tables.reading import Row, StepRow, read_projects
from jiceng.systems.secretary_projects.rules.gates import filing_text
from jiceng.systems.secretary_projects.rules.states import STATES, moves_to
from jiceng.systems.secretary_projects.terms import Gate, Kind

IMPORTER = Nobody("system:import", "外部导入")
GATE_MOVES = {"survey": 1, "study": 2, "file": 3, "publish": 4}
GATE_EVENTS = {1: terms.SURVEYED, 2: terms.STUDIED, 3: terms.FILED, 4: terms.PUBLISHED}
REGISTERED = {Kind.PROJECT: terms.REGISTERED, Kind.ITEM: terms.ITEM_REGISTERED}
COMPLETED = {Kind.PROJECT: terms.COMPLETED, Kind.ITEM: terms.ITEM_COMPLETED}


class ImportOvertaken(Conflict):
    """Somebody else wrote the same number in the same moment (409); nothing was saved."""

    code = "import_overtaken"
    sentence = _("导入时台账正被他人修改，没有保存任何内容，请重试。")


@dataclass(frozen=True)
class Taken:
    """How many rows a table brought, and how many were there just so."""

    added: int
    kept: int


def may_import(*, by: Actor, **given: Any) -> None:
    """The party office that keeps the ledger; which rows are its own is asked of each."""
    keeps = isinstance(by, Capacity) and by.role == terms.PARTY_OFFICE.code
    if not keeps and by not in (SYSTEM, OPERATOR):
        raise NotAllowed()


def reach_of(by: Actor) -> Unit | None:
    """Return the unit below which the rows have to lie, ``None`` where there is no bound."""
    return by.unit if isinstance(by, Capacity) else None


def fingerprint(data: bytes) -> str:
    """Return what tells this table from others."""
    return hashlib.sha256(data).hexdigest()


def check_projects(*, by: Actor, at: datetime, data: bytes) -> Taken:
    """Say what importing the table would do; writes nothing. Raises ``TableNotTaken`` (422)."""
    may_import(by=by)
    return _count(read_projects(data, at=at, within=reach_of(by)))


def _count(rows: Sequence[Row]) -> Taken:
    kept = sum(row.standing is not None for row in rows)
    return Taken(len(rows) - kept, kept)


@act(terms.PROJECTS_IMPORTED, label=_("导入项目台账"), may=may_import)
def import_projects(*, by: Actor, at: datetime, data: bytes) -> Recorded[Taken]:
    """Take in a table of projects, items and steps. Raises ``TableNotTaken`` (422) with every
    fault, ``ImportOvertaken`` (409); then nothing is saved."""
    _take_turn(at)
    rows = read_projects(data, at=at, within=reach_of(by))
    _reserve([row.values["filing"] for row in rows if row.values["filing"]])
    table = fingerprint(data)
    taken = _count(rows)
    try:
        with transaction.atomic():
            for kind in Kind:
                fresh = [row for row in rows if row.kind == kind and row.standing is None]
                _write(fresh, kind, table, by, at)
    except IntegrityError as error:
        raise ImportOvertaken() from error
    told = {"table": table, "added": taken.added, "kept": taken.kept}
    return Recorded(taken, f"secretary_projects.table:{table[:40]}", told)


def _take_turn(at: datetime) -> None:
    """Let imports happen one at a time: two of one table would each find nothing there."""
    year = legal_day(at).year
    insert_new(FilingBook(kind=Kind.PROJECT, year=year, last=0))
    FilingBook.objects.select_for_update().get(kind=Kind.PROJECT, year=year)


def _reserve(filings: Iterable[tuple[str, int, int]]) -> None:
    """Let the books go on after the highest number of the table; who numbers meanwhile waits."""
    last: dict[tuple[str, int], int] = {}
    for kind, year, serial in filings:
        last[kind, year] = max(serial, last.get((kind, year), 0))
    for kind, year in sorted(last):
        insert_new(FilingBook(kind=kind, year=year, last=0))
        book = FilingBook.objects.select_for_update().get(kind=kind, year=year)
        if book.last < last[kind, year]:
            FilingBook.objects.filter(pk=book.pk).update(last=last[kind, year])


def _write(rows: Sequence[Row], kind: Kind, table: str, by: Actor, at: datetime) -> None:
    """Write all projects of one kind, their evidence before what stands on it."""
    if not rows:
        return
    procedure = current(PROCEDURES[kind])
    bulk = Bulk(system=terms.SYSTEM, procedure=procedure, limits=False, seated_at=at)
    drafts = [_draft(bulk, row) for row in rows]
    for row, draft in zip(rows, drafts, strict=True):
        told = NewEntry(
            terms.PROJECTS_IMPORTED,
            draft.case.subject,
            by,
            at,
            _facts(row, draft, table),
            _words(row),
        )
        bulk.keep(draft, [told])
    bulk.flush()
    pairs = list(zip(rows, drafts, strict=True))
    load([shown for row, draft in pairs for shown in _evidence(row, draft, at)])
    projects = [_project(row, draft) for row, draft in pairs]
    load(projects)
    steps = [_step(step, draft) for row, draft in pairs for step in row.steps]
    load(steps)
    index_projects(projects)


def _draft(bulk: Bulk, row: Row) -> Draft:
    """Open the case and set it where it stands; a ``Refusal`` is a fault of the row."""
    values, state = row.values, STATES[row.kind][row.values["state"]]
    try:
        draft = bulk.open_case(
            title=values["title"],
            unit=values["unit"],
            at=values["at"],
            due_at=_start_of(values["due_on"] + timedelta(days=1)),
            number=row.number,
        )
        latest = values["at"]
        for move in moves_to(state, sum(bool(values[f"day_{gate}"]) for gate in Gate)):
            latest = max(latest, _made_at(values, move) or latest)
            bulk.take_over(draft, move=move, by=IMPORTER, at=latest)
    except Refusal as refusal:
        raise TableNotTaken([Problem(row.line, "", refusal.code, str(refusal))]) from refusal
    return draft


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


def _made_at(values: dict[str, Any], move: str) -> datetime | None:
    """Return when a move was made, where the table tells it."""
    if move in GATE_MOVES:
        day = values[f"day_{GATE_MOVES[move]}"]
        return _start_of(day) if day else None
    if move == "register":
        return values["registered_at"]
    if move == "accept":
        return values["accepted_at"]
    return values["ended_at"] if move in ("complete", "refuse", "withdraw") else None


def _evidence(row: Row, draft: Draft, at: datetime) -> list[GateEvidence]:
    values = row.values
    return [
        GateEvidence(
            project_id=draft.case.pk,
            gate=gate,
            day=values[f"day_{gate}"],
            words=values[f"words_{gate}"],
            photos=[],
            closes_at=values["closes_at"] if gate == Gate.PUBLICATION else None,
            at=at,
        )
        for gate in Gate
        if values[f"day_{gate}"]
    ]


def _project(row: Row, draft: Draft) -> Project:
    values = row.values
    _kind, year, serial = values["filing"] or ("", None, None)
    milestone, milestone_at = _milestone(row)
    completed = "accepted_at" in STATES[row.kind][values["state"]].has and values["ended_at"]
    return Project(
        case=draft.case,
        kind=row.kind.value,
        theme=values["theme"].value,
        unit=values["unit"],
        owner=values["owner"],
        background=values["background"],
        expected=values["expected"],
        starts_on=values["starts_on"],
        due_on=values["due_on"],
        proposed_at=values["at"],
        filing_year=year,
        filing_serial=serial,
        registered_at=values["registered_at"],
        accepted_at=values["accepted_at"],
        completed_at=completed or None,
        milestone=milestone,
        milestone_at=milestone_at,
    )


def _milestone(row: Row) -> tuple[str, datetime | None]:
    """Return the last thing that the public may know of, as far as the table tells it."""
    values = row.values
    if values["accepted_at"]:
        ended = values["ended_at"]
        return (COMPLETED[row.kind], ended) if ended else (terms.ACCEPTED, values["accepted_at"])
    if values["registered_at"]:
        return REGISTERED[row.kind], values["registered_at"]
    passed = [gate.value for gate in Gate if values[f"day_{gate}"]]
    if not passed:
        return "", None
    return GATE_EVENTS[passed[-1]], _start_of(values[f"day_{passed[-1]}"])


def _step(step: StepRow, draft: Draft) -> PlanStep:
    values = step.values
    return PlanStep(
        project_id=draft.case.pk,
        name=values["title"],
        expected=values["expected"],
        owner=values["responsible"],
        due_on=values["due_on"],
        weight=values["weight"],
        claimed=values["claimed"],
        claimed_at=values["claimed_at"],
        done_at=values["done_at"],
        verified=values["verified"],
        verified_claim=values["verified_claim"],
        verified_at=values["verified_at"],
        set_at=values["at"],
    )


def _facts(row: Row, draft: Draft, table: str) -> dict[str, Any]:
    values = row.values
    return {
        "table": table,
        "line": row.line,
        "ref": row.ref,
        "kind": row.kind.value,
        "theme": values["theme"].value,
        "unit": values["unit"].code,
        "owner": values["owner"].staff_no,
        "starts_on": values["starts_on"],
        "due_on": values["due_on"],
        "procedure": draft.case.procedure.version,
        "state": values["state"],
        "to": facts_of_steps(draft.open_steps.values()),
        "filing_no": filing_text(*values["filing"]) if values["filing"] else "",
        "gates": {str(gate.value): values[f"day_{gate}"] for gate in Gate if values[f"day_{gate}"]},
        **{
            name: values[name] for name in ("closes_at", "registered_at", "accepted_at", "ended_at")
        },
        "steps": [_plan_facts(step) for step in row.steps],
    }


def _plan_facts(step: StepRow) -> list[Any]:
    names = ("due_on", "weight", "claimed", "verified")
    return [step.values[name] for name in names]


def _words(row: Row) -> dict[str, str]:
    """Return what people wrote: it may name persons, so history keeps a commitment."""
    values = row.values
    shown = [values[f"words_{gate}"] for gate in Gate if values[f"words_{gate}"]]
    plan = [
        " ".join(step.values[name] for name in ("title", "expected", "responsible"))
        for step in row.steps
    ]
    words = {name: values[name] for name in ("title", "background", "expected")}
    words |= {"shown": "\n".join(shown), "plan": "\n".join(plan)}
    return {name: text for name, text in words.items() if text}
