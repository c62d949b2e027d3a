"""The page on which the party office takes the ledgers in and out as tables."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.errors import Absent, NotAllowed
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.exports.service import MOST_BYTES, Column, export
from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.service import Capacity
from jiceng.systems.secretary_projects import actions, terms
from jiceng.systems.secretary_projects.forms.tables import TableForm
from jiceng.systems.secretary_projects.queries.tables import outcomes, telling
from jiceng.systems.secretary_projects.queries.tables.cells import Problem, TableNotTaken
from jiceng.ui.access import for_officers, in_role
from jiceng.ui.rendering import lead_on, page
from jiceng.ui.requests import DeskRequest

SHOWN = 500
FORMS = ("csv", "xlsx")


@dataclass(frozen=True)
class Ledger:
    """A ledger that goes in and out: its name, its columns, its rows, its acts."""

    label: str | Promise
    columns: Sequence[Column[Any]]
    rows: Callable[[Officer, Any], Iterable[Any]]
    check: Callable[..., Any]
    take: Callable[..., Any]


LEDGERS = {
    "projects": Ledger(
        gettext_lazy("项目台账"),
        telling.COLUMNS,
        telling.ledger_for,
        actions.check_projects,
        actions.import_projects,
    ),
    "outcomes": Ledger(
        gettext_lazy("成效台账"),
        outcomes.COLUMNS,
        outcomes.outcomes_for,
        actions.check_outcomes,
        actions.import_outcomes,
    ),
}


def _asked(request: DeskRequest, code: str) -> tuple[Ledger, Capacity]:
    """Return the ledger with the post in which the reader keeps it; others may not."""
    by = in_role(request, terms.PARTY_OFFICE.code)
    if by is None:
        raise NotAllowed()
    if code not in LEDGERS:
        raise Absent()
    return LEDGERS[code], by


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def tables(request: DeskRequest, ledger: str) -> HttpResponseBase:
    """Check a table, or take it in: all of its rows, or none."""
    chosen, by = _asked(request, ledger)
    posted = [request.POST, request.FILES] if request.method == "POST" else []
    form = TableForm(*posted)
    said: dict[str, Any] = {"status": 200}
    if form.is_bound:
        said = _taken(request, chosen, by, form)
        if "done" in said:
            messages.success(request, said["done"])
            return lead_on(request, reverse("desk:secretary_projects:tables", args=[ledger]))
    context = {
        "form": form,
        "ledger": ledger,
        "label": chosen.label,
        "tabs": _tabs(ledger),
        "key": new_uid(),
        **said,
    }
    template = "secretary_projects/tables.html"
    return page(request, template, context, status=said["status"])


def _taken(request: DeskRequest, chosen: Ledger, by: Capacity, form: TableForm) -> dict[str, Any]:
    """Return what came of the file: what is wrong with it, what it would do, or what it did."""
    if not form.is_valid():
        return {"status": 422}
    data = form.cleaned_data["file"].read(MOST_BYTES + 1)
    try:
        if request.POST.get("do") != "import":
            return {"status": 200, "found": chosen.check(by=by, at=request.now, data=data)}
        key = request.POST.get("key", "")
        done = chosen.take(by=by, at=request.now, key=key, data=data)
    except TableNotTaken as refusal:
        return {"status": 422, **_explained(refusal.problems)}
    if done.value is None:
        return {"done": _("这个表格刚才已经导入。")}
    told = {"added": done.value.added, "kept": done.value.kept}
    return {"done": _("已导入：新增 %(added)s 项，未变 %(kept)s 项。") % told}


def _explained(problems: Sequence[Problem]) -> dict[str, Any]:
    rows = [
        (problem.line or "—", problem.column or "—", problem.sentence, problem.code)
        for problem in problems[:SHOWN]
    ]
    return {
        "problems": rows,
        "heads": [_("行"), _("列"), _("问题"), _("代码")],
        "total": len(problems),
        "more": len(problems) - len(rows),
    }


def _tabs(current: str) -> list[dict[str, Any]]:
    return [
        {
            "label": ledger.label,
            "url": reverse("desk:secretary_projects:tables", args=[code]),
            "current": code == current,
        }
        for code, ledger in LEDGERS.items()
    ]


@require_safe
@for_officers
def file(request: DeskRequest, ledger: str, kind: str) -> HttpResponseBase:
    """Give a ledger as a table to keep, or only its columns, to fill in."""
    chosen, _by = _asked(request, ledger)
    if kind not in FORMS:
        raise Absent()
    blank = "blank" in request.GET
    rows = [] if blank else chosen.rows(request.user, request.now)
    name = _("%(ledger)s-空表") if blank else _("%(ledger)s-%(day)s")
    told = {"ledger": chosen.label, "day": legal_day(request.now).isoformat()}
    return export(chosen.columns, rows, form=kind, name=name % told)
