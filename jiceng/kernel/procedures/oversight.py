"""Nobody's case does not exist: steps of a vacant post are handed on, late steps are raised.

Both work on rows found by their state and change them by compare-and-set, so that running twice
or beside oneself changes nothing, and no batch limit can leave a late case behind.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from jiceng.kernel.ledger.service import SYSTEM, Actor, append
from jiceng.kernel.orgs.models import Post, Unit
from jiceng.kernel.orgs.service import posts_for, vacant_posts
from jiceng.kernel.procedures.engine import reassign
from jiceng.kernel.procedures.models import CaseStep
from jiceng.kernel.procedures.publishing import version_of
from jiceng.kernel.procedures.terms import ESCALATED, REASSIGNED
from jiceng.kernel.workdays import service as workdays
from jiceng.kernel.workdays.service import workdays as days

# A raised step that is still not done is raised again after this long.
NEXT_RUNG = days(1)
BATCH = 200


def hand_on(*, post: Post, by: Actor, at: datetime) -> int:
    """Give the open steps of a post that just fell vacant to the nearest filled post of its role.

    Runs inside the transaction that emptied the post. Returns the number of steps handed on.
    """
    successor = posts_for(post.role, post.unit, at)
    handed = 0
    for step in _with_case(CaseStep.objects.open().filter(post=post)):
        handed += _hand_to(step, successor, by, at)
    return handed


def _hand_to(step: CaseStep, successor: Post | None, by: Actor, at: datetime) -> int:
    if successor is not None and successor.pk == step.post_id:
        return 0
    unit = successor.unit if successor else step.unit
    if not reassign(step, successor, unit):
        return 0
    append(
        event=REASSIGNED,
        subject=step.case.subject,
        by=by,
        at=at,
        facts={
            "step": step.step,
            "from_post": step.post.name if step.post else "",
            "to_unit": unit.code,
            "to_post": successor.name if successor else "",
        },
    )
    return 1


def fill_vacancies(at: datetime) -> int:
    """Hand on the steps of posts that fell vacant by the mere passing of time, and give steps
    that nobody holds to a post that has been filled since. Returns how many changed hands."""
    handed = 0
    waiting_there = CaseStep.objects.open().filter(post=OuterRef("pk"))
    for post in vacant_posts(at).filter(Exists(waiting_there)):
        with transaction.atomic():
            handed += hand_on(post=post, by=SYSTEM, at=at)
    waiting = CaseStep.objects.open().filter(post__isnull=True)
    for step in _with_case(waiting):
        holder = version_of(step.case.procedure_id).procedure.step(step.step).holder
        found = posts_for(holder.role, step.unit, at) if holder else None
        if found is not None:
            with transaction.atomic():
                handed += _hand_to(step, found, SYSTEM, at)
    return handed


def _with_case(steps: "Iterable[CaseStep]") -> list[CaseStep]:
    return list(steps.select_related("case", "unit", "post__unit").order_by("id"))  # type: ignore[attr-defined]


def escalate(at: datetime) -> int:
    """Raise every open step whose time to be raised has come; unassigned ones first.

    The step goes to the nearest filled post of its ``escalates_to`` role, one unit higher at
    each further rung; the root keeps what reaches it. The promised day does not move. Returns how
    many were raised.
    """
    raised = 0
    for step in _late(at):
        with transaction.atomic():
            raised += _raise(step, at)
    return raised


def _late(at: datetime) -> Iterator[CaseStep]:
    """Walk all late steps in batches by key, those without a post first."""
    late = CaseStep.objects.open().filter(escalate_at__lte=at)
    for group in (late.filter(post__isnull=True), late.filter(post__isnull=False)):
        last: tuple[datetime, int] | None = None
        while True:
            page = group.select_related("case", "unit__parent", "post")
            if last:
                after = Q(escalate_at__gt=last[0]) | Q(escalate_at=last[0], id__gt=last[1])
                page = page.filter(after)
            steps = list(page.order_by("escalate_at", "id")[:BATCH])
            yield from steps
            if len(steps) < BATCH:
                break
            last = (steps[-1].escalate_at or at, steps[-1].pk)


def _raise(step: CaseStep, at: datetime) -> int:
    role = version_of(step.case.procedure_id).procedure.step(step.step).escalates_to
    start: Unit | None = step.unit if step.escalations == 0 else step.unit.parent
    target = posts_for(role, start, at) if start else None
    again = workdays.deadline(at, NEXT_RUNG).due_at
    if target is None or target.pk == step.post_id:
        # The root keeps what reached it; where nobody is appointed yet, it is tried again.
        stays = step.post_id is not None and (start is None or target is not None)
        reassign(step, step.post, step.unit, escalate_at=None if stays else again)
        return 0
    changed = reassign(
        step, target, target.unit, escalate_at=again, escalations=F("escalations") + 1
    )
    if not changed:
        return 0
    append(
        event=ESCALATED,
        subject=step.case.subject,
        by=SYSTEM,
        at=at,
        facts={
            "step": step.step,
            "rung": step.escalations + 1,
            "due_at": step.due_at,
            "from_post": step.post.name if step.post else "",
            "to_unit": target.unit.code,
            "to_post": target.name,
        },
    )
    return 1
