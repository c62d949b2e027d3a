from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    name = "jiceng.kernel.ledger"
    verbose_name = _("台账")

    def ready(self) -> None:
        # These register acts, jobs and checks; they need the models, which this module precedes.
        for module in ("upkeep", "jobs", "checks"):
            import_module(f"{self.name}.{module}")
