"""The lists of cases for officers: the table, the map, the files; one choice for all of them."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.errors import Absent, BadInput
from jiceng.kernel.exports.service import export
from jiceng.kernel.orgs.service import Oneself
from jiceng.systems.grid import actions, queries, terms
from jiceng.systems.grid.forms.lists import ChoiceForm, FilterForm
from jiceng.systems.grid.pages.columns import columns
from jiceng.ui.access import for_officers
from jiceng.ui.errors import wants_json
from jiceng.ui.forms import as_error
from jiceng.ui.pages import inner
from jiceng.ui.rendering import page
from jiceng.ui.requests import DeskRequest

Listing = Callable[..., HttpResponseBase]


class ChoiceUnusable(BadInput):
    """A condition that cannot be asked (422)."""

    code = "bad_choice"
    sentence = gettext_lazy("筛选条件有误，请修改后再查。")


def _reader(request: DeskRequest) -> queries.Reader:
    return queries.reader_of(request.user, request.now)


def _refused(request: DeskRequest, form: ChoiceForm) -> HttpResponse:
    """Say what is wrong with a choice, and show nothing else."""
    if wants_json(request):
        raise ChoiceUnusable(errors=form.errors.get_json_data())
    return page(request, "grid/choice.html", {"form": form}, status=422)


def of_choice(listing: Listing) -> Callable[..., HttpResponseBase]:
    """Give a page the sound choice of its address; answer for the page where it is not sound."""

    @require_safe
    @for_officers
    @wraps(listing)
    def answered(request: DeskRequest, **part: Any) -> HttpResponseBase:
        reader = _reader(request)
        form = ChoiceForm(request.GET, options=reader.options)
        if not form.is_valid():
            return _refused(request, form)
        return listing(request, reader, form, **part)

    return answered


def _address(route: str, query: str) -> str:
    return f"{reverse(route)}{f'?{query}' if query else ''}"


def _context(reader: queries.Reader, form: ChoiceForm, route: str, **more: Any) -> dict[str, Any]:
    """Return what the list and the map have in common."""
    choice, after = form.choice, form.cleaned_data["after"] or 0
    found = queries.page_of(reader, choice, after=after, located=more.pop("located", False))
    next_query = "&".join(filter(None, [choice.query, f"after={found.next_after}"]))
    return {
        "form": form,
        "choice": choice,
        "found": found,
        "here": reverse(route),
        "query": choice.query,
        "tabs": [
            {
                "label": tab.label,
                "url": _address(route, choice.but(tab=tab.value).query),
                "current": tab.value == choice.tab,
            }
            for tab in terms.Tab
        ],
        "next": f"?{next_query}" if found.next_after else "",
        "first": _address(route, choice.query) if after else "",
        "saved": reader.saved,
        **more,
    }


def _list(
    request: DeskRequest,
    reader: queries.Reader,
    form: ChoiceForm,
    *,
    keeping: FilterForm | None = None,
    status: int = 200,
) -> HttpResponse:
    order = terms.Sort(form.choice.sort).label
    keeping = keeping or FilterForm()
    context = _context(reader, form, "desk:grid:cases", keeping=keeping, order=order)
    return page(request, "grid/cases.html", context, part="found", status=status)


@of_choice
def cases(request: DeskRequest, reader: queries.Reader, form: ChoiceForm) -> HttpResponse:
    """List the cases of a choice, fifty at a time."""
    return _list(request, reader, form)


@of_choice
def case_map(request: DeskRequest, reader: queries.Reader, form: ChoiceForm) -> HttpResponse:
    """Show the cases of a choice on a map, and the same ones as a list beside it."""
    context = _context(reader, form, "desk:grid:map", located=True)
    return page(request, "grid/map.html", context, part="found")


@of_choice
def case_points(request: DeskRequest, reader: queries.Reader, form: ChoiceForm) -> JsonResponse:
    """Give the points of a choice as GeoJSON."""
    found = queries.points(reader, form.choice)
    answer = JsonResponse(
        found, content_type="application/geo+json", json_dumps_params={"ensure_ascii": False}
    )
    answer["Cache-Control"] = "private, no-store"
    return answer


# What a table can be kept as.
KINDS = ("csv", "xlsx")


@of_choice
def case_file(
    request: DeskRequest, reader: queries.Reader, form: ChoiceForm, kind: str
) -> HttpResponseBase:
    """Give the cases of a choice as a table to keep, without a word about their reporters."""
    if kind not in KINDS:
        raise Absent()
    rows = queries.lines(reader, form.choice)
    name = _("办件清单-%(day)s") % {"day": legal_day(request.now).isoformat()}
    return export(columns(reader.options.states), rows, form=kind, name=name)


@require_POST
@for_officers
def keep_filter(request: DeskRequest) -> HttpResponseBase:
    """Keep a choice under a name of the officer's own."""
    reader = _reader(request)
    form = ChoiceForm(QueryDict(request.POST.get("query", "")), options=reader.options)
    if not form.is_valid():
        return _refused(request, form)
    keeping = FilterForm(request.POST)
    if keeping.is_valid():
        try:
            actions.save_filter(
                by=Oneself(request.user),
                at=request.now,
                name=keeping.cleaned_data["name"],
                query=form.choice.query,
            )
        except BadInput as refusal:
            keeping.add_error(None, as_error(refusal))
    if keeping.errors:
        return _list(request, reader, form, keeping=keeping, status=422)
    messages.success(request, _("已保存为常用筛选。"))
    return redirect(_address("desk:grid:cases", form.choice.query))


@require_POST
@for_officers
def drop_filter(request: DeskRequest) -> HttpResponseBase:
    """Remove a filter of the officer's own."""
    name = request.POST.get("name", "")
    actions.remove_filter(by=Oneself(request.user), at=request.now, name=name)
    messages.success(request, _("已删除。"))
    return redirect("desk:grid:cases")


# What the button sends, and what that does.
WATCHING = {"1": actions.watch, "0": actions.unwatch}


@require_POST
@for_officers
def watch(request: DeskRequest, number: str) -> HttpResponseBase:
    """Watch a case or no longer, and go back to where the button was pressed."""
    wanted = request.POST.get("watch", "")
    if wanted not in WATCHING:
        raise BadInput(field="watch")
    WATCHING[wanted](by=Oneself(request.user), at=request.now, number=number)
    return redirect(_back(request, number))


def _back(request: HttpRequest, number: str) -> str:
    return inner(request) if "next" in request.POST else reverse("desk:grid:case", args=[number])
