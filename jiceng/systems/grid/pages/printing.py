"""A case on paper."""

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from jiceng.systems.grid import queries
from jiceng.systems.grid.queries.clocks import clocks_of
from jiceng.ui.access import for_officers
from jiceng.ui.rendering import page
from jiceng.ui.requests import DeskRequest

SIGNS = (_("承办人"), _("核实人"), _("负责人"), _("日期"))


@require_safe
@for_officers
def sheet(request: DeskRequest, number: str) -> HttpResponse:
    """Show a case as one form 网格事件办理单; who reported it stays off the paper."""
    file = queries.case_file(request.user, number, request.now)
    context = {
        "file": file,
        "case": file.case,
        "clocks": clocks_of(file.case, request.now),
        "signs": SIGNS,
        "printed_at": request.now,
    }
    return page(request, "grid/sheet.html", context)
