from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from jiceng.ui import shortcuts
from jiceng.ui.navigation import DESK, Entry
from jiceng.ui.shortcuts import Shortcut


class DeskConfig(AppConfig):
    name = "jiceng.faces.desk"
    verbose_name = _("办公端")

    def ready(self) -> None:
        """Add the pages of the desk to its navigation and its keys."""
        DESK.add("inbox", Entry("inbox", _("我的待办"), "desk:inbox", "inbox", 10))
        boards = import_module("jiceng.faces.desk.boards.reading").is_keeper
        board = Entry("boards", _("公开栏"), "desk:boards:queue", "clipboard-list", 50, boards)
        DESK.add("boards", board)
        written = Entry("bulletins", _("简报"), "desk:bulletins:all", "newspaper", 65)
        DESK.add("bulletins", written)
        DESK.add("reviews", Entry("reviews", _("评议"), "desk:reviews:all", "scale", 70))
        DESK.add("figures", Entry("figures", _("指标"), "desk:figures", "chart-column", 50))
        DESK.add("procedures", Entry("procedures", _("流程"), "desk:procedures", "route", 80))
        shortcuts.add(Shortcut("g f", _("到指标"), "desk:figures", order=40))
        shortcuts.add(Shortcut("g i", _("到我的待办"), "desk:inbox", order=10))
