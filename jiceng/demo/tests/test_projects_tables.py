"""The ledgers of the demo year leave as tables, and come back into an empty installation."""

from collections.abc import Iterable

import pytest
from django.db import transaction
from django.db.models import QuerySet

from jiceng.demo.diary import tell
from jiceng.demo.organisation import Founder
from jiceng.demo.projects import project_stories
from jiceng.kernel.base import clock
from jiceng.kernel.exports.service import written
from jiceng.kernel.ledger.service import OPERATOR
from jiceng.systems.secretary_projects.actions import import_outcomes, import_projects
from jiceng.systems.secretary_projects.models import Indicator, Project, Result
from jiceng.systems.secretary_projects.queries.tables import outcomes, telling

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def sent_out() -> list[bytes]:
    """Return both ledgers as files."""
    projects = written(telling.COLUMNS, telling.ledger_rows(Project.objects.all()), form="csv")
    results = outcomes.outcomes_in_order(Result.objects.all())
    return [b"".join(projects), b"".join(written(outcomes.COLUMNS, results, form="csv"))]


def totals() -> list[int]:
    """Return what the ledgers come to, beside their rows."""
    counted: Iterable[QuerySet] = (
        Project.objects.filter(registered_at__isnull=False, kind="project"),
        Project.objects.filter(registered_at__isnull=False, kind="item"),
        Project.objects.filter(completed_at__isnull=False, kind="project"),
        Project.objects.filter(completed_at__isnull=False, kind="item"),
    )
    return [rows.count() for rows in counted]


def test_the_year_comes_back_as_it_went_out() -> None:
    founder = Founder()
    list(founder.found())
    with transaction.atomic():
        list(tell(project_stories(founder.zone)))
        first, before = sent_out(), totals()
        # Indicators are set up, like organisations; a ledger does not bring them.
        indicators = list(Indicator.objects.all())
        transaction.set_rollback(True)
    assert not Project.objects.exists()
    Indicator.objects.bulk_create(indicators)
    now = clock.read()
    import_projects(by=OPERATOR, at=now, data=first[0])
    import_outcomes(by=OPERATOR, at=now, data=first[1])
    assert sent_out() == first
    assert totals() == before == [36, 230, 31, 212]
