from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from jiceng.ui.navigation import DESK, Entry


class DeskConfig(AppConfig):
    name = "jiceng.faces.desk"
    verbose_name = _("办公端")

    def ready(self) -> None:
        """Add the pages of the desk to its navigation."""
        DESK.add("inbox", Entry("inbox", _("我的待办"), "desk:inbox", "inbox", 10))
        DESK.add("procedures", Entry("procedures", _("流程"), "desk:procedures", "route", 80))
