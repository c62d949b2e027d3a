"""The writes of a plan 一项一策: its steps, how far they are, and its place on the board."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Absent, NotAllowed
from jiceng.kernel.ledger.service import OPERATOR, SYSTEM, Actor, Recorded, act
from jiceng.kernel.orgs.service import Capacity
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.actions.recording import check_owner, held
from jiceng.systems.secretary_projects.actions.refusals import (
    BadStepWeight,
    OutsideDates,
    PlanSettled,
    StepIncomplete,
)
from jiceng.systems.secretary_projects.models import PlanStep, Project
from jiceng.systems.secretary_projects.rules.progress import BadWeight, read_weight

# Where a project stands while its plan may be changed.
PLANNING = frozenset({"survey", "study", "filing", "defining", "implementing"})


def may_plan(*, by: Actor, **given: Any) -> None:
    """An officer; that it is the secretary's own project is asked of the row."""
    if by not in (SYSTEM, OPERATOR) and not isinstance(by, Capacity):
        raise NotAllowed()


def plannable(number: str, by: Actor) -> Project:
    """Return the project whose plan ``by`` may change now."""
    project = held(number)
    if by not in (SYSTEM, OPERATOR):
        check_owner(by, project)
    if not set(project.case.steps.open().values_list("step", flat=True)) & PLANNING:
        raise PlanSettled()
    return project


def weight_of(typed: object) -> Decimal | None:
    """Return the weight that was given; raises ``BadStepWeight`` (422)."""
    try:
        return read_weight(typed)
    except BadWeight as error:
        raise BadStepWeight(field="weight") from error


def _check_step(project: Project, name: str, expected: str, owner: str, due_on: date) -> None:
    for field, words in (("name", name), ("expected", expected), ("owner", owner)):
        if not words:
            raise StepIncomplete(field=field)
    if not project.starts_on <= due_on <= project.due_on:
        raise OutsideDates(field="due_on")


@act(terms.PLAN_STEP_SET, label=_("列入方案步骤"), may=may_plan)
def set_step(
    *,
    by: Actor,
    at: datetime,
    number: str,
    name: str,
    expected: str,
    owner: str,
    due_on: date,
    weight: object = None,
) -> Recorded[PlanStep]:
    """Add a step to the plan of a project.

    Raises ``StepIncomplete``, ``OutsideDates``, ``BadStepWeight`` (422), ``NotTheOwner`` (403),
    ``PlanSettled`` (409).
    """
    project = plannable(number, by)
    _check_step(project, name, expected, owner, due_on)
    step = PlanStep.objects.create(
        project=project,
        name=name,
        expected=expected,
        owner=owner,
        due_on=due_on,
        weight=weight_of(weight),
        set_at=at,
    )
    facts = {"step": step.pk, "due_on": due_on, "weight": _text(step.weight)}
    words = {"name": name, "expected": expected, "owner": owner}
    return Recorded(step, project.case.subject, facts, words)


def standing_step(project: Project, step: int) -> PlanStep:
    """Return a step of the plan as it is now, or raise ``Absent``."""
    found = PlanStep.objects.standing().filter(project=project, pk=step).first()
    if found is None:
        raise Absent()
    return found


@act(terms.PLAN_STEP_CHANGED, label=_("调整方案步骤"), may=may_plan)
def change_step(
    *,
    by: Actor,
    at: datetime,
    number: str,
    step: int,
    name: str,
    expected: str,
    owner: str,
    due_on: date,
    weight: object = None,
    reason: str,
) -> Recorded[PlanStep]:
    """Change a step, for a reason; history keeps the day and weight that it had.

    Raises what ``set_step`` raises, and ``Absent`` (404).
    """
    project = plannable(number, by)
    row = standing_step(project, step)
    _check_step(project, name, expected, owner, due_on)
    if not reason:
        raise StepIncomplete(_("请写明调整理由。"), field="reason")
    was = {"due_on": row.due_on, "weight": _text(row.weight)}
    row.name, row.expected, row.owner, row.due_on = name, expected, owner, due_on
    row.weight = weight_of(weight)
    row.save(update_fields=["name", "expected", "owner", "due_on", "weight"])
    facts = {"step": row.pk, "due_on": due_on, "weight": _text(row.weight), "was": was}
    words = {"name": name, "expected": expected, "owner": owner, "reason": reason}
    return Recorded(row, project.case.subject, facts, words)


@act(terms.PLAN_STEP_DROPPED, label=_("取消方案步骤"), may=may_plan)
def drop_step(
    *, by: Actor, at: datetime, number: str, step: int, reason: str
) -> Recorded[PlanStep]:
    """Take a step out of the plan, for a reason; the last one stays once the plan was filed.

    Raises ``Absent`` (404), ``PlanSettled`` (409), ``StepIncomplete`` (422).
    """
    project = plannable(number, by)
    row = standing_step(project, step)
    if not reason:
        raise StepIncomplete(_("请写明取消理由。"), field="reason")
    others = PlanStep.objects.standing().filter(project=project).exclude(pk=row.pk)
    if project.registered_at is not None and not others.exists():
        raise PlanSettled(_("方案至少保留一个步骤。"))
    PlanStep.objects.filter(pk=row.pk).update(dropped_at=at)
    return Recorded(row, project.case.subject, {"step": row.pk}, {"reason": reason})


def _text(weight: Decimal | None) -> str:
    """Return a weight as history keeps it; JSON knows no exact numbers."""
    return "" if weight is None else format(weight, "f")
