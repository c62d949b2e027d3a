"""The generated part of a system's page: its procedure as tables and as a chart."""

from collections.abc import Iterator

from jiceng.kernel.orgs.terms import ROLES
from jiceng.kernel.procedures.service import Move, Procedure, Step
from jiceng.kernel.procedures.terms import Need
from jiceng.kernel.workdays.service import Limit, limit_words
from tools.tables import chinese, table

PLACES = {"owner": "责任单位", "contact": "首接单位", "given": "承办单位"}


def procedure_part(procedure: Procedure) -> str:
    """Return chart, steps and moves of a procedure, and what identifies this version."""
    identity = (
        f"**{chinese(procedure.label)}** `{procedure.code}`, version `{procedure.version}`, "
        f"fingerprint `{procedure.fingerprint()[:16]}…`. Basis: {procedure.basis or '—'}."
    )
    return "\n\n".join(
        [
            identity,
            "\n".join(["```mermaid", *_chart(procedure), "```"]),
            "Steps 环节:",
            table(
                ["环节", "code", "holder 由谁负责", "promised 承诺时限", "late: to 逾期升级到"],
                [_step(step) for step in procedure.steps],
            ),
            "Moves 操作 (needs in bold):",
            table(
                ["操作", "code", "from → to", "event", "asks for", "other person than"],
                [_move(move) for move in procedure.moves],
            ),
        ]
    )


def _chart(procedure: Procedure) -> Iterator[str]:
    yield "stateDiagram-v2"
    for step in procedure.steps:
        yield f'  state "{chinese(step.label)}" as {step.code}'
    yield f"  [*] --> {procedure.start}"
    for move in procedure.moves:
        for source in move.sources:
            for target in move.targets:
                yield f"  {source} --> {target}: {chinese(move.label)}"
    for step in procedure.steps:
        if step.final:
            yield f"  {step.code} --> [*]"


def _role(code: str) -> str:
    return chinese(ROLES.get(code).label) if code else ""


def _limit(limit: Limit | None) -> str:
    return limit_words(limit) if limit else ""


def _step(step: Step) -> list[str]:
    holder = f"{PLACES[step.holder.at]} {_role(step.holder.role)}" if step.holder else ""
    code = f"`{step.code}`"
    return [chinese(step.label), code, holder, _limit(step.promised), _role(step.escalates_to)]


def _move(move: Move) -> list[str]:
    needs = [f"**{chinese(Need(need).label)}**" for need in move.needs]
    takes = [chinese(Need(need).label) for need in move.takes]
    return [
        chinese(move.label),
        f"`{move.code}`",
        f"{', '.join(move.sources)} → {', '.join(move.targets)}",
        f"`{move.event}`",
        "、".join(needs + takes),
        ", ".join(f"`{code}`" for code in move.differs_from),
    ]
