from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "jiceng.kernel.notices"
    verbose_name = _("公示")

    def ready(self) -> None:
        """Register the acts, the job and the source of the search; they need the models."""
        import_module("jiceng.kernel.notices.service")
