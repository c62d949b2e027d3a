"""Opening and advancing a case, as the documentation of Django suggests."""

from datetime import UTC, datetime, timedelta

from django.db import transaction

from bench.limits.schema import BODY, STEPS, TITLE
from bench.peers.natural.models import Case, Entry, Person, Step

DAYS = timedelta(days=3)


def _say(case: Case, step: Step, at: datetime) -> None:
    body = {"note": BODY[9:110], "unit": case.unit.name, "by": step.assignee.name}
    Entry.objects.create(case=case, at=at, event=f"grid.case.{step.step}", body=body)


@transaction.atomic
def open_case(person_id: int) -> Case:
    """Open a case with its first step."""
    at = datetime.now(UTC)
    person = Person.objects.get(pk=person_id)
    number = f"{at:%y%m%d%H%M%S%f}"
    case = Case.objects.create(number=number, title=TITLE, unit=person.unit, opened_at=at)
    step = Step.objects.create(
        case=case, step=STEPS[0], assignee=person, entered_at=at, due_at=at + DAYS
    )
    _say(case, step, at)
    return case


@transaction.atomic
def advance(case_id: int) -> Case:
    """Leave the open step; enter the next one, or close the case."""
    at = datetime.now(UTC)
    case = Case.objects.select_for_update().get(pk=case_id)
    left = case.steps.get(left_at=None)
    left.left_at = at
    left.save()
    code = STEPS[STEPS.index(left.step) + 1]
    if code == STEPS[-1]:
        case.status, case.closed_at = "closed", at
        case.save()
        _say(case, left, at)
    else:
        step = Step.objects.create(
            case=case, step=code, assignee=left.assignee, entered_at=at, due_at=at + DAYS
        )
        _say(case, step, at)
    return case


def lay() -> None:
    """Make the tables and one person."""
    from django.core.management import call_command

    from bench.peers.natural.models import Unit

    call_command("migrate", run_syncdb=True, verbosity=0)
    unit = Unit.objects.create(name="东湖街道")
    Person.objects.create(name="王小值", unit=unit)


def faults() -> tuple[int, list[str]]:
    """Return how many cases there are, and what is wrong with them."""
    cases = Case.objects.count()
    found = {
        "entries": Entry.objects.count() != len(STEPS) * cases,
        "open steps": Step.objects.filter(left_at=None).exists(),
    }
    return cases, [words for words, wrong in found.items() if wrong]
