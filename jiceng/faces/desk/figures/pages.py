"""The pages of figures: the list, one figure, its rows as a file."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.apps import apps
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from jiceng.faces.desk.figures.forms import SearchForm, ViewForm
from jiceng.faces.desk.figures.published import said_before
from jiceng.faces.desk.figures.reading import (
    Compared,
    compared,
    course,
    for_reader,
    made_of,
    row_page,
)
from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.errors import Absent, BadInput
from jiceng.kernel.figures.service import (
    FIGURES,
    Figure,
    Value,
    export,
    figure_of,
    fingerprint,
)
from jiceng.kernel.orgs.service import ROLES, visible_to
from jiceng.ui.access import for_officers
from jiceng.ui.errors import wants_json
from jiceng.ui.rendering import page
from jiceng.ui.requests import DeskRequest

# What rows can be kept as.
KINDS = ("csv", "xlsx")


class ViewUnusable(BadInput):
    """A unit, period or day for which nothing can be counted (422)."""

    code = "bad_view"
    sentence = gettext_lazy("统计条件有误，请修改后再查。")


def _refused(request: DeskRequest, form: ViewForm, **context: Any) -> HttpResponse:
    """Say at its field what is wrong, and count nothing."""
    if wants_json(request):
        raise ViewUnusable(errors=form.errors.get_json_data())
    return page(request, "desk/figures/refused.html", {"form": form, **context}, status=422)


@require_safe
@for_officers
def figures(request: DeskRequest) -> HttpResponse:
    """List the figures of a unit and a period, beside those of a year before."""
    scope = visible_to(request.user, request.now)
    form = SearchForm(request.GET, scope=scope, at=request.now)
    if not form.is_valid():
        return _refused(request, form)
    found = [figure for figure in FIGURES if _says(figure, form.cleaned_data["q"])]
    groups = _grouped(compared(found, form.view, scope)) if found else []
    context = {"form": form, "groups": groups, "view": form.view}
    return page(request, "desk/figures/list.html", context)


def _says(figure: Figure, words: str) -> bool:
    """Tell whether every word stands in what is said of a figure."""
    text = f"{figure.label} {figure.definition} {figure.code}".casefold()
    return all(word in text for word in words.casefold().split())


def _grouped(found: Iterable[Compared]) -> list[tuple[str, list[Compared]]]:
    """Return the figures of each system under its name, as they were defined."""

    def system(each: Compared) -> str:
        return each.figure.code.partition(".")[0]

    ordered = sorted(found, key=system)
    return [(_name_of(label), list(group)) for label, group in groupby(ordered, key=system)]


def _name_of(label: str) -> str:
    config = apps.app_configs.get(label)
    return str(config.verbose_name) if config else label


def _parts(value: Value) -> list[tuple[Any, Value]]:
    """Return of a ratio what its part and its whole are called, and their numbers."""
    if not value.figure.is_ratio:
        return []
    numbers = zip(made_of(value.figure), (value.part, value.whole), strict=True)
    return [(part.label, Value(part, value.view, number)) for part, number in numbers]


def _turning(form: ViewForm, after: int) -> dict[str, str]:
    """Return the addresses of the next rows and of the first ones."""
    return {
        "next": f"?{form.query}&after={after}" if after else "",
        "first": f"?{form.query}" if form.cleaned_data["after"] else "",
    }


@require_safe
@for_officers
def figure(request: DeskRequest, code: str) -> HttpResponse:
    """Show one figure: the number, what it means, its course, its rows, what was published."""
    asked = figure_of(code)
    scope = visible_to(request.user, request.now)
    form = ViewForm(request.GET, scope=scope, at=request.now)
    if not form.is_valid():
        return _refused(request, form, figure=asked)
    view = form.view
    change = compared([asked], view, scope)[0]
    found = row_page(asked, view, scope, form.cleaned_data["after"] or 0)
    context = {
        "form": form,
        "figure": asked,
        "view": view,
        "found": change,
        "parts": _parts(change.now),
        "is_stock": not made_of(asked)[0].day,
        "owner": ROLES.get(asked.owner).label,
        "fingerprint": fingerprint(asked),
        "course": course(asked, view, scope),
        "rows": found,
        **_turning(form, found.after),
        "published": said_before(asked, view, scope, request.GET.get("check", "")),
    }
    return page(request, "desk/figures/figure.html", context)


@require_safe
@for_officers
def figure_rows(request: DeskRequest, code: str, kind: str) -> HttpResponseBase:
    """Give the rows of a figure as a table to keep."""
    asked = figure_of(code)
    if kind not in KINDS:
        raise Absent()
    scope = visible_to(request.user, request.now)
    form = ViewForm(request.GET, scope=scope, at=request.now)
    if not form.is_valid():
        return _refused(request, form, figure=asked)
    first = for_reader(made_of(asked)[0], scope)
    name = _("%(figure)s-%(day)s") % {"figure": asked.label, "day": legal_day(form.view.as_of)}
    return export(first, form.view, scope, form=kind, name=name)
