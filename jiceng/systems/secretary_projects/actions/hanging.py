"""What hangs on the public board of a party organisation: a project, and its plan."""

from datetime import datetime
from typing import Any

from jiceng.kernel.base.clock import legal_day
from jiceng.kernel.ledger.service import Actor
from jiceng.kernel.notices.models import Notice
from jiceng.kernel.notices.service import latest, post
from jiceng.systems.secretary_projects import terms
from jiceng.systems.secretary_projects.models import PlanStep, Project

# The boards are Chinese, whatever language the officer reads.
STEP_LINE = "{day} {name}：{expected}（责任人：{owner}）"


def steps_shown(project: Project) -> list[str]:
    """Return the steps of the plan as lines of a board."""
    return [
        STEP_LINE.format(day=step.due_on, name=step.name, expected=step.expected, owner=step.owner)
        for step in PlanStep.objects.standing().filter(project=project)
    ]


def shown_of(project: Project) -> dict[str, Any]:
    """Return what the publication of a project shows: the allowed fields, and nothing else."""
    return {
        "kind": str(project.get_kind_display()),
        "theme": str(project.get_theme_display()),
        "background": project.background,
        "expected": project.expected,
        "starts_on": project.starts_on,
        "due_on": project.due_on,
        "steps": steps_shown(project),
    }


def post_plan(project: Project, by: Actor, at: datetime, correction: str = "") -> Notice:
    """Hang the plan on the board of the organisation, in the place of the one before."""
    before = latest(project.case.subject, terms.BOARD_PLAN)
    old = before if before and before.withdrawn_at is None else None
    return post(
        by=by,
        at=at,
        kind=terms.BOARD_PLAN,
        subject=project.case.subject,
        title=project.case.title,
        unit=project.unit,
        boards=[project.unit],
        shown={
            "filing_no": project.filing_no,
            "expected": project.expected,
            "due_on": project.due_on,
            "steps": steps_shown(project),
        },
        days=_days_left(project, at),
        replaces=old,
        correction=correction if old else "",
    )


def _days_left(project: Project, at: datetime) -> int:
    """Return for how many working days it hangs: as long as the project runs, about."""
    days = (project.due_on - legal_day(at)).days
    return max(terms.PUBLIC_DAYS, min(250, days * 5 // 7))
