"""The cases that an officer watches."""

from django.db.models import QuerySet

from jiceng.kernel.orgs.models import Officer
from jiceng.systems.grid.models import Watch


def watched_cases(officer: Officer) -> QuerySet:
    """Return the keys of the cases that ``officer`` watches, as a query to filter others by."""
    return Watch.objects.filter(officer=officer).values("case")
