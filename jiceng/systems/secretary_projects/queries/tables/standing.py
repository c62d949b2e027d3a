"""What a table tells and the ledger has already: found by number, filing number or name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.procedures.models import Case
from jiceng.systems.secretary_projects.models import Project
from jiceng.systems.secretary_projects.queries.tables.cells import Field, Known
from jiceng.systems.secretary_projects.queries.tables.columns import (
    FIELDS,
    NAMES,
    REF,
    STEP,
    STEP_FIELDS,
    Told,
)
from jiceng.systems.secretary_projects.queries.tables.telling import in_parts, told_of
from jiceng.systems.secretary_projects.terms import Kind

Taken = tuple[str, str, Any]


class StepLike(Protocol):
    """A step of a table."""

    @property
    def values(self) -> dict[str, Any]:
        """What its cells say."""


class RowLike(Protocol):
    """A project of a table."""

    kind: Kind
    values: dict[str, Any]

    @property
    def steps(self) -> Sequence[StepLike]:
        """Its steps."""

    @property
    def number(self) -> str:
        """The number of ours that it names."""

    @property
    def name(self) -> tuple[Any, ...]:
        """What tells it apart otherwise."""


def _name(project: Project) -> tuple[Any, ...]:
    return project.unit, project.case.title, project.starts_on, Kind(project.kind)


def _filing(project: Project) -> tuple[Any, ...]:
    return project.kind, project.filing_year, project.filing_serial


@dataclass(frozen=True)
class Standing:
    """The projects that rows of a table may mean."""

    numbers: dict[str, Project]
    filings: dict[tuple[Any, ...], Project]
    names: dict[tuple[Any, ...], Project]
    foreign: frozenset[str]

    @classmethod
    def of(cls, rows: Sequence[RowLike]) -> "Standing":
        """Look for them, some hundreds at a time."""
        projects = Project.objects.select_related("case", "unit", "owner")
        numbers: dict[str, Project] = {}
        names: dict[tuple[Any, ...], Project] = {}
        foreign: set[str] = set()
        for part in in_parts(row.number for row in rows if row.number):
            found = {each.case.number: each for each in projects.filter(case__number__in=part)}
            cases = Case.objects.filter(number__in=part).values_list("number", flat=True)
            numbers |= found
            foreign |= set(cases) - found.keys()
        for part in in_parts(row.values["title"] for row in rows if not row.number):
            names |= {_name(each): each for each in projects.filter(case__title__in=part)}
        years = {row.values["filing"][1] for row in rows if row.values["filing"]}
        registered = projects.filter(filing_year__in=years)
        filings = {_filing(each): each for each in registered}
        return cls(numbers, filings, names, frozenset(foreign))

    def find(self, row: RowLike) -> tuple[Project | None, Taken | None]:
        """Return the project that the row means, and why it cannot be taken in, if so."""
        if row.number in self.foreign:
            return None, (REF, "number_taken", _("这个编号属于别的办件。"))
        filed = self.filings.get(row.values["filing"])
        if row.number:
            meant = self.numbers.get(row.number)
            if filed is not None and filed != meant:
                return None, self._filed(filed)
            return meant, None
        return filed or self.names.get(row.name), None

    def _filed(self, other: Project) -> Taken:
        sentence = _("这个立项编号属于项目 %(number)s。") % {"number": other.case.number}
        return NAMES["filing"], "filing_number_taken", sentence

    def told(self, projects: Sequence[Project]) -> dict[int, Told]:
        """Return projects with what their rows would tell."""
        found = (told for part in in_parts(projects) for told in told_of(part))
        return {told.project.pk: told for told in found}


def differing(told: Told, row: RowLike, known: Known) -> list[str]:
    """Return the columns in which the row says something else than the ledger."""
    if told.project.kind != row.kind:
        return [NAMES["title"]]
    fields = FIELDS[row.kind]
    columns = [field.heading for field in fields if not _same(field, told, row.values, known)]
    return columns if _same_plan(told, row, known) else [*columns, STEP]


def _same(field: Field, source: Any, values: dict[str, Any], known: Known) -> bool:
    shown = field.shown(source)
    text = shown.isoformat() if isinstance(shown, date) else str(shown)
    try:
        return bool(field.read(text, known) == values[field.name])
    except Refusal:
        return False


def _same_plan(told: Told, row: RowLike, known: Known) -> bool:
    if len(told.steps) != len(row.steps):
        return False
    # Steps stand by their day; those of one day keep the order of the table.
    steps = sorted(row.steps, key=lambda step: step.values["due_on"])
    return all(
        _same(field, known_step, step.values, known)
        for known_step, step in zip(told.steps, steps, strict=True)
        for field in STEP_FIELDS
    )
