from importlib import import_module

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jiceng.systems.secretary_projects import terms
from jiceng.ui.navigation import DESK, PUBLIC, Entry


class SecretaryProjectsConfig(AppConfig):
    name = "jiceng.systems.secretary_projects"
    verbose_name = _("书记项目")

    def ready(self) -> None:
        """Register the procedures, the kinds of notice, the acts and the navigation."""
        service = import_module("jiceng.kernel.procedures.service")
        procedures = import_module(f"{self.name}.procedure")
        service.register(procedures.PROJECT)
        service.register(procedures.ITEM)
        self._register_notices()
        reviews = import_module("jiceng.kernel.reviews.service")
        chairs = (terms.PARTY_OFFICE.code,)
        reviews.register_review_kind(terms.REVIEW, terms.ROADSHOW, chairs)
        import_module(f"{self.name}.actions")
        import_module(f"{self.name}.figures")
        self._register_navigation()

    def _register_notices(self) -> None:
        """Say what may be shown: of a project when it is published, of a plan while it runs."""
        notices = import_module("jiceng.kernel.notices.service")
        when = {"expected": _("预期成效"), "due_on": _("完成期限"), "steps": _("实施步骤")}
        about = {"kind": _("类型"), "theme": _("主题"), "background": _("背景和问题")}
        notices.register_kind(
            terms.NOTICE,
            _("书记项目立项公示"),
            fields={**about, "starts_on": _("开始日期"), **when},
            days=terms.PUBLIC_DAYS,
        )
        notices.register_kind(
            terms.BOARD_PLAN,
            _("书记项目“一项一策”公开"),
            fields={"filing_no": _("立项编号"), **when},
            days=250,
            objections=False,
        )

    def _register_navigation(self) -> None:
        """Add the lines of the two bars."""
        # English needs shorter words in the bar of a phone than in the title of the page.
        board = pgettext_lazy("bar", "书记项目")
        PUBLIC.add(
            "projects", Entry("projects", board, "public:secretary_projects:board", "flag", 45)
        )
        address = "desk:secretary_projects:ledger"
        DESK.add("projects", Entry("projects", self.verbose_name, address, "flag", 50, _reads))


def _reads(request: HttpRequest) -> bool:
    """Show the entry to who leads projects, looks after them, or inspects."""
    held = getattr(request, "capacities", [])
    return any(capacity.role in terms.READERS for capacity in held)
