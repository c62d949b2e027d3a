from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BaseConfig(AppConfig):
    name = "jiceng.kernel.base"
    verbose_name = _("基础")

    def ready(self) -> None:
        """Register the jobs of the ground."""
        for module in ("throttle", "sweeping"):
            import_module(f"jiceng.kernel.base.{module}")
