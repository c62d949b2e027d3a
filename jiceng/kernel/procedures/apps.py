from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProceduresConfig(AppConfig):
    name = "jiceng.kernel.procedures"
    verbose_name = _("流程")
