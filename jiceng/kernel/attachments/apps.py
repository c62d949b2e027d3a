from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AttachmentsConfig(AppConfig):
    name = "jiceng.kernel.attachments"
    verbose_name = _("附件")

    def ready(self) -> None:
        """Register the hourly sweep; its module needs the models, so it cannot load earlier."""
        import_module("jiceng.kernel.attachments.upkeep")
