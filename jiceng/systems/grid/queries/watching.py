"""The cases that an officer watches."""

from django.db.models import QuerySet

from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.models import Watch


def watched_cases(officer: Officer) -> QuerySet:
    """Return the keys of the cases that ``officer`` watches, as a query to filter others by."""
    return Watch.objects.filter(officer=officer).values("case")


def watches(officer: Officer, case: Case) -> bool:
    """Tell whether ``officer`` watches ``case``."""
    return Watch.objects.filter(officer=officer, case=case).exists()
