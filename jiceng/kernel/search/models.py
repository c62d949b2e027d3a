"""The table of the index."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from jiceng.kernel.search.words import Words


class Card(models.Model):
    """A card 检索卡: all that one thing is found by. It holds nothing that cannot be made again."""

    kind = models.CharField(_("类别"), max_length=40)
    key = models.PositiveBigIntegerField(_("键"))
    words = Words(_("检索词"))

    class Meta:
        verbose_name = _("检索卡")
        constraints = [
            # The key first: an index that began with the kind would lure SQLite into reading all
            # cards of a kind instead of asking for the words.
            models.UniqueConstraint(fields=["key", "kind"], name="search_card_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"
