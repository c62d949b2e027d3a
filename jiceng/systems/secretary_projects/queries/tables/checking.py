"""What is wrong with a project that can be read: whether what it says holds together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.orgs.models import Unit
from jiceng.systems.secretary_projects.queries.tables.columns import INSTANTS, NAMES
from jiceng.systems.secretary_projects.rules.progress import WHOLE
from jiceng.systems.secretary_projects.rules.states import STATES, State
from jiceng.systems.secretary_projects.terms import Gate, Kind

# The line (0 for that of the project), the name of the value, a code, a sentence.
Fault = tuple[int, str, str, Any]
Values = dict[str, Any]
VERIFIED = ("verified", "verified_claim", "verified_at")


@dataclass(frozen=True)
class Ground:
    """What rows are held against: now, the unit below which they lie, who was secretary where."""

    at: datetime
    within: Unit | None
    secretaries: frozenset[tuple[int, int]]


class StepLike(Protocol):
    """A step of a table."""

    @property
    def line(self) -> int:
        """Where it stands."""

    @property
    def values(self) -> Values:
        """What its cells say."""


class RowLike(Protocol):
    """A project of a table."""

    kind: Kind
    values: Values

    @property
    def steps(self) -> Sequence[StepLike]:
        """Its steps."""


def faults(row: RowLike, ground: Ground) -> Iterator[Fault]:
    """Yield everything that is wrong with a project and its steps."""
    state = STATES[row.kind][row.values["state"]]
    yield from _of_people(row.values, state, ground)
    yield from _of_state(row, state)
    yield from _of_days(row.values, ground.at)
    yield from _of_instants(row.values, state, ground.at)
    for step in row.steps:
        for name, code, sentence in _of_step(step.values, row.values, ground.at):
            yield step.line, name, code, sentence


def _of_people(values: Values, state: State, ground: Ground) -> Iterator[Fault]:
    unit, owner = values["unit"], values["owner"]
    if ground.within is not None and not ground.within.contains(unit):
        yield 0, "unit", "out_of_scope", _("该党组织不在您的管理范围内。")
    if state.ended:
        return  # what is over may have been led by who has left, in what was dissolved
    if unit.dissolved_on is not None:
        yield 0, "unit", "unit_dissolved", _("该党组织已撤销，项目应已结束。")
    if (unit.pk, owner.pk) not in ground.secretaries:
        yield 0, "owner", "not_the_secretary", _("领办人应担任过该党组织书记。")


def _of_state(row: RowLike, state: State) -> Iterator[Fault]:
    values = row.values
    passed = [gate.value for gate in Gate if values[f"day_{gate}"] or values[f"words_{gate}"]]
    for gate in passed:
        if not (values[f"day_{gate}"] and values[f"words_{gate}"]):
            yield 0, f"words_{gate}", "evidence_incomplete", _("日期和情况要同时填写。")
    if passed != list(range(1, len(passed) + 1)) or len(passed) not in state.gates:
        sentence = _("状态为“%(state)s”，应有前 %(count)s 个关口的日期和情况，不能多也不能少。")
        counts = "、".join(map(str, state.gates))
        told = {"state": state.label, "count": counts}
        yield 0, "state", "gates_do_not_fit", sentence % told
    for name in ("filing", "registered_at", "accepted_at", "ended_at"):
        yield from _present(values, state, name, name in state.has)
    yield from _present(values, state, "closes_at", 4 in passed)
    if values["filing"] and values["filing"][0] != row.kind:
        yield 0, "filing", "filing_of_other_kind", _("立项编号与行类不符。")
    if state.planned and not row.steps:
        yield 0, "state", "no_plan", _("已上报备案的项目至少要有一个方案步骤。")


def _present(values: Values, state: State, name: str, wanted: bool) -> Iterator[Fault]:
    told = {"state": state.label}
    if wanted and not values[name]:
        yield 0, name, "required", _("状态为“%(state)s”时要填写。") % told
    if values[name] and not wanted:
        yield 0, name, "not_here", _("状态为“%(state)s”时不能填写。") % told


def _of_days(values: Values, at: datetime) -> Iterator[Fault]:
    if values["due_on"] < max(values["starts_on"], legal_day(values["at"])):
        yield 0, "due_on", "dates_reversed", _("完成期限不能早于开始日期和提出日期。")
    before = None
    for gate in Gate:
        on = values[f"day_{gate}"]
        if on is None:
            continue
        if before is not None and on < before:
            yield 0, f"day_{gate}", "gate_back_dated", _("日期不能早于前一关口的日期。")
        if on > legal_day(at):
            yield 0, f"day_{gate}", "to_come", _("日期不能晚于今天。")
        before = on


def _of_instants(values: Values, state: State, at: datetime) -> Iterator[Fault]:
    published = values[f"day_{Gate.PUBLICATION}"]
    if published and values["closes_at"] and legal_day(values["closes_at"]) <= published:
        yield 0, "closes_at", "closes_too_early", _("公示截止日期应在公示日期之后。")
    before, earlier = values["at"], NAMES["at"]
    for field in INSTANTS:
        instant = values[field.name]
        if instant is None:
            continue
        if instant < before:
            sentence = _("不能早于“%(earlier)s”。") % {"earlier": earlier}
            yield 0, field.name, "out_of_order", sentence
        if instant > at and (field.name != "closes_at" or state.code != "publication"):
            yield 0, field.name, "to_come", _("不能晚于现在。")
        before, earlier = instant, field.heading
    if values["at"] > at:
        yield 0, "at", "to_come", _("不能晚于现在。")


def _of_step(values: Values, project: Values, at: datetime) -> Iterator[tuple[str, str, Any]]:
    if not project["starts_on"] <= values["due_on"] <= project["due_on"]:
        yield "due_on", "outside_dates", _("时间节点应在项目起止日期之内。")
    if (values["claimed"] == WHOLE) != (values["done_at"] is not None):
        yield "done_at", "done_does_not_fit", _("自报进度为100时填写，否则不填。")
    if values["claimed"] and values["claimed_at"] is None:
        yield "claimed_at", "required", _("有自报进度时要填写。")
    if len({values[name] is None for name in VERIFIED}) > 1:
        yield "verified", "verified_in_part", _("核查进度、核查时自报、核查时间要同时填写。")
    for name in ("at", "claimed_at", "done_at", "verified_at"):
        if values[name] is not None and values[name] > at:
            yield name, "to_come", _("不能晚于现在。")
