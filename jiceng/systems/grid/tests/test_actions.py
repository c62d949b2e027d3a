"""The acts of the grid: who may report and set up, and what that writes."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.attachments.service import AlreadyAttached
from jiceng.kernel.base.errors import Absent, NotAllowed
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import (
    RESIDENT,
    SYSTEM,
    BadKey,
    KeyReused,
)
from jiceng.kernel.places.rules import Place, metres_between, to_gcj02
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid import actions, terms
from jiceng.systems.grid.models import Cell, Incident
from jiceng.systems.grid.terms import Purpose, Source
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid

pytestmark = pytest.mark.django_db


def person(grid: Grid, name: str) -> Any:
    return getattr(grid.cast, name)


class TestReporting:
    @pytest.mark.parametrize(
        ("who", "source", "may"),
        [
            ("crowd", Source.RESIDENT, True),
            ("crowd", Source.PATROL, False),  # 群众 does not patrol
            ("li", Source.PATROL, True),  # 李 walks the grid
            ("wang", Source.PATROL, True),  # 王 on duty writes down a call
            ("zhao", Source.PATROL, True),  # 赵 may patrol too; where, the place says
            ("zhang", Source.PATROL, False),
            ("qian", Source.PATROL, False),
            ("sun", Source.PATROL, False),
            ("zhou", Source.PATROL, False),
            ("li", Source.RESIDENT, False),  # nobody reports in a resident's name
            ("wang", Source.RESIDENT, False),
            ("wang", Source.IMPORTED, False),
            ("crowd", Source.IMPORTED, False),
            ("crowd", "", False),
        ],
    )
    def test_who_may(self, grid: Grid, who: str, source: str, may: bool) -> None:
        before = Entry.objects.count()
        if may:
            case = scene.report(grid, by=person(grid, who), source=source)
            assert case.incident.source == source
            assert Entry.objects.count() == before + 1
        else:
            with pytest.raises(NotAllowed):
                scene.report(grid, by=person(grid, who), source=source)
            assert Entry.objects.count() == before
            assert not Case.objects.exists()

    def test_the_system_does_not_report(self, grid: Grid) -> None:
        with pytest.raises(NotAllowed):
            scene.report(grid, by=SYSTEM)

    @pytest.mark.parametrize(
        ("point", "named", "answers", "cell"),
        [
            (scene.IN_COMMUNITY, None, "community", "community"),
            (scene.IN_VILLAGE, None, "village", "village"),
            (scene.IN_OTHER_COMMUNITY, None, "other_community", "other_community"),
            (scene.ON_THE_EDGE, None, "community", "community"),
            (scene.IN_VILLAGE, "community", "village", "village"),  # the point decides
            (scene.OUTSIDE, "village", "village", None),
            (None, "village", "village", None),
            (scene.OUTSIDE, None, None, None),
            (None, None, None, None),
        ],
    )
    def test_the_place_finds_its_unit(
        self, grid: Grid, point: Any, named: str | None, answers: str | None, cell: str | None
    ) -> None:
        unit = person(grid, named) if named else None
        if answers is None:
            with pytest.raises(actions.NoSuchPlace) as refused:
                scene.report(grid, point=point, unit=unit)
            assert (refused.value.code, refused.value.field) == ("no_place", "unit")
            assert not Case.objects.exists()
            return
        case = scene.report(grid, point=point, unit=unit)

        assert case.unit == person(grid, answers)
        found = case.incident.cell
        assert (found.unit if found else None) == (person(grid, cell) if cell else None)
        assert case.incident.lng == (point.lng if point else None)

    def test_a_point_of_an_internet_map_is_moved_and_kept_as_it_came(self, grid: Grid) -> None:
        sent = to_gcj02(scene.IN_COMMUNITY)
        incident = scene.report(grid, point=sent, datum="gcj02").incident

        assert metres_between(Place(incident.lng, incident.lat), scene.IN_COMMUNITY) < 0.05
        assert (incident.sent_lng, incident.sent_lat) == (sent.lng, sent.lat)
        assert incident.datum == "gcj02"

    def test_the_duty_officer_of_the_street_holds_it_first(self, grid: Grid) -> None:
        step = scene.open_step(scene.report(grid))

        assert (step.step, step.post) == ("reported", grid.cast.wang.post)

    def test_the_promise_is_the_category_s(self, grid: Grid) -> None:
        case = scene.report(grid)

        assert case.due_at == grid.cast.at + timedelta(hours=2)
        assert case.provisional is False

    def test_a_category_that_was_closed(self, grid: Grid) -> None:
        actions.retire_category(by=SYSTEM, at=grid.cast.at + MOMENT, code=grid.cover.code)
        grid.cover.refresh_from_db()

        with pytest.raises(actions.CategoryClosed) as refused:
            scene.report(grid, at=grid.cast.at + MOMENT)
        assert refused.value.code == "category_closed"
        assert not Incident.objects.exists()

    def test_photos_go_to_the_case_and_their_proof_into_history(self, grid: Grid) -> None:
        photos = [scene.kept_photo(RESIDENT, grid.cast.at, seed=seed) for seed in (1, 2)]
        case = scene.report(grid, photos=photos, claim=scene.CLAIM)

        held = list(Attachment.objects.filter(subject=case.subject).order_by("id"))
        told = json.loads(Entry.objects.get(subject=case.subject).payload)["photos"]
        assert held == photos
        assert [photo["sha256"] for photo in told] == [photo.sha256 for photo in held]
        assert {photo["purpose"] for photo in told} == {Purpose.REPORT}

    def test_a_photo_of_another_session_is_refused(self, grid: Grid) -> None:
        photo = scene.kept_photo(RESIDENT, grid.cast.at, claim="f" * 32)

        with pytest.raises(Absent):
            scene.report(grid, photos=[photo], claim=scene.CLAIM)
        assert not Case.objects.exists()
        photo.refresh_from_db()
        assert photo.subject == ""

    def test_a_photo_that_was_given_already_is_refused(self, grid: Grid) -> None:
        photo = scene.kept_photo(RESIDENT, grid.cast.at)
        first = scene.report(grid, photos=[photo], claim=scene.CLAIM)

        with pytest.raises(AlreadyAttached):
            scene.report(grid, photos=[photo], claim=scene.CLAIM)
        assert Case.objects.get() == first


class TestKeys:
    """One click, one effect."""

    def file(self, grid: Grid, key: str, **changes: Any) -> Any:
        words = {
            "by": RESIDENT,
            "at": grid.cast.at,
            "source": Source.RESIDENT,
            "category": grid.cover,
            "description": scene.WORDS,
            "point": scene.IN_COMMUNITY,
            "phone": scene.PHONE,
            "claim": scene.CLAIM,
        }
        return actions.report_incident(**words | changes, key=key)

    def test_the_same_again_is_the_same_case(self, grid: Grid) -> None:
        first = self.file(grid, "k1")
        again = self.file(grid, "k1", at=grid.cast.at + timedelta(minutes=1))

        assert (first.replayed, again.replayed) == (False, True)
        assert again.entry == first.entry
        assert Case.objects.count() == 1

    def test_another_photo_object_of_the_same_picture_is_the_same(self, grid: Grid) -> None:
        def photo() -> Attachment:
            return scene.kept_photo(RESIDENT, grid.cast.at)

        first = self.file(grid, "k1", photos=[photo()])

        assert self.file(grid, "k1", photos=[photo()]).entry == first.entry

    @pytest.mark.parametrize(
        "change",
        [
            {"description": "另一件事"},
            {"phone": "13900139000"},
            {"point": scene.IN_VILLAGE},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_another_request_under_the_key_is_refused(
        self, grid: Grid, change: dict[str, Any]
    ) -> None:
        self.file(grid, "k1")

        with pytest.raises(KeyReused) as refused:
            self.file(grid, "k1", **change)
        assert (refused.value.status, refused.value.code) == (409, "key_reused")
        assert Case.objects.count() == 1

    def test_another_person_has_keys_of_their_own(self, grid: Grid) -> None:
        self.file(grid, "k1")
        patrol = self.file(grid, "k1", by=grid.cast.li, source=Source.PATROL)

        assert patrol.replayed is False
        assert Case.objects.count() == 2

    def test_another_session_has_keys_of_its_own(self, grid: Grid) -> None:
        """All residents act as one; who found out a key neither gets the case nor is in the way."""
        theirs = self.file(grid, "k1", claim="f" * 32)
        mine = self.file(grid, "k1")

        assert (theirs.replayed, mine.replayed) == (False, False)
        assert theirs.entry.subject != mine.entry.subject
        assert self.file(grid, "k1").entry == mine.entry
        assert self.file(grid, "k1", claim="f" * 32).entry == theirs.entry

    def test_a_key_belongs_to_a_session(self, grid: Grid) -> None:
        with pytest.raises(ValueError, match="claim"):
            self.file(grid, "k1", claim="")
        assert not Case.objects.exists()

    @pytest.mark.parametrize("key", ["a" * 201, "a\nb", "a\0b", "\ud800"])
    def test_a_key_that_cannot_be_one(self, grid: Grid, key: str) -> None:
        with pytest.raises(BadKey):
            self.file(grid, key)
        assert not Case.objects.exists()

    def test_a_refused_try_leaves_the_key_free(self, grid: Grid) -> None:
        with pytest.raises(actions.NoSuchPlace):
            self.file(grid, "k1", point=None)

        assert self.file(grid, "k1").replayed is False


MOMENT = timedelta(microseconds=1)
SWAPPED = {
    "type": "Polygon",
    "coordinates": [[[30.5, 117.0], [30.6, 117.0], [30.6, 117.1], [30.5, 117.0]]],
}


class TestSettingUp:
    @pytest.mark.parametrize(
        ("who", "may"),
        [
            ("zhou", True),
            ("wang", False),
            ("li", False),
            ("zhang", False),
            ("qian", False),
            ("sun", False),
            ("zhao", False),
            ("crowd", False),
        ],
    )
    def test_who_may(self, grid: Grid, who: str, may: bool) -> None:
        def draw() -> object:
            return actions.draw_cell(
                by=person(grid, who),
                at=grid.cast.at,
                code="X1",
                name="新网格",
                unit=grid.cast.community,
                boundary=scene.square(117.2, 117.3),
            )

        def set_up() -> object:
            return actions.set_category(
                by=person(grid, who),
                at=grid.cast.at,
                code="E299",
                name="新类别",
                kind=terms.Kind.EVENT,
                limit=grid.cover.limit,
                closing_condition="恢复",
            )

        attempts: list[Callable[[], object]] = [draw, set_up]
        for attempt in attempts:
            before = Entry.objects.count()
            if may:
                attempt()
            else:
                with pytest.raises(NotAllowed):
                    attempt()
            assert Entry.objects.count() == before + may

    def test_a_bad_boundary_says_why_and_ends_no_cell(self, grid: Grid) -> None:
        code = f"{grid.cast.community.code}001"
        with pytest.raises(actions.BadBoundary, match="写反"):
            actions.draw_cell(
                by=SYSTEM,
                at=grid.cast.at,
                code=code,
                name="写反的网格",
                unit=grid.cast.community,
                boundary=SWAPPED,
            )
        assert Cell.objects.get(code=code).valid_until is None

    def test_a_new_drawing_ends_the_old_one_from_that_instant(self, grid: Grid) -> None:
        later = grid.cast.at + timedelta(hours=1)
        code = f"{grid.cast.community.code}001"
        actions.draw_cell(
            by=SYSTEM,
            at=later,
            code=code,
            name="改划",
            unit=grid.cast.village,
            boundary=scene.square(117.00, scene.EDGE),
        )

        before = scene.report(grid, at=later - timedelta(microseconds=1))
        after = scene.report(grid, at=later)
        assert (before.unit, after.unit) == (grid.cast.community, grid.cast.village)
        assert Cell.objects.filter(code=code, valid_until__isnull=True).count() == 1
