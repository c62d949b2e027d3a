from importlib import import_module

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jiceng.kernel.orgs.terms import GRID_MEMBER
from jiceng.systems.grid.rules import together
from jiceng.systems.grid.terms import ANSWERING, HEADS, PATROLS, POSTING, ROUTING_READERS, SYSTEM
from jiceng.ui import shortcuts
from jiceng.ui.inbox import TOGETHER, WATCHED, Together
from jiceng.ui.navigation import DESK, PUBLIC, Entry
from jiceng.ui.shortcuts import Shortcut


class GridConfig(AppConfig):
    name = "jiceng.systems.grid"
    verbose_name = _("网格化")

    def ready(self) -> None:
        """Register the procedure, the acts and the lines of the navigation."""
        service = import_module("jiceng.kernel.procedures.service")
        procedures = import_module("jiceng.systems.grid.procedure")
        service.register(procedures.GRID_CASE)
        service.register(procedures.GRID_APPEAL)
        import_module("jiceng.systems.grid.actions")
        import_module("jiceng.systems.grid.figures")
        # English needs shorter words in the bar of a phone than in the title of the page.
        report, track = pgettext_lazy("bar", "我要上报"), pgettext_lazy("bar", "查进度")
        PUBLIC.add("report", Entry("report", report, "public:grid:report", "camera", 20))
        PUBLIC.add("track", Entry("track", track, "public:grid:track", "search", 30))
        patrol = Entry("patrol", _("巡查上报"), "desk:grid:patrol", "camera", 20, _patrols)
        DESK.add("patrol", patrol)
        mine = Entry("my-patrols", _("我的巡查"), "desk:grid:patrols", "footprints", 19, _walks)
        DESK.add("my-patrols", mine)
        DESK.add("grids", Entry("grids", _("网格"), "desk:grid:grids", "grid-2x2", 60, _heads))
        nearby = pgettext_lazy("bar", "身边")
        PUBLIC.add("nearby", Entry("nearby", nearby, "public:grid:nearby", "map-pin", 35))
        DESK.add("phone", Entry("phone", _("电话代报"), "desk:grid:phone", "phone", 21, _answers))
        DESK.add("spots", Entry("spots", _("扫码点位"), "desk:grid:spots", "qr-code", 70, _posts))
        DESK.add("all-cases", Entry("all-cases", _("全部办件"), "desk:grid:cases", "list", 30))
        DESK.add("case-map", Entry("case-map", _("地图"), "desk:grid:map", "map", 40))
        routing = Entry("routing", _("派遣规则"), "desk:grid:routing", "route", 75, _reads_routing)
        DESK.add("routing", routing)
        watched = import_module("jiceng.systems.grid.queries.watching").watched_cases
        WATCHED.add(SYSTEM, watched)
        shortcuts.add(Shortcut("g c", _("到全部办件"), "desk:grid:cases", order=20))
        shortcuts.add(Shortcut("g m", _("到地图"), "desk:grid:map", order=30))
        TOGETHER.add(SYSTEM, Together("desk:grid:bulk", frozenset(together.TOGETHER)))


def _patrols(request: HttpRequest) -> bool:
    """Show the entry to who may report a patrol."""
    held = getattr(request, "capacities", [])
    return any(capacity.role in PATROLS for capacity in held)


def _answers(request: HttpRequest) -> bool:
    """Show the entry to who takes down calls."""
    return any(capacity.role in ANSWERING for capacity in getattr(request, "capacities", []))


def _posts(request: HttpRequest) -> bool:
    """Show the entry to who hangs up posters."""
    return any(capacity.role in POSTING for capacity in getattr(request, "capacities", []))


def _reads_routing(request: HttpRequest) -> bool:
    """Show the entry to who may read the routing rules."""
    held = getattr(request, "capacities", [])
    return any(capacity.role in ROUTING_READERS for capacity in held)


def _walks(request: HttpRequest) -> bool:
    """Show the entry to who walks grids."""
    held = getattr(request, "capacities", [])
    return any(capacity.role == GRID_MEMBER.code for capacity in held)


def _heads(request: HttpRequest) -> bool:
    """Show the entry to who answers for grids, or looks after those who do."""
    return any(capacity.role in HEADS for capacity in getattr(request, "capacities", []))
