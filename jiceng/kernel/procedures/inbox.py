"""The inbox: the open steps of an officer's posts, the most pressing first, page by page."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from jiceng.kernel.orgs.service import Capacity
from jiceng.kernel.procedures.models import CaseStep, CaseStepQuerySet
from jiceng.kernel.procedures.publishing import version_of

PAGE = 50


@dataclass(frozen=True)
class InboxPage:
    """One page of steps, and the id to go on after (0 at the end)."""

    steps: list[CaseStep]
    next_after: int


def inbox(held: Iterable[Capacity], *, after: int = 0, size: int = PAGE) -> InboxPage:
    """Return the steps held by these posts, ``size`` at a time, after the step ``after``.

    Three queries at most, whatever the number of cases.
    """
    posts = frozenset(capacity.post.pk for capacity in held)
    steps = CaseStep.objects.held_by(posts).select_related("case__unit", "post", "unit")
    if after:
        steps = _beyond(steps, posts, after)
    found = list(steps[: size + 1])
    for step in found:
        step.case.procedure = version_of(step.case.procedure_id)
    more = len(found) > size
    return InboxPage(steps=found[:size], next_after=found[size - 1].pk if more else 0)


def inbox_size(held: Iterable[Capacity]) -> int:
    """Return how many steps wait in these posts."""
    posts = frozenset(capacity.post.pk for capacity in held)
    return CaseStep.objects.held_by(posts).count()


def _beyond(steps: CaseStepQuerySet, posts: frozenset[int], after: int) -> CaseStepQuerySet:
    """Return the steps behind ``after`` in the order of the inbox: by day, then by id, those
    without a day last. A step of others tells nothing."""
    last = CaseStep.objects.filter(pk=after, post__in=posts).values_list("due_at", "pk").first()
    if last is None:
        return steps.none()
    due_at, pk = last
    if due_at is None:
        return steps.filter(due_at__isnull=True, pk__gt=pk)
    return steps.filter(Q(due_at__gt=due_at) | Q(due_at=due_at, pk__gt=pk) | Q(due_at__isnull=True))
