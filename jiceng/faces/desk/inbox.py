"""The three views of the inbox: what waits for me, what my units have in hand, what I watch."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.service import Scope
from jiceng.kernel.procedures.models import CaseStep
from jiceng.kernel.procedures.service import (
    InboxPage,
    InboxSizes,
    inbox,
    inbox_sizes,
    unit_inbox,
    watched_inbox,
)
from jiceng.kernel.workdays.service import light, remaining
from jiceng.ui.inbox import TOGETHER, WATCHED
from jiceng.ui.templatetags.ui import spaced


@dataclass(frozen=True)
class Reader:
    """Whose inbox it is: what is seen from the posts held now, and the watched cases."""

    scope: Scope
    watched: list[QuerySet]

    @classmethod
    def of(cls, officer: Officer, scope: Scope) -> "Reader":
        """Return the reader with the lists that the systems keep for them."""
        return cls(scope, [watched(officer) for watched in WATCHED])

    def sizes(self) -> InboxSizes:
        """Return how many steps each view holds."""
        return inbox_sizes(self.scope, self.watched)


@dataclass(frozen=True)
class View:
    """One tab of the inbox: how it is called, what it shows, what it says when it is empty."""

    code: str
    label: str | Promise
    steps: Callable[[Reader, int], InboxPage]
    size: Callable[[InboxSizes], int]
    empty_title: str | Promise
    empty_text: str | Promise


VIEWS = (
    View(
        "mine",
        gettext_lazy("我的"),
        lambda reader, after: inbox(reader.scope, after=after),
        lambda sizes: sizes.mine,
        gettext_lazy("没有待办"),
        gettext_lazy("有新的办件到您的岗位时，会出现在这里。"),
    ),
    View(
        "unit",
        gettext_lazy("本单位"),
        lambda reader, after: unit_inbox(reader.scope, after=after),
        lambda sizes: sizes.unit,
        gettext_lazy("本单位没有在办的办件"),
        gettext_lazy("本单位和下级单位手里的办件，不论由谁负责，都列在这里。"),
    ),
    View(
        "watching",
        gettext_lazy("关注"),
        lambda reader, after: watched_inbox(reader.scope, reader.watched, after=after),
        lambda sizes: sizes.watched,
        gettext_lazy("没有关注的在办件"),
        gettext_lazy("在办件页面点“关注”，办结之前都列在这里。"),
    ),
)


@dataclass(frozen=True)
class Row:
    """One open step with its light; ``pick`` is what the box beside it sends, or 0."""

    step: CaseStep
    meta: str
    url: str
    light: str
    left: str
    pick: int


def view_of(code: str) -> View | None:
    """Return the view with this code; without one, what waits for oneself."""
    return next((view for view in VIEWS if view.code == (code or "mine")), None)


def rows_of(steps: list[CaseStep], view: View, scope: Scope, now: datetime) -> list[Row]:
    """Return the lines of a page; beyond one's own inbox each says who has it."""
    posts = scope.posts
    return [_row(step, view.code != "mine", step.post_id in posts, now) for step in steps]


def _row(step: CaseStep, named: bool, own: bool, now: datetime) -> Row:
    case = step.case
    who = [str(step.post or step.unit)] if named else []
    return Row(
        step=step,
        meta=" · ".join([_(step.definition.label), *who, str(case.unit), spaced(case.number)]),
        url=reverse(f"desk:{case.system}:case", args=[case.number]),
        light=light(step.due_at, now, step.definition.promised) if step.due_at else "",
        left=remaining(now, step.due_at).text if step.due_at else "",
        pick=step.pk if own and _movable(step) else 0,
    )


def _movable(step: CaseStep) -> bool:
    """Tell whether the system of the case can move this one together with others."""
    together = TOGETHER.find(step.case.system)
    moves = step.case.definition.moves_from(step.step) if together else []
    return any(move.code in together.moves for move in moves) if together else False


def doors(rows: list[Row]) -> list[str]:
    """Return the addresses where what may be picked among ``rows`` is moved together."""
    systems = {row.step.case.system for row in rows if row.pick}
    return [reverse(TOGETHER.get(system).url_name) for system in sorted(systems)]


def tabs_of(chosen: View, reader: Reader, address: str) -> list[dict[str, object]]:
    """Return the tabs, each with how many steps it holds."""
    sizes = reader.sizes()
    return [
        {
            "label": view.label,
            "url": address if view.code == "mine" else f"{address}?tab={view.code}",
            "current": view is chosen,
            "count": view.size(sizes),
        }
        for view in VIEWS
    ]
