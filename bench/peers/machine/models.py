"""The machine."""

from django.db import models
from django_fsm import FSMField, transition

MOVES = ("judge", "dispatch", "reassign", "dispose", "verify", "close")


def holds(case: "Case") -> bool:
    """Tell whether somebody holds the case."""
    return case.holder > 0


class Case(models.Model):
    """A case whose state is one protected column."""

    number = models.CharField(max_length=32)
    title = models.CharField(max_length=200)
    holder = models.IntegerField()
    state = FSMField(default="reported", protected=True)

    class Meta:
        app_label = "machine"

    def __str__(self) -> str:
        return self.number

    @transition(field=state, source="reported", target="judged", conditions=[holds])
    def judge(self) -> None:
        """Find it ordinary."""

    @transition(field=state, source="judged", target="dispatched", conditions=[holds])
    def dispatch(self) -> None:
        """Send it to a unit."""

    @transition(field=state, source="dispatched", target="reassigned", conditions=[holds])
    def reassign(self) -> None:
        """Send it to another."""

    @transition(field=state, source="reassigned", target="disposed", conditions=[holds])
    def dispose(self) -> None:
        """Deal with it."""

    @transition(field=state, source="disposed", target="verified", conditions=[holds])
    def verify(self) -> None:
        """Find it dealt with."""

    @transition(field=state, source="verified", target="closed", conditions=[holds])
    def close(self) -> None:
        """End it."""
