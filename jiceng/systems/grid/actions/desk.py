"""What officers keep for themselves on the desk: cases they watch, filters they come back to."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiceng.kernel.base.errors import Absent, BadInput, NotAllowed
from jiceng.kernel.ledger.service import Actor, Recorded, act
from jiceng.kernel.orgs.models import Officer
from jiceng.kernel.orgs.service import Oneself, visible_to
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid import terms
from jiceng.systems.grid.models import SavedFilter, Watch
from jiceng.systems.grid.queries.lists import seen

LONGEST_QUERY = SavedFilter._meta.get_field("query").max_length or 0


class EmptyFilter(BadInput):
    """A filter that narrows nothing (422)."""

    code = "empty_filter"
    sentence = _("请先选好筛选条件，再保存。")


class FilterTooLong(BadInput):
    """More conditions than can be kept (422)."""

    code = "filter_too_long"
    sentence = _("筛选条件过长，无法保存。")


class EnoughFilters(BadInput):
    """The officer has as many filters as fit on a page (422)."""

    code = "enough_filters"
    sentence = _("常用筛选最多保存20个，请先删除不用的。")


def _may_for_oneself(*, by: Actor, **given: Any) -> None:
    """Nobody keeps a list for somebody else."""
    if not isinstance(by, Oneself):
        raise NotAllowed()


def _owner(by: Actor) -> Officer:
    assert isinstance(by, Oneself)  # asked before every body
    return by.officer


def _subject(officer: Officer) -> str:
    """Not the case: who watches it is nothing that its readers are told."""
    return f"grid.desk:{officer.staff_no}"


def _case_of(officer: Officer, number: str, at: datetime) -> Case:
    case = seen(visible_to(officer, at)).filter(number=number).first()
    if case is None:
        raise Absent()
    return case


@act(terms.WATCHED, label=_("关注"), may=_may_for_oneself)
def watch(*, by: Actor, at: datetime, number: str) -> Recorded[Watch]:
    """Watch a case; a second time changes nothing. One that is not seen raises ``Absent``."""
    officer = _owner(by)
    case = _case_of(officer, number, at)
    row, _new = Watch.objects.get_or_create(officer=officer, case=case, defaults={"since": at})
    return Recorded(row, _subject(officer), {"case": case.number})


@act(terms.UNWATCHED, label=_("取消关注"), may=_may_for_oneself)
def unwatch(*, by: Actor, at: datetime, number: str) -> Recorded[None]:
    """Watch a case no longer; a second time changes nothing."""
    officer = _owner(by)
    case = _case_of(officer, number, at)
    Watch.objects.filter(officer=officer, case=case).delete()
    return Recorded(None, _subject(officer), {"case": case.number})


@act(terms.FILTER_SAVED, label=_("保存常用筛选"), may=_may_for_oneself)
def save_filter(*, by: Actor, at: datetime, name: str, query: str) -> Recorded[SavedFilter]:
    """Keep a choice under a name; the choice that had the name before makes way.

    Raises ``EmptyFilter``, ``FilterTooLong`` and ``EnoughFilters`` (422).
    """
    officer = _owner(by)
    if not query:
        raise EmptyFilter()
    if len(query) > LONGEST_QUERY:
        raise FilterTooLong()
    kept = SavedFilter.objects.filter(officer=officer)
    if kept.exclude(name=name).count() >= terms.MOST_FILTERS:
        raise EnoughFilters()
    row, _new = kept.update_or_create(
        officer=officer, name=name, defaults={"query": query, "at": at}
    )
    # Both are somebody's own words: a choice may hold what was searched for.
    return Recorded(row, _subject(officer), {}, {"name": name, "query": query})


@act(terms.FILTER_REMOVED, label=_("删除常用筛选"), may=_may_for_oneself)
def remove_filter(*, by: Actor, at: datetime, name: str) -> Recorded[None]:
    """Remove a filter of one's own; any other raises ``Absent``."""
    officer = _owner(by)
    removed, _rows = SavedFilter.objects.filter(officer=officer, name=name).delete()
    if not removed:
        raise Absent()
    return Recorded(None, _subject(officer), {}, {"name": name})
