from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BulletinsConfig(AppConfig):
    name = "jiceng.kernel.bulletins"
    verbose_name = _("简报")
