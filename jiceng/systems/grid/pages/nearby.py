"""What is being dealt with nearby, for everybody: a list, a map, a feed, and “me too”."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jiceng.kernel.base.errors import Absent, BadInput
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.ledger.service import RESIDENT
from jiceng.systems.grid import actions, queries
from jiceng.systems.grid.forms.nearby import JoinForm, NearbyForm
from jiceng.systems.grid.pages.feeds import CellFeed
from jiceng.systems.grid.pages.public import count_report, remember_filed
from jiceng.systems.grid.terms import Source
from jiceng.ui.rendering import page
from jiceng.ui.requests import Request
from jiceng.ui.uploads import claim_of


@require_safe
def nearby(request: Request) -> HttpResponse:
    """List open cases: of a community, around where somebody stands, or all."""
    form = NearbyForm(request.GET, units=queries.reporting_units(request.now))
    chosen = form.cleaned_data if form.is_valid() else {}
    unit, point = chosen.get("unit"), chosen.get("point")
    after = request.GET.get("after", "")
    found = queries.neighbours(request.now, unit=unit, place=point, after=after)
    context = {
        "form": form,
        "unit": unit,
        "point": point,
        "cases": found.cases,
        "next_url": _address(request, found.after) if found.after else "",
        "first_url": _address(request, "") if after else "",
        "cells": queries.feed_cells(request.now, unit=unit, place=point),
    }
    return page(request, "grid/nearby.html", context, status=422 if form.errors else 200)


def _address(request: Request, after: str) -> str:
    """Return the address of the same choice from ``after`` on."""
    names = ("unit", "point_lat", "point_lng")
    kept = {name: request.GET[name] for name in names if request.GET.get(name)}
    query = urlencode({**kept, **({"after": after} if after else {})})
    return f"{reverse('public:grid:nearby')}?{query}"


@require_safe
def near_cases(request: Request) -> HttpResponse:
    """Give the map what is open in each grid; each is one point, nobody's door."""
    return JsonResponse(queries.near_map(request.now))


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: Request, ref: str) -> HttpResponseBase:
    """Let a neighbour say “me too”: a report of their own, dealt with in the one that is open."""
    posted = request.method == "POST"
    if posted:
        count_report(request)
    neighbour = queries.neighbour(ref, request.now)
    if neighbour is None:
        raise Absent()
    form = JoinForm(request.POST if posted else None, unknown_may=neighbour.anonymous)
    done = _joined(request, form, ref) if posted and form.is_valid() else None
    if done is not None:
        messages.success(request, _("已收到，与已有上报一并办理。请记下编号。"))
        return redirect("public:grid:status", remember_filed(request, done))
    context = {"form": form, "near": neighbour, "key": request.POST.get("key") or new_uid()}
    return page(request, "grid/join.html", context, status=422 if posted else 200)


def _joined(request: Request, form: JoinForm, ref: str) -> Any:
    main = queries.case_of_ref(ref, request.now)
    if main is None:
        raise Absent()
    try:
        return actions.join_incident(
            by=RESIDENT,
            at=request.now,
            source=Source.RESIDENT,
            main=main,
            claim=claim_of(request),
            key=request.POST.get("key", ""),
            **form.cleaned_data,
        )
    except BadInput as refusal:
        form.refuse(refusal)
        return None


@require_safe
def feed(request: HttpRequest, code: str) -> HttpResponse:
    """Give a feed reader what is open in a grid."""
    return CellFeed()(request, code=code)
