from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jiceng.ui.navigation import PUBLIC, Entry


class PublicConfig(AppConfig):
    name = "jiceng.faces.public"
    verbose_name = _("群众端")

    def ready(self) -> None:
        """Add the pages of the public face to its navigation."""
        PUBLIC.add("home", Entry("home", _("首页"), "public:home", "house", 10))
        boards = pgettext_lazy("bar", "公开栏")
        PUBLIC.add("boards", Entry("boards", boards, "public:boards", "clipboard-list", 40))
        verify = pgettext_lazy("bar", "验回执")
        PUBLIC.add("verify", Entry("verify", verify, "public:verify", "shield-check", 90))
