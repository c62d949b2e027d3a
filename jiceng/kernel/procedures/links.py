"""Cases that belong to each other: merged into one 并案, or split off it 分办."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import BadInput, Conflict
from jiceng.kernel.procedures.engine import insert_case
from jiceng.kernel.procedures.models import Case, CaseLink
from jiceng.kernel.procedures.terms import LinkKind, Outcome


class SameCase(BadInput):
    """A case cannot be merged into itself (422)."""

    code = "same_case"
    sentence = _("不能并入自身。")


class MainCaseEnded(Conflict):
    """The case into which another shall be merged has ended (409)."""

    code = "main_case_ended"
    sentence = _("主办件已经办结，不能再并入。")


class OpenParts(Conflict):
    """Parts that were split off are not done yet (409)."""

    code = "open_parts"
    sentence = _("还有分办事项未办结。")


class NotLinked(Conflict):
    """The cases do not belong together (any more) (409)."""

    code = "not_linked"
    sentence = _("两件之间没有关联，或关联已解除。")


def link(*, kind: str, main: Case, other: Case, at: datetime) -> CaseLink:
    """Let ``other`` belong to ``main`` from ``at`` on. Locks ``main``.

    Raises ``SameCase`` (422), ``MainCaseEnded`` (409).
    """
    if main.pk == other.pk:
        raise SameCase(field="case")
    held = Case.objects.select_for_update().get(pk=main.pk)
    if held.closed_at is not None:
        raise MainCaseEnded()
    return CaseLink.objects.create(kind=kind, main=held, other=other, at=at)


def open_joined(main: Case, *, title: str, at: datetime) -> Case:
    """Open a case that is dealt with in ``main`` from its first instant: it has a number of its
    own, no step and no clock. Locks ``main``; raises ``MainCaseEnded`` (409).

    The ``title`` is the other reporter's: that of ``main`` may say what only its own may read.
    """
    held = Case.objects.select_for_update().get(pk=main.pk)
    if held.closed_at is not None:
        raise MainCaseEnded()
    case = insert_case(
        system=held.system,
        procedure_id=held.procedure_id,
        title=title,
        unit_id=held.unit_id,
        contact_unit_id=held.contact_unit_id,
        priority=held.priority,
        opened_at=at,
        closed_at=at,
        outcome=Outcome.MERGED,
    )
    CaseLink.objects.create(kind=LinkKind.MERGED, main=held, other=case, at=at)
    return case


def unlink(*, kind: str, other: Case, at: datetime) -> CaseLink:
    """End the link of ``other``, and return it. Raises ``NotLinked`` (409)."""
    row = main_links(other, kind).first()
    if row is None or not CaseLink.objects.filter(pk=row.pk, ended_at=None).update(ended_at=at):
        raise NotLinked()
    row.ended_at = at
    return row


def main_links(case: Case, kind: str) -> QuerySet[CaseLink]:
    """Return the living link of ``case`` to the one that it belongs to: none or one."""
    living = CaseLink.objects.filter(other=case, kind=kind, ended_at__isnull=True)
    return living.select_related("main")


def main_case(case: Case) -> Case:
    """Return the case in which ``case`` is dealt with: itself, or the last it was merged into."""
    seen = case
    while True:
        row = main_links(seen, LinkKind.MERGED).first()
        if row is None:
            return seen
        seen = row.main


def merged_into(case: Case) -> list[Case]:
    """Return the cases that are dealt with in ``case``, through others too, first ones first."""
    found: list[Case] = []
    front: Iterable[int] = [case.pk]
    while front:
        rows = CaseLink.objects.filter(
            main__in=front, kind=LinkKind.MERGED, ended_at__isnull=True
        ).select_related("other")
        layer = [row.other for row in rows.order_by("at", "id")]
        found += layer
        front = [other.pk for other in layer]
    return found


def parts_of(case: Case) -> list[Case]:
    """Return the cases that were split off ``case``, in the order of splitting."""
    rows = CaseLink.objects.filter(main=case, kind=LinkKind.SPLIT, ended_at__isnull=True)
    return [row.other for row in rows.select_related("other__unit").order_by("id")]


def check_parts_done(case: Case) -> None:
    """Raise ``OpenParts`` while a part that was split off ``case`` is open."""
    waiting = [part.number for part in parts_of(case) if part.closed_at is None]
    if waiting:
        raise OpenParts(parts=waiting)
