from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "jiceng.faces.desk"
    verbose_name = _("办公端")
