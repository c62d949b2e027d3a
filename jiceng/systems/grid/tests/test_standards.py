"""Versions of a category: which is in force at an instant, and which a case keeps."""

from datetime import timedelta
from typing import Any

import pytest

from jiceng.kernel.base.errors import Absent, BadInput, Conflict, NotAllowed
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import RESIDENT, SYSTEM
from jiceng.kernel.workdays.service import Limit, urgent_hours, work_hours, workdays
from jiceng.systems.grid import actions, queries, terms
from jiceng.systems.grid.models import Category
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid

pytestmark = pytest.mark.django_db
MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)


def say(grid: Grid, *, after: timedelta = DAY, **changes: Any) -> Category:
    """Set C101 as the scene did, with these changes."""
    given: dict[str, Any] = {
        "by": SYSTEM,
        "at": grid.cast.at + after,
        "code": "C101",
        "name": "井盖缺失、移位",
        "kind": terms.Kind.COMPONENT,
        "limit": urgent_hours(2),
        "closing_condition": "已恢复",
    }
    done = actions.set_category(**given | changes)
    assert done.value is not None
    return done.value


def versions() -> int:
    return Category.objects.filter(code="C101").count()


CHANGES: list[dict[str, Any]] = [
    {"name": "井盖"},
    {"kind": terms.Kind.EVENT},
    {"group": "公用设施"},
    {"limit": urgent_hours(3)},
    {"limit": work_hours(2)},
    {"limit": workdays(2, "next_day")},
    {"condition": "井盖丢失"},
    {"closing_condition": "井盖复位"},
    {"needs_verification": False},
    {"anonymous_allowed": True},
    {"sensitive": True},
    {"duplicate_radius": 50},
]


@pytest.mark.parametrize("changes", CHANGES, ids=str)
def test_anything_that_changed_is_a_new_version(grid: Grid, changes: dict[str, Any]) -> None:
    new = say(grid, **changes)
    assert (versions(), new.valid_from, new.valid_until) == (2, grid.cast.at + DAY, None)
    grid.cover.refresh_from_db()
    assert grid.cover.valid_until == new.valid_from


@pytest.mark.parametrize("role", ["responsible_unit", "supervising_unit"])
def test_another_unit_is_a_new_version(grid: Grid, role: str) -> None:
    assert getattr(say(grid, **{role: grid.street}), role) == grid.street
    assert versions() == 2


def test_what_did_not_change_is_no_version(grid: Grid) -> None:
    assert say(grid) == grid.cover
    assert versions() == 1


def test_a_version_begins_with_its_instant_and_ends_before_the_next(grid: Grid) -> None:
    new = say(grid, limit=work_hours(4))
    border = grid.cast.at + DAY
    for at, version in ((border - MOMENT, grid.cover), (border, new), (border + MOMENT, new)):
        assert queries.categories(at).get(code="C101") == version
    assert not queries.categories(grid.cast.at - MOMENT).exists()


def test_a_version_can_be_set_before_it_is_in_force(grid: Grid) -> None:
    border = grid.cast.at + 9 * DAY
    new = say(grid, name="井盖", effective=border)
    assert queries.categories(border - MOMENT).get(code="C101") == grid.cover
    assert queries.categories(border).get(code="C101") == new
    entry = Entry.objects.filter(event=terms.CATEGORY_SET).latest("id")
    assert entry.at == grid.cast.at + DAY


def test_a_running_case_keeps_its_version_and_its_day(grid: Grid) -> None:
    case = scene.report(grid)
    promised = case.due_at
    say(grid, limit=workdays(9), closing_condition="另有标准")
    actions.retire_category(by=SYSTEM, at=grid.cast.at + 2 * DAY, code="C101")
    case.refresh_from_db()
    assert (case.due_at, case.incident.category) == (promised, grid.cover)
    assert case.incident.category.closing_condition == "已恢复"
    assert scene.walk(grid, case, scene.PATH, at=grid.cast.at + 3 * DAY).closed_at is not None


def test_only_what_is_in_force_can_be_reported(grid: Grid) -> None:
    new = say(grid, name="井盖")
    border = grid.cast.at + DAY
    for category, at in ((grid.cover, border), (new, border - MOMENT)):
        with pytest.raises(actions.CategoryClosed):
            scene.report(grid, category=category, at=at)
    scene.report(grid, category=grid.cover, at=border - MOMENT)
    scene.report(grid, category=new, at=border)


def test_a_retired_category_ends_and_may_come_back(grid: Grid) -> None:
    border = grid.cast.at + DAY
    actions.retire_category(by=SYSTEM, at=border, code="C101")
    assert queries.categories(border - MOMENT).filter(code="C101").exists()
    assert not queries.categories(border).filter(code="C101").exists()
    with pytest.raises(Absent) as refused:
        actions.retire_category(by=SYSTEM, at=border, code="C101")
    assert refused.value.code == "no_category"
    back = say(grid, after=2 * DAY)
    assert (back.valid_from, versions()) == (border + DAY, 2)


HALF, HUGE = Limit("work_hours", "2.5"), Limit("workdays", 40_000)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"after": timedelta(0), "name": "井盖"}, "not_later"),
        ({"after": -DAY, "name": "井盖"}, "not_later"),
        ({"effective_in": -MOMENT, "name": "井盖"}, "backdated"),
        ({"limit": HALF}, "limit_not_whole"),
        ({"limit": HUGE}, "limit_not_whole"),
    ],
)
def test_versions_do_not_lie_in_one_another(grid: Grid, changes: dict[str, Any], code: str) -> None:
    if "effective_in" in changes:
        changes = changes | {"effective": grid.cast.at + DAY + changes["effective_in"]}
        del changes["effective_in"]
    before = list(Category.objects.order_by("pk").values())
    with pytest.raises(BadInput) as refused:
        say(grid, **changes)
    assert refused.value.code == code
    assert list(Category.objects.order_by("pk").values()) == before


def test_a_version_does_not_lie_before_the_end_of_the_last(grid: Grid) -> None:
    end = grid.cast.at + 5 * DAY
    actions.retire_category(by=SYSTEM, at=grid.cast.at, code="C101", effective=end)
    for instant in (end - MOMENT, grid.cast.at + DAY):
        with pytest.raises(actions.NotLater):
            say(grid, effective=instant)
    assert say(grid, effective=end).valid_from == end


def test_who_comes_second_is_told(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another writes a version between the reading of the last one and its end."""
    real = Category.says

    def overtaken(self: Category, values: Any) -> bool:
        Category.objects.filter(pk=self.pk).update(valid_until=grid.cast.at + 2 * DAY)
        return real(self, values)

    monkeypatch.setattr(Category, "says", overtaken)
    with pytest.raises(Conflict) as refused:
        say(grid, name="井盖")
    assert refused.value.code == "category_changed"
    assert versions() == 1


def test_a_resident_sets_no_standard(grid: Grid) -> None:
    with pytest.raises(NotAllowed):
        say(grid, by=RESIDENT, name="井盖")
    with pytest.raises(NotAllowed):
        actions.retire_category(by=RESIDENT, at=grid.cast.at + DAY, code="C101")


def test_the_ledger_says_what_was_set(grid: Grid) -> None:
    say(grid, name="井盖", responsible_unit=grid.street, duplicate_radius=20)
    entry = Entry.objects.filter(event=terms.CATEGORY_SET).latest("id")
    for part in (
        '"name":"井盖"',
        f'"responsible_unit":"{grid.street.code}"',
        '"duplicate_radius":20',
    ):
        assert part in entry.payload
