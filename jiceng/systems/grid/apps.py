from importlib import import_module

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jiceng.systems.grid.terms import PATROLS
from jiceng.ui.navigation import DESK, PUBLIC, Entry


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
        # English needs shorter words in the bar of a phone than in the title of the page.
        report, track = pgettext_lazy("bar", "我要上报"), pgettext_lazy("bar", "查进度")
        PUBLIC.add("report", Entry("report", report, "public:grid:report", "camera", 20))
        PUBLIC.add("track", Entry("track", track, "public:grid:track", "search", 30))
        patrol = Entry("patrol", _("巡查上报"), "desk:grid:patrol", "camera", 20, _patrols)
        DESK.add("patrol", patrol)


def _patrols(request: HttpRequest) -> bool:
    """Show the entry to who may report a patrol."""
    held = getattr(request, "capacities", [])
    return any(capacity.role in PATROLS for capacity in held)
