from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from jiceng.systems.secretary_projects import terms


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
        import_module(f"{self.name}.actions")

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
