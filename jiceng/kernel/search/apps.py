from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "jiceng.kernel.search"
    verbose_name = _("检索")

    def ready(self) -> None:
        """Register the daily clean-up; its module needs the models, so it cannot load earlier."""
        import_module(f"{self.name}.upkeep")
