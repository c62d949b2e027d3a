from functools import partial
from importlib import import_module

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class BaseConfig(AppConfig):
    name = "jiceng.kernel.base"
    verbose_name = _("基础")

    def ready(self) -> None:
        """Register the jobs of the ground, and the self-check at the start."""
        for module in ("throttle", "sweeping", "checks"):
            import_module(f"jiceng.kernel.base.{module}")
        from jiceng.kernel.base import clock, starting

        checks.register(partial(starting.look, clock.read), starting.TAG, checks.Tags.database)
