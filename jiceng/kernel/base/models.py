"""The one table of the ground: how often something was tried."""

from django.db import models


class Attempt(models.Model):
    """Tries of one kind by one source within one window of time."""

    bucket = models.CharField(max_length=200)
    window_start = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bucket", "window_start"], name="attempts_of_a_window")
        ]

    def __str__(self) -> str:
        return f"{self.bucket}: {self.count}"
