"""A table of the ledger read as a whole: every line, and everything that is wrong with any."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.base.ids import read_number
from jiceng.kernel.exports.service import Line, read_table
from jiceng.kernel.orgs.models import Delegation, Officer, Tenure, Unit
from jiceng.kernel.orgs.terms import Kind as UnitKind
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.models import Project
from jiceng.systems.secretary_projects.queries.tables.cells import (
    Known,
    Problem,
    TableNotTaken,
    read_cells,
    reference,
)
from jiceng.systems.secretary_projects.queries.tables.checking import Ground, faults
from jiceng.systems.secretary_projects.queries.tables.columns import (
    HEADINGS,
    KIND_LABELS,
    NAMES,
    READ_PROJECT,
    READ_STEP,
    REF,
    ROW,
    STEP,
)
from jiceng.systems.secretary_projects.queries.tables.standing import Standing, differing
from jiceng.systems.secretary_projects.terms import Kind


@dataclass
class Row:
    """A project as the table tells it, with its steps; ``standing`` is the one that is there."""

    line: int
    kind: Kind
    ref: str
    values: dict[str, Any]
    steps: list["StepRow"] = field(default_factory=list)
    standing: Project | None = None
    sound: bool = True

    @property
    def number(self) -> str:
        """Return the number of ours that it names, "" where it has none."""
        return read_number(self.ref) or ""

    @property
    def name(self) -> tuple[Any, ...]:
        """Return what tells it apart where it has no number."""
        return (*(self.values.get(part) for part in ("unit", "title", "starts_on")), self.kind)


@dataclass(frozen=True)
class StepRow:
    """A step as the table tells it."""

    line: int
    ref: str
    values: dict[str, Any]


def lines_of(data: bytes, headings: Sequence[str]) -> list[Line]:
    """Return the lines of a file; raises ``TableNotTaken`` where it cannot be read at all."""
    try:
        lines = list(read_table(data, headings))
    except Refusal as refusal:
        problem = Problem(refusal.details.get("line", 0), "", refusal.code, str(refusal))
        raise TableNotTaken([problem]) from refusal
    if not lines:
        raise TableNotTaken([Problem(0, "", "no_rows", _("表格中没有数据。"))])
    return lines


def known_names() -> Known:
    """Return the party organisations and people that cells may name."""
    units = Unit.objects.filter(kind=UnitKind.PARTY)
    return Known(
        {unit.code: unit for unit in units},
        {officer.staff_no: officer for officer in Officer.objects.all()},
    )


def _secretaries() -> frozenset[tuple[int, int]]:
    """Return who ever sat as secretary of which organisation, as keys."""
    sat = Tenure.objects.filter(post__role=terms.SECRETARY.code)
    stood_in = Delegation.objects.filter(post__role=terms.SECRETARY.code)
    return frozenset(sat.values_list("post__unit", "officer")) | frozenset(
        stood_in.values_list("post__unit", "taker")
    )


def read_projects(data: bytes, *, at: datetime, within: Unit | None) -> list[Row]:
    """Return the projects of a table, each with its steps and with the one that stands already.

    ``within`` is the unit below which all have to lie. Raises ``TableNotTaken`` with all faults.
    """
    sheet = _Sheet(known_names())
    for each in lines_of(data, HEADINGS):
        sheet.take(each)
    sheet.join()
    ground = Ground(at, within, _secretaries())
    for row in sheet.rows:
        if row.sound:
            sheet.problems += _named(row.line, faults(row, ground))
    sheet.problems += _doubles(sheet.rows)
    sheet.problems += _match(sheet.rows, sheet.known)
    if sheet.problems:
        raise TableNotTaken(sheet.problems)
    return sheet.rows


def _named(line: int, found: Iterator[tuple[int, str, str, Any]]) -> Iterator[Problem]:
    for at, name, code, sentence in found:
        yield Problem(at or line, NAMES.get(name, REF), code, sentence)


class _Sheet:
    """Lines taken in one after another: projects by their reference, and steps that wait."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.rows: list[Row] = []
        self.problems: list[Problem] = []
        self._steps: list[StepRow] = []

    def take(self, line: Line) -> None:
        """Read one line."""
        kind, steps = KIND_LABELS.get(line.cells[ROW]), line.cells[ROW] == STEP
        if kind is None and not steps:
            sentence = _("应为：%(labels)s。") % {"labels": "、".join([*KIND_LABELS, STEP])}
            self.problems.append(Problem(line.number, ROW, "bad_row_kind", sentence))
            return
        values, problems = read_cells(
            READ_PROJECT[kind] if kind else READ_STEP, line.cells, line.number, self.known
        )
        ref = self._ref(line, problems)
        self.problems += problems
        if kind:
            row = Row(line.number, kind, ref, values, sound=not problems)
            self.rows.append(row)
        elif ref:
            self._steps.append(StepRow(line.number, ref, values if not problems else {}))

    def _ref(self, line: Line, problems: list[Problem]) -> str:
        try:
            return reference(line.cells[REF], self.known)
        except Refusal as refusal:
            problems.append(Problem(line.number, REF, refusal.code, str(refusal)))
            return ""

    def join(self) -> None:
        """Give the steps to their projects."""
        owners = {row.ref: row for row in reversed(self.rows)}
        for step in self._steps:
            owner = owners.get(step.ref)
            if owner is None:
                sentence = _("表中没有这个编号的项目或事项。")
                self.problems.append(Problem(step.line, REF, "step_of_nothing", sentence))
            elif step.values:
                owner.steps.append(step)
            else:
                owner.sound = False  # a fault of its step is told; its plan cannot be judged


def _doubles(rows: Sequence[Row]) -> Iterator[Problem]:
    """Yield what stands in the table twice: references, filing numbers, names without a number."""
    sound = [row for row in rows if row.sound]
    refs = Counter(row.ref for row in rows)
    filings = Counter(row.values["filing"] for row in sound)
    names = Counter(row.name for row in sound if not row.number)
    for row in rows:
        if row.ref and refs[row.ref] > 1:
            yield Problem(row.line, REF, "duplicate_number", _("表中有相同的编号。"))
        if not row.sound:
            continue
        if row.values["filing"] and filings[row.values["filing"]] > 1:
            yield Problem(
                row.line, NAMES["filing"], "duplicate_filing_number", _("表中有相同的立项编号。")
            )
        if not row.number and names[row.name] > 1:
            sentence = _("同一党组织有同名、同日开始的项目，且没有本系统编号，无法区分。")
            yield Problem(row.line, NAMES["title"], "duplicate_name", sentence)


def _match(rows: Sequence[Row], known: Known) -> Iterator[Problem]:
    """Find for each row the project that is there already; the same is kept, another refused."""
    sound = [row for row in rows if row.sound]
    standing = Standing.of(sound)
    for row in sound:
        found, taken = standing.find(row)
        if taken is not None:
            yield Problem(row.line, *taken)
        row.standing = found
    told = standing.told([row.standing for row in sound if row.standing])
    for row in sound:
        if row.standing is not None:
            columns = differing(told[row.standing.pk], row, known)
            if columns:
                sentence = _(
                    "已在台账中，且内容不同：%(columns)s。导入不修改已有项目，请删去此行。"
                )
                named = sentence % {"columns": "、".join(columns)}
                yield Problem(row.line, columns[0], "project_differs", named)
