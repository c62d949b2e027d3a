"""What was made of a case so far, as the rules ask it."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.systems.grid.models import Incident
from jiceng.systems.grid.rules import Standing, fits
from jiceng.systems.grid.terms import MOST_EXTENSIONS, Source

REPORTERS = (Source.RESIDENT, Source.PHONE)


def standing_of(
    case: Case, incident: Incident, at: datetime, steps: Iterable[CaseStep] | None = None
) -> Standing:
    """Return what decides which moves fit; one query for the moves that were made, unless all
    ``steps`` of the case are at hand."""
    category = incident.category
    left = case.steps.filter(left_at__isnull=False) if steps is None else steps
    return Standing(
        needs_verification=category is None or category.needs_verification,
        has_reporter=incident.source in REPORTERS,
        overdue=case.due_at is not None and at >= case.due_at,
        made=Counter(step.move for step in left if step.left_at is not None),
    )


def fitting(move: str, standing: Standing) -> bool:
    """Tell whether ``move`` fits a case that stands so."""
    return fits(move, standing, most_extensions=MOST_EXTENSIONS)
