"""The writes of a plan 一项一策: its steps, how far they are, and its place on the board."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.base.errors import Absent, NotAllowed
from jiceng.kernel.base.text import mask_personal
from jiceng.kernel.ledger.service import OPERATOR, SYSTEM, Actor, Recorded, act
from jiceng.kernel.notices.models import Notice
from jiceng.kernel.notices.service import facts_of
from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.service import Missing
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.actions.hanging import post_plan
from jiceng.systems.secretary_projects.actions.recording import (
    check_owner,
    held,
    keep_photos,
    mark,
)
from jiceng.systems.secretary_projects.actions.refusals import (
    BadPercent,
    BadStepWeight,
    NotRunning,
    OutsideDates,
    PlanSettled,
    StepIncomplete,
)
from jiceng.systems.secretary_projects.models import PlanStep, Project
from jiceng.systems.secretary_projects.rules.progress import (
    WHOLE,
    BadWeight,
    NotPercent,
    read_percent,
    read_weight,
)

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


def percent_of(typed: object, field: str = "percent") -> Decimal:
    """Return the percentage that was given; raises ``BadPercent`` (422)."""
    try:
        return read_percent(typed)
    except NotPercent as error:
        raise BadPercent(field=field) from error


@act(terms.PROGRESS_CLAIMED, label=_("更新进展"), may=may_plan)
def claim_progress(
    *,
    by: Actor,
    at: datetime,
    number: str,
    step: int,
    percent: object,
    note: str = "",
    photos: Sequence[Attachment] = (),
    claim: str = "",
) -> Recorded[PlanStep]:
    """Say how far a step is, as its owner; whole asks for a photo of what is there.

    Raises ``NotTheOwner`` (403), ``NotRunning`` (409), ``BadPercent``, ``Missing`` (422).
    """
    project = held(number)
    check_owner(by, project)
    if not project.case.steps.open().filter(step="implementing").exists():
        raise NotRunning()
    row, claimed = standing_step(project, step), percent_of(percent)
    whole = claimed == WHOLE
    if whole and not photos:
        raise Missing(field="photo", need="photo")
    shown = keep_photos(photos, project.case.subject, claim)
    was, row.claimed, row.claimed_at = row.claimed, claimed, at
    row.done_at = (row.done_at or at) if whole else None
    row.save(update_fields=["claimed", "claimed_at", "done_at"])
    mark(project, terms.PROGRESS_CLAIMED, at)
    facts = {"step": row.pk, "percent": _text(claimed), "was": _text(was), "photos": list(shown)}
    return Recorded(row, project.case.subject, facts, {"note": note} if note else {})


@act(terms.PLAN_HUNG, label=_("重新公开方案"), may=may_plan)
def hang_plan(*, by: Actor, at: datetime, number: str, reason: str) -> Recorded[Notice]:
    """Hang the plan as it is now on the public board, in the place of the one before.

    Raises ``NotTheOwner`` (403), ``NotRunning`` (409), ``StepIncomplete`` (422).
    """
    project = held(number)
    check_owner(by, project)
    if project.registered_at is None or project.completed_at is not None:
        raise NotRunning()
    if not reason:
        raise StepIncomplete(_("请写明调整理由。"), field="reason")
    notice = post_plan(project, by, at, correction=mask_personal(reason))
    return Recorded(notice, project.case.subject, {"plan": facts_of(notice)}, {"reason": reason})


def _text(number: Decimal | None) -> str:
    """Return a number as history keeps it; JSON knows no exact ones."""
    return "" if number is None else format(number, "f")
