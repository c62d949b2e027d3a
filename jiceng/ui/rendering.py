"""One template answers the whole page and its htmx part."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

from jiceng.ui.requests import Request


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    part: str = "",
    status: int = 200,
) -> HttpResponse:
    """Return the whole ``template``, or only its partial ``part`` where htmx asks.

    A page restored from the history is asked for whole.
    """
    htmx = getattr(request, "htmx", None)
    partial = bool(part and htmx and not htmx.boosted and not htmx.history_restore_request)
    name = f"{template}#{part}" if partial else template
    response = render(request, name, dict(context or {}), status=status)
    if part:
        patch_vary_headers(response, ["HX-Request"])
    return response


def lead_on(request: Request, address: str) -> HttpResponseBase:
    """Lead to another page after an act: htmx is told to go there whole, not to swap it in."""
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
