"""Open steps, the most pressing first, page by page: of an officer's posts, of what the officer's
units have in hand, of cases that the officer watches."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value

from jiceng.kernel.orgs.service import Scope, posts_of, units_of
from jiceng.kernel.procedures.models import Case, CaseStep, CaseStepQuerySet
from jiceng.kernel.procedures.publishing import version_of

PAGE = 50


@dataclass(frozen=True)
class InboxPage:
    """One page of steps, and the id to go on after (0 at the end)."""

    steps: list[CaseStep]
    next_after: int


@dataclass(frozen=True)
class InboxSizes:
    """How many open steps each list has."""

    mine: int = 0
    unit: int = 0
    watched: int = 0


def inbox(scope: Scope, *, after: int = 0, size: int = PAGE) -> InboxPage:
    """Return the steps held by the posts of ``scope``, ``size`` at a time, after the step
    ``after``.

    One query, a second one behind the first page, while units and posts stay as they are.
    """
    return _page(_of_posts(scope), scope, after, size)


def unit_inbox(scope: Scope, *, after: int = 0, size: int = PAGE) -> InboxPage:
    """Return the steps that the units in ``scope`` have in hand, whoever holds them; those whose
    case ``scope`` does not show are left out. Queries as for ``inbox``."""
    return _page(_of_units(scope), scope, after, size)


def watched_inbox(
    scope: Scope, watched: Iterable[QuerySet], *, after: int = 0, size: int = PAGE
) -> InboxPage:
    """Return the open steps of watched cases, each list given as a query of keys of cases; what
    ``scope`` does not show any more is left out. Queries as for ``inbox``."""
    return _page(_of_watched(scope, watched), scope, after, size)


def inbox_sizes(scope: Scope, watched: Iterable[QuerySet]) -> InboxSizes:
    """Return how many steps each of the three has, in one query."""
    lists = {
        "mine": _of_posts(scope),
        "unit": _of_units(scope),
        "watched": _of_watched(scope, watched),
    }
    counts = [
        CaseStep.objects.open()
        .filter(where)
        .order_by()
        .annotate(which=Value(name))
        .values("which")
        .annotate(steps=Count("pk"))
        .values_list("which", "steps")
        for name, where in lists.items()
    ]
    return InboxSizes(**dict(counts[0].union(*counts[1:], all=True)))


def _of_posts(scope: Scope) -> Q:
    return Q(post__in=scope.posts)


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


def _page(where: Q, scope: Scope, after: int, size: int) -> InboxPage:
    steps = CaseStep.objects.filter(where).pressing().select_related("case")
    if after:
        steps = _beyond(steps, where, after)
    found = list(steps[: size + 1])
    _introduce(found, scope)
    more = len(found) > size
    return InboxPage(steps=found[:size], next_after=found[size - 1].pk if more else 0)


def _introduce(steps: list[CaseStep], scope: Scope) -> None:
    """Give steps and cases their units, posts and versions from memory."""
    keys = {key for step in steps for key in (step.unit_id, step.case.unit_id)}
    units = units_of(scope.token, keys)
    posts = posts_of(scope.token, {step.post_id for step in steps if step.post_id})
    for step in steps:
        step.unit, step.case.unit = units[step.unit_id], units[step.case.unit_id]
        step.post = posts[step.post_id] if step.post_id else None
        step.case.procedure = version_of(step.case.procedure_id)


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
