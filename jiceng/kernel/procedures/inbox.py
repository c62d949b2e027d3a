"""Open steps, the most pressing first, page by page: of an officer's posts, of what the officer's
units have in hand, of cases that the officer watches."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from jiceng.kernel.orgs.service import Capacity, Scope
from jiceng.kernel.procedures.models import Case, CaseStep, CaseStepQuerySet
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
    return _page(_of_posts(held), after, size)


def inbox_size(held: Iterable[Capacity]) -> int:
    """Return how many steps wait in these posts."""
    return CaseStep.objects.open().filter(_of_posts(held)).count()


def unit_inbox(scope: Scope, *, after: int = 0, size: int = PAGE) -> InboxPage:
    """Return the steps that the units in ``scope`` have in hand, whoever holds them; those whose
    case ``scope`` does not show are left out. Queries as for ``inbox``."""
    return _page(_of_units(scope), after, size)


def unit_inbox_size(scope: Scope) -> int:
    """Return how many steps the units in ``scope`` have in hand."""
    return CaseStep.objects.open().filter(_of_units(scope)).count()


def watched_inbox(
    scope: Scope, watched: Iterable[QuerySet], *, after: int = 0, size: int = PAGE
) -> InboxPage:
    """Return the open steps of watched cases, each list given as a query of keys of cases; what
    ``scope`` does not show any more is left out. Queries as for ``inbox``."""
    return _page(_of_watched(scope, watched), after, size)


def watched_inbox_size(scope: Scope, watched: Iterable[QuerySet]) -> int:
    """Return how many open steps watched cases have."""
    return CaseStep.objects.open().filter(_of_watched(scope, watched)).count()


def _of_posts(held: Iterable[Capacity]) -> Q:
    return Q(post__in=frozenset(capacity.post.pk for capacity in held))


def _of_units(scope: Scope) -> Q:
    return scope.q("unit") & _shown(scope)


def _of_watched(scope: Scope, watched: Iterable[QuerySet]) -> Q:
    among = Q(pk__in=())  # who watches nothing is shown nothing
    for cases in watched:
        among |= Q(case__in=cases)
    return among & _shown(scope)


def _shown(scope: Scope) -> Q:
    """Return the condition that the page of the case opens: a step may lie with a unit that is
    seen while its case belongs to one that is not."""
    return Q(Exists(Case.objects.in_scope(scope).filter(pk=OuterRef("case"))))


def _page(where: Q, after: int, size: int) -> InboxPage:
    steps = (
        CaseStep.objects.filter(where).pressing().select_related("case__unit", "post__unit", "unit")
    )
    if after:
        steps = _beyond(steps, where, after)
    found = list(steps[: size + 1])
    for step in found:
        step.case.procedure = version_of(step.case.procedure_id)
    more = len(found) > size
    return InboxPage(steps=found[:size], next_after=found[size - 1].pk if more else 0)


def _beyond(steps: CaseStepQuerySet, where: Q, after: int) -> CaseStepQuerySet:
    """Return the steps behind ``after`` in the order of the inbox: by day, then by id, those
    without a day last. A step of others tells nothing; one that was left meanwhile still marks
    the place."""
    last = CaseStep.objects.filter(where, pk=after).values_list("due_at", "pk").first()
    if last is None:
        return steps.none()
    due_at, pk = last
    if due_at is None:
        return steps.filter(due_at__isnull=True, pk__gt=pk)
    return steps.filter(Q(due_at__gt=due_at) | Q(due_at=due_at, pk__gt=pk) | Q(due_at__isnull=True))
