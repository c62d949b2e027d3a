"""The pages of spots: where posters hang, one more, and the poster to print."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jiceng.kernel.base.errors import BadInput, NotAllowed
from jiceng.kernel.places.terms import Datum
from jiceng.systems.grid import actions, queries
from jiceng.systems.grid.forms.spots import SpotForm
from jiceng.systems.grid.terms import POSTING
from jiceng.ui.access import for_officers, in_role
from jiceng.ui.rendering import page
from jiceng.ui.requests import DeskRequest


@require_safe
@for_officers
def spots(request: DeskRequest) -> HttpResponse:
    """List the spots of the units that the officer sees."""
    rows = queries.spots_for(request.user, request.now)
    found = queries.spot_page(rows, request.GET.get("after", ""))
    context = {"spots": found.spots, "after": found.after, "may": in_role(request, *POSTING)}
    return page(request, "grid/spots.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers
def new_spot(request: DeskRequest) -> HttpResponseBase:
    """Set up a spot, and go on to its poster."""
    by = in_role(request, *POSTING)
    if by is None:
        raise NotAllowed()
    posted = request.method == "POST"
    units = queries.spot_units(request.user, request.now)
    form = SpotForm(*([request.POST] if posted else []), units=units)
    if posted and form.is_valid():
        words = {**form.cleaned_data, "datum": form.cleaned_data["datum"] or Datum.WGS84}
        try:
            actions.set_spot(by=by, at=request.now, **words)
        except BadInput as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("点位已设置，打印海报贴上即可。"))
            return redirect("desk:grid:poster", words["code"])
    return page(request, "grid/spot.html", {"form": form}, status=422 if posted else 200)


@require_POST
@for_officers
def end_spot(request: DeskRequest, code: str) -> HttpResponseBase:
    """Retire a spot."""
    found = queries.spot_for(request.user, code, request.now)
    by = in_role(request, *POSTING)
    if by is None:
        raise NotAllowed()
    actions.retire_spot(by=by, at=request.now, code=found.code)
    messages.success(request, _("点位已停用，请把海报取下。"))
    return redirect("desk:grid:spots")


@require_safe
@for_officers
def poster(request: DeskRequest, code: str) -> HttpResponse:
    """Show the poster of a spot, for a sheet of A4."""
    found = queries.spot_for(request.user, code, request.now)
    short = request.build_absolute_uri(reverse("public:grid:spot", args=[found.code]))
    context = {"spot": found, "short": short, "may": in_role(request, *POSTING)}
    return page(request, "grid/poster.html", context)
