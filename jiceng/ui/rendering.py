"""One template answers the whole page and its htmx part."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


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
    return render(request, name, dict(context or {}), status=status)
