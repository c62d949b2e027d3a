"""What came of projects: indicators are set, results recorded, problems solved."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.base.errors import NotAllowed
from jiceng.kernel.base.ids import new_uid
from jiceng.kernel.ledger.service import OPERATOR, SYSTEM, Actor, Recorded, act
from jiceng.kernel.orgs.models import Unit
from jiceng.kernel.orgs.service import Capacity
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.actions.recording import held
from jiceng.systems.secretary_projects.actions.refusals import (
    AlreadyAchieved,
    BadAmount,
    BadResultDay,
    IndicatorIncomplete,
    IndicatorTaken,
    NoResultName,
    NoSuchIndicator,
    WrongMeasure,
)
from jiceng.systems.secretary_projects.models import Indicator, Project, Result
from jiceng.systems.secretary_projects.rules.outcomes import NotAmount, read_amount
from jiceng.systems.secretary_projects.terms import Aggregation, OutcomeKind

RECORDERS = (terms.SECRETARY.code, terms.PARTY_OFFICE.code)


def _may_set(*, by: Actor, **given: Any) -> None:
    office = isinstance(by, Capacity) and by.role == terms.PARTY_OFFICE.code
    if not office and by not in (SYSTEM, OPERATOR):
        raise NotAllowed()


def _may_record(*, by: Actor, unit: Unit, **given: Any) -> None:
    """Who leads the organisation, or keeps the ledger above it."""
    if by in (SYSTEM, OPERATOR):
        return
    records = isinstance(by, Capacity) and by.role in RECORDERS
    if not (records and isinstance(by, Capacity) and by.unit.contains(unit)):
        raise NotAllowed()


def _may_achieve(*, by: Actor, result: Result, **given: Any) -> None:
    _may_record(by=by, unit=result.unit)


@act(terms.INDICATOR_SET, label=_("设定成效指标"), may=_may_set)
def set_indicator(
    *,
    by: Actor,
    at: datetime,
    code: str,
    label: str,
    kind: str,
    measure: str,
    counted_in: str,
    aggregation: str,
    definition: str,
    baseline: object,
    baseline_on: date,
) -> Recorded[Indicator]:
    """Set an indicator, with what its amounts are measured in and what may be added up.

    Raises ``IndicatorIncomplete`` (422), ``IndicatorTaken`` (409).
    """
    said = {"code": code, "label": label, "measure": measure, "counted_in": counted_in}
    for field, words in (said | {"definition": definition}).items():
        if not words:
            raise IndicatorIncomplete(field=field)
    if kind not in OutcomeKind.values or aggregation not in Aggregation.values:
        raise IndicatorIncomplete(field="aggregation")
    if Indicator.objects.filter(code=code).exists():
        raise IndicatorTaken(field="code")
    row = Indicator.objects.create(
        **said,
        kind=kind,
        aggregation=aggregation,
        definition=definition,
        baseline=_amount(baseline, "baseline"),
        baseline_on=baseline_on,
        set_at=at,
    )
    facts = {**said, "kind": kind, "aggregation": aggregation, "definition": definition}
    told = {"baseline": format(row.baseline, "f"), "baseline_on": baseline_on}
    return Recorded(row, f"secretary_projects.indicator:{code}", facts | told)


def _amount(typed: object, field: str) -> Decimal:
    try:
        return read_amount(typed)
    except NotAmount as error:
        raise BadAmount(field=field) from error


def _check_days(opened_on: date, achieved_on: date | None, at: datetime) -> None:
    today = legal_day(at)
    if opened_on > today:
        raise BadResultDay(field="opened_on")
    if achieved_on is not None and not opened_on <= achieved_on <= today:
        raise BadResultDay(field="achieved_on")


@act(terms.OUTCOME_RECORDED, label=_("登记成效"), may=_may_record)
def record_result(
    *,
    by: Actor,
    at: datetime,
    unit: Unit,
    indicator: str,
    name: str,
    opened_on: date,
    measure: str,
    achieved_on: date | None = None,
    amount: object = None,
    number: str = "",
) -> Recorded[Result]:
    """Record a result of an indicator, in its own measure; ``number`` names its project.

    A problem that is not solved yet has no ``achieved_on``. Raises ``NoSuchIndicator``,
    ``WrongMeasure``, ``BadAmount``, ``BadResultDay``, ``NoResultName`` (422), ``Absent`` (404).
    """
    found = Indicator.objects.filter(code=indicator).first()
    if found is None:
        raise NoSuchIndicator(field="indicator")
    if measure != found.measure:
        raise WrongMeasure(field="measure")
    if not name:
        raise NoResultName(field="name")
    _check_days(opened_on, achieved_on, at)
    row = Result(
        uid=new_uid(),
        indicator=found,
        project=_project(number, unit),
        unit=unit,
        name=name,
        opened_on=opened_on,
        achieved_on=achieved_on,
        amount=_needed(found, amount),
        measure=measure,
        at=at,
    )
    row.save(force_insert=True)
    return Recorded(row, _subject(row), _facts(row), {"name": name})


def _facts(row: Result) -> dict[str, Any]:
    """Return what history is told of a result: no word of it."""
    return {
        "result": row.uid,
        "indicator": row.indicator.code,
        "amount": "" if row.amount is None else format(row.amount, "f"),
        "measure": row.measure,
        "opened_on": row.opened_on,
        "achieved_on": row.achieved_on,
        "unit": row.unit.code,
    }


def _needed(indicator: Indicator, amount: object) -> Decimal | None:
    """Return the amount; what is added up needs one, what is counted may have one."""
    if amount in (None, "") and indicator.aggregation == Aggregation.COUNT:
        return None
    return _amount(amount, "amount")


def _project(number: str, unit: Unit) -> Project | None:
    if not number:
        return None
    project = held(number)
    if not unit.contains(project.unit):
        raise NotAllowed()
    return project


def _subject(row: Result) -> str:
    return row.project.case.subject if row.project else row.ledger_ref


@act(terms.OUTCOME_ACHIEVED, label=_("成效达成"), may=_may_achieve)
def achieve_result(
    *, by: Actor, at: datetime, result: Result, achieved_on: date
) -> Recorded[Result]:
    """Say when an open result was achieved: a problem solved. Raises ``AlreadyAchieved`` (409),
    ``BadResultDay`` (422)."""
    rows = Result.objects.select_for_update(of=("self",)).select_related("project__case")
    row = rows.get(pk=result.pk)
    if row.achieved_on is not None:
        raise AlreadyAchieved()
    _check_days(row.opened_on, achieved_on, at)
    row.achieved_on = achieved_on
    row.save(update_fields=["achieved_on"])
    facts = {"result": row.uid, "achieved_on": achieved_on}
    return Recorded(row, _subject(row), facts)
