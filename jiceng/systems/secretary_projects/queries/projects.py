"""A project as an officer reads it: its gates, its plan, what happened, what can be done."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import of as attachments_of
from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.errors import Absent
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import ACTS, entries_of, personal_of_many
from jiceng.kernel.notices.models import Notice
from jiceng.kernel.notices.service import latest
from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.service import Capacity, capacities, visible_to
from jiceng.kernel.procedures.models import CaseStep
from jiceng.kernel.procedures.service import Move, allowed_moves, end_of
from jiceng.kernel.procedures.terms import EVENT_LABELS
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.models import GateEvidence, PlanStep, Project
from jiceng.systems.secretary_projects.rules import progress
from jiceng.systems.secretary_projects.terms import Gate, Kind, Stage

# Words that history keeps of an act, in the order in which a page shows them.
SPOKEN = ("note", "study", "reason", "words", "comment", "blockers", "rectification", "name")


@dataclass(frozen=True)
class GateLine:
    """A gate of 立项: done, current or to do, with its evidence."""

    gate: Gate
    state: str
    evidence: GateEvidence | None
    photos: Sequence[Attachment]

    @property
    def label(self) -> str:
        """Return what the gate is called."""
        return str(self.gate.label)

    @property
    def note(self) -> str:
        """Return its day."""
        return self.evidence.day.isoformat() if self.evidence else ""


@dataclass(frozen=True)
class PlanLine:
    """A step of a plan as pages show it; the percentages are said side by side."""

    step: PlanStep
    late: int
    contradicted: bool
    done: bool
    gap: Decimal | None


@dataclass(frozen=True)
class Plan:
    """A plan with its three sums in percent."""

    lines: Sequence[PlanLine]
    claimed: Decimal
    verified: Decimal
    planned: Decimal

    @property
    def gap(self) -> Decimal:
        """Return what is claimed beyond what was verified."""
        return self.claimed - self.verified

    @property
    def late(self) -> list[PlanLine]:
        """Return the steps that are over their day and not done."""
        return [line for line in self.lines if line.late and not line.done]


@dataclass(frozen=True)
class Moment:
    """One entry of the history: what was done, by which post, with which words."""

    label: str
    at: datetime
    by: str
    words: Sequence[str]
    photos: Sequence[Attachment]


@dataclass(frozen=True)
class ProjectFile:
    """All that the page of a project shows; ``by`` is in which post the reader holds the step."""

    project: Project
    stage: Stage
    step: CaseStep | None
    label: str
    by: Capacity | None
    moves: Sequence[Move]
    gates: Sequence[GateLine]
    plan: Plan
    notice: Notice | None
    board: Notice | None
    moments: Sequence[Moment]
    owns: Capacity | None
    light: str

    @property
    def number(self) -> str:
        """Return the number of the case."""
        return self.project.case.number


def project_for(officer: Officer, number: str, at: datetime) -> Project:
    """Return the project, or raise ``Absent`` where the officer may not know it."""
    seen = Project.objects.in_scope(visible_to(officer, at))
    found = seen.filter(case__number=number)
    project = found.select_related("case__procedure", "case__unit", "unit", "owner").first()
    if project is None:
        raise Absent()
    return project


def plan_of(project: Project, today: date) -> Plan:
    """Return the plan as it stands on a day."""
    return drawn_up(list(PlanStep.objects.standing().filter(project=project)), today)


def drawn_up(steps: Sequence[PlanStep], today: date) -> Plan:
    """Return what the rules make of these steps."""
    standings = [step.standing for step in steps]
    lines = [_line(step, today) for step in steps]
    return Plan(
        lines,
        progress.claimed_whole(standings),
        progress.verified_whole(standings),
        progress.planned_whole(standings, today),
    )


def _line(step: PlanStep, today: date) -> PlanLine:
    standing = step.standing
    ended = legal_day(step.done_at) if step.done_at else None
    return PlanLine(
        step,
        standing.days_late(today, ended),
        standing.contradicted,
        standing.publicly_done,
        standing.gap,
    )


def stage_of(project: Project, step: CaseStep | None) -> Stage:
    """Return how far a project is."""
    if step is not None:
        return terms.STAGES.get(step.step, Stage.PREPARING)
    return Stage.COMPLETED if project.completed_at else Stage.ENDED


def acting_owner(project: Project, held: Iterable[Capacity]) -> Capacity | None:
    """Return in which post the reader is secretary of this organisation."""
    mine = (by for by in held if by.role == terms.SECRETARY.code)
    return next((by for by in mine if by.unit.pk == project.unit_id), None)


def project_file(officer: Officer, number: str, at: datetime) -> ProjectFile:
    """Return the file of a project, or raise ``Absent``."""
    project = project_for(officer, number, at)
    case, today = project.case, legal_day(at)
    held = capacities(officer, at)
    step = case.steps.open().select_related("unit", "post").first()
    by = next((one for one in held if step and one.post.pk == step.post_id), None)
    photos = {photo.uid: photo for photo in attachments_of(case.subject)}
    end = end_of(case)
    plan = plan_of(project, today)
    label = case.definition.step(step.step).label if step else end.label if end else ""
    return ProjectFile(
        project=project,
        stage=stage_of(project, step),
        step=step,
        label=_(label) if label else "",
        by=by,
        moves=allowed_moves(case.definition, step, by) if step and by else [],
        gates=_gates(project, step, photos) if project.kind == Kind.PROJECT else [],
        plan=plan,
        notice=latest(case.subject, terms.NOTICE),
        board=latest(case.subject, terms.BOARD_PLAN),
        moments=moments_of(list(entries_of(case.subject)), photos),
        owns=acting_owner(project, held),
        light=_light(plan, project, today) if step else "",
    )


def _light(plan: Plan, project: Project, today: date) -> str:
    return progress.colour([line.step.standing for line in plan.lines], project.due_on, today)


CURRENT = {
    Gate.SURVEY: ("survey",),
    Gate.STUDY: ("study",),
    Gate.FILING: ("filing",),
    Gate.PUBLICATION: ("review", "publication"),
}


def _gates(
    project: Project, step: CaseStep | None, photos: dict[str, Attachment]
) -> list[GateLine]:
    rows = GateEvidence.objects.standing().filter(project=project)
    found = {row.gate: row for row in rows}
    return [_gate(gate, found.get(gate), step, photos) for gate in Gate]


def _gate(
    gate: Gate,
    evidence: GateEvidence | None,
    step: CaseStep | None,
    photos: dict[str, Attachment],
) -> GateLine:
    current = step is not None and step.step in CURRENT[gate]
    state = "current" if current else "done" if evidence else "todo"
    shown = [photos[uid] for uid in evidence.photos if uid in photos] if evidence else []
    return GateLine(gate, state, evidence, shown)


def moments_of(entries: Sequence[Entry], photos: dict[str, Attachment]) -> list[Moment]:
    """Return the history of a project as a timeline, the newest first."""
    words = personal_of_many(entries)
    return [_moment(entry, words.get(entry.uid, {}), photos) for entry in reversed(entries)]


def _moment(entry: Entry, words: dict[str, str], photos: dict[str, Attachment]) -> Moment:
    spec = ACTS.find(entry.event)
    told: dict[str, Any] = json.loads(entry.payload)
    # What shows that a gate was passed stands with the gate.
    named = [] if "gate" in told else told.get("photos", [])
    return Moment(
        label=str(spec.label if spec else EVENT_LABELS.get(entry.event, entry.event)),
        at=entry.at,
        by=entry.by_title,
        words=[words[name] for name in SPOKEN if words.get(name)],
        photos=[photos[one["uid"]] for one in named if one["uid"] in photos],
    )


def offered(file: ProjectFile, move: str) -> Move | None:
    """Return the move with this code that the reader may press now."""
    return next((one for one in file.moves if one.code == move), None)


def pressed_before(
    file: ProjectFile, held: Iterable[Capacity], move: str, step: int
) -> tuple[Move | None, Capacity | None]:
    """Return the move by which the reader left ``step`` on the page that showed it, and in which
    post: the second press of a button goes to the act again, which knows it by its key."""
    case = file.project.case
    left = case.steps.filter(pk=step, move=move).first()
    by = next((one for one in held if left and one.ref == left.left_by), None)
    if left is None or by is None:
        return None, None
    own = next((one for one in held if one.post.pk == left.post_id), by)
    found = case.definition.move(move, [left.step])
    return (found[0] if found else None), own


def step_in_plan(file: ProjectFile, step: str) -> PlanStep:
    """Return a step of the plan by its key as an address has it, or raise ``Absent``."""
    found = next((line.step for line in file.plan.lines if str(line.step.pk) == step), None)
    if found is None:
        raise Absent()
    return found
