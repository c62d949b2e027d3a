from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BackupsConfig(AppConfig):
    name = "jiceng.kernel.backups"
    verbose_name = _("备份")
