"""The one table of the laboratory: what a follower did, with nothing that would forbid a double."""

from django.db import models


class Effect(models.Model):
    """A report that a follower heard of."""

    entry_uid = models.CharField(max_length=32)

    def __str__(self) -> str:
        return self.entry_uid
