"""Reading: what waits, all notices, one of them with what was said to it."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jiceng.faces.desk.boards.reading import keeper_of, notice_for, visible_notices, waiting
from jiceng.kernel.base.errors import Absent
from jiceng.kernel.notices.service import page_of
from jiceng.ui.access import for_officers
from jiceng.ui.rendering import page
from jiceng.ui.requests import DeskRequest

TABS = ("waiting", "all")


@require_safe
@for_officers
def queue(request: DeskRequest) -> HttpResponse:
    """Show what waits at the boards, or all notices, of the units that the officer sees."""
    tab = request.GET.get("tab", "waiting")
    if tab not in TABS:
        raise Absent()
    groups = waiting(request)
    context: dict[str, Any] = {"tab": tab, "groups": groups, "here": request.path}
    context["waits"] = sum(group.count for group in groups)
    context["tabs"] = [
        {
            "label": _("待处理"),
            "url": request.path,
            "current": tab == "waiting",
            "count": context["waits"],
        },
        {"label": _("全部公示"), "url": "?tab=all", "current": tab == "all"},
    ]
    if tab == "all":
        after = request.GET.get("after", "")
        found = page_of(visible_notices(request), after)
        context |= {
            "notices": found.notices,
            "next_url": f"?tab=all&after={found.after}" if found.after else "",
            "first_url": "?tab=all" if after else "",
        }
    return page(request, "desk/boards/queue.html", context)


@require_safe
@for_officers
def notice(request: DeskRequest, uid: str) -> HttpResponse:
    """Show a notice with all that was said to it."""
    found = notice_for(request, uid)
    ended = found.withdrawn_at is not None or found.replacement is not None
    context = {
        "notice": found,
        "boards": list(found.boards.order_by("path")),
        "keeper": keeper_of(request, found.unit),
        "ended": ended,
        "objections": list(found.objections.order_by("-at", "-id")),
        "comments": list(found.comments.order_by("-at", "-id")),
    }
    return page(request, "desk/boards/notice.html", context)
