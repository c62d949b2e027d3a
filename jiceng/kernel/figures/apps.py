from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class FiguresConfig(AppConfig):
    name = "jiceng.kernel.figures"
    verbose_name = _("指标")

    def ready(self) -> None:
        """Register acts and jobs; look again for triggers when tables have changed."""
        import_module(f"{self.name}.rollups")
        import_module(f"{self.name}.publishing")
        post_migrate.connect(import_module(f"{self.name}.watching").forget_watches)
