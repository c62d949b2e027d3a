"""A file of requests goes through the procedure and the ledger, wholly, once, and provably."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from jiceng.kernel.base.ids import read_number
from jiceng.kernel.ledger.models import Entry, PersonalDatum
from jiceng.kernel.ledger.service import entries_of, personal_of, seal, verify
from jiceng.kernel.orgs.models import Officer, Post, Tenure, Unit
from jiceng.kernel.procedures.models import Case, CaseStep
from jiceng.kernel.procedures.service import PROCEDURES
from jiceng.kernel.testing.cast import Cast
from jiceng.kernel.workdays.models import Clock
from jiceng.systems.grid.actions import upkeep
from jiceng.systems.grid.management.replay import running
from jiceng.systems.grid.management.replay.mapping import load_mapping
from jiceng.systems.grid.management.replay.running import BatchNotWritten, Replay
from jiceng.systems.grid.models import Incident
from jiceng.systems.grid.tests.requests_file import (
    BOSTON,
    REFUSED,
    STORIES,
    TAKEN,
    Story,
    case_of,
    command,
    reported,
    write,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CLOSED_EVENTS = ["imported", "judged", "dispatched", "disposed", "verified", "closed"]


@pytest.fixture
def said(db: None, tmp_path: Path) -> str:
    """Replay the small file, four rows a batch, and return what was said."""
    return command(write(tmp_path), tmp_path / "report.csv", "--batch", "4")


def events_of(case: Case) -> list[str]:
    """Return what happened to a case, in order."""
    return [entry.event.rpartition(".")[2] for entry in entries_of(case.subject)]


class TestRows:
    """Every row is a whole case or a line of the report."""

    def test_good_rows_are_cases_and_bad_ones_are_not(self, said: str) -> None:
        numbers = Incident.objects.values_list("origin_number", flat=True)
        assert sorted(numbers) == sorted(story.number for story in TAKEN)
        assert Case.objects.count() == len(TAKEN)

    def test_bad_rows_are_listed_with_line_code_and_reason(self, said: str, tmp_path: Path) -> None:
        rows = reported(tmp_path / "report.csv")
        listed = {(int(row[0]), row[2]) for row in rows if row[2] != "verdict_differs"}
        # One of the taken rows holds a line break, so what follows it lies one line lower.
        broken = next(place for place, story in enumerate(STORIES) if story.number == "14")
        assert listed == {
            (place + 2 + (place > broken), story.refused)
            for place, story in enumerate(STORIES)
            if story.refused
        }
        assert all(row[3] for row in rows)
        assert [row[1] for row in rows if row[2] == "owner_missing"] == ["'=40"]

    def test_they_are_counted_by_reason(self, said: str) -> None:
        assert f"读入 {len(STORIES)} 行：新增 {len(TAKEN)} 件" in said
        assert f"不予导入 {len(REFUSED)} 行" in said
        for code, count in Counter(story.refused for story in REFUSED).items():
            assert f"{count:>7}  {code}" in said

    def test_a_default_coordinate_is_none_and_counted(self, said: str) -> None:
        incident = Incident.objects.get(origin_number="11")
        assert (incident.lat, incident.lng) == (None, None)
        assert "1  无地址" in said
        located = Incident.objects.get(origin_number="1")
        assert (located.lat, located.lng) == (42.3601, -71.055)

    def test_the_file_is_never_read_beyond_its_limit(self, tmp_path: Path) -> None:
        said = command(write(tmp_path), tmp_path / "r.csv", "--limit", "3")
        assert "读入 3 行" in said
        assert Case.objects.count() == 3


class TestLoop:
    """The procedure's own way, by the rules of the engine."""

    def test_a_closed_request_went_the_whole_loop(self, said: str) -> None:
        case = case_of("1")
        assert events_of(case) == CLOSED_EVENTS
        steps = list(case.steps.order_by("id").values_list("step", "move", "post__role"))
        assert steps == [
            ("reported", "judge", "duty_officer"),
            ("judged", "dispatch", "duty_officer"),
            ("dispatched", "dispose", "handler"),
            ("disposed", "verify", "verifier"),
            ("verified", "close", "duty_officer"),
        ]
        assert (case.outcome, case.version) == ("closed", 5)
        assert case.opened_at == datetime(2015, 3, 2, 14, 0, tzinfo=UTC)
        assert case.closed_at == datetime(2015, 3, 3, 21, 0, tzinfo=UTC)
        assert read_number(case.number) == case.number

    def test_somebody_else_verified(self, said: str) -> None:
        left = dict(case_of("1").steps.values_list("move", "left_by"))
        assert left["dispose"] != left["verify"]

    def test_an_open_request_stands_where_it_should(self, said: str) -> None:
        case = case_of("6")
        assert events_of(case) == CLOSED_EVENTS[:3]
        step = case.steps.open().get()
        assert (step.step, step.post.role) == ("dispatched", "handler")
        assert step.unit.name == "PWDx_Street Light Outages"
        assert (step.due_at, step.escalate_at) == (None, None)

    def test_what_was_never_a_case_is_refused(self, said: str) -> None:
        case = case_of("9")
        assert events_of(case) == ["imported", "refused"]
        assert case.outcome == "refused"
        assert personal_of(entries_of(case.subject)[1]) == {
            "reason": "Case Closed Case Invalid no such street"
        }

    def test_the_clock_is_the_day_that_the_city_gave(self, said: str) -> None:
        clock = Clock.objects.get(subject=case_of("1").subject)
        assert (clock.kind, clock.limit) == ("given", None)
        assert clock.due_at == case_of("1").due_at == datetime(2015, 3, 4, 13, 30, tzinfo=UTC)
        assert clock.stopped_at == case_of("1").closed_at
        assert Clock.objects.get(subject=case_of("6").subject).stopped_at is None
        assert not Clock.objects.filter(subject=case_of("4").subject).exists()

    def test_where_nobody_holds_a_post_the_engine_refuses(self, tmp_path: Path) -> None:
        command(write(tmp_path, TAKEN[:1]), tmp_path / "r.csv")
        end = datetime(2015, 3, 3, tzinfo=UTC)
        Tenure.objects.filter(post__role="verifier").update(ends_at=end)
        # Disposed on the third of March, so nobody could verify; the first row was before.
        later = Story("50", cells={"CLOSED_DT": "03/05/2015 04:00:00 PM"})
        said = command(write(tmp_path, [later]), tmp_path / "r.csv")
        assert [row[:3] for row in reported(tmp_path / "r.csv")] == [["2", "50", "not_holder"]]
        assert "1  not_holder" in said
        assert Case.objects.count() == 1


class TestHistory:
    """The ledger says what the source knows and what it does not."""

    def payloads(self, number: str) -> list[dict[str, Any]]:
        return [json.loads(entry.payload) for entry in entries_of(case_of(number).subject)]

    def test_the_first_entry_names_the_row(self, said: str) -> None:
        first = self.payloads("1")[0]
        assert (first["origin"], first["origin_number"]) == ("boston311", "1")
        assert first["category"] == "Street Light Outages"
        assert len(first["row_sha256"]) == 64
        assert first["source"] == "imported"
        assert first["due_at"] == "2015-03-04T13:30:00.000000Z"

    def test_each_move_says_whether_the_source_attests_it(self, said: str) -> None:
        moves = self.payloads("1")[1:]
        assert [(move["move"], move["instant_from"], move["attested"]) for move in moves] == [
            ("judge", "opened", False),
            ("dispatch", "opened", True),
            ("dispose", "closed", True),
            ("verify", "closed", False),
            ("close", "closed", True),
        ]
        # No photo came along: the fingerprint of the row stands where it would.
        assert moves[2]["row_sha256"] == self.payloads("1")[0]["row_sha256"]
        assert all("photos" not in move for move in moves)

    def test_words_and_places_are_commitments(self, said: str) -> None:
        first, *_moves, disposed, _verified, _closed = entries_of(case_of("1").subject)
        assert personal_of(first) == {
            "description": "Lamp out, third pole",
            "place": "1 City Hall Sq Boston MA 02201",
        }
        assert personal_of(disposed) == {"note": "Case Closed Case Resolved lamp replaced"}
        assert "lamp" not in disposed.payload
        empty = entries_of(case_of("10").subject)[3]
        assert personal_of(empty) == {"note": "原系统未填写办结说明"}

    def test_who_acts_is_no_person(self, said: str) -> None:
        entries = list(entries_of(case_of("1").subject))
        assert (entries[0].by, entries[0].by_title) == ("system:import", "外部导入")
        acting = {entry.by for entry in entries[1:]}
        officers = Officer.objects.filter(staff_no__in=[by.partition(":")[2] for by in acting])
        assert len(officers) == len(acting) == 3
        assert all(officer.name.startswith("导入占位") for officer in officers)
        assert not any(officer.has_usable_password() for officer in Officer.objects.all())
        assert entries[3].by_title == "PWDx_Street Light Outages 处置员"

    def test_the_ledger_is_intact(self, tmp_path: Path) -> None:
        said = command(write(tmp_path), tmp_path / "r.csv")
        assert f"写入台账 {12 * 6 + 2 + 3 * 3} 条" in said
        seal(NOW)
        report = verify()
        assert (report.exit_code, report.findings) == (0, [])


class TestOrganisation:
    """Units and posts are founded by acts, under the root that is there."""

    def test_an_empty_tree_gets_its_root(self, said: str) -> None:
        root = Unit.objects.get(parent=None)
        assert (root.code, root.kind) == ("boston311", "city")
        assert {unit.name for unit in root.children.all()} == {"PWDx", "INFO"}
        # A queue of refused rows alone founds nothing.
        assert Unit.objects.count() == 1 + 2 + 2
        founded = Entry.objects.filter(event="orgs.unit.founded").values_list("by", flat=True)
        assert set(founded) == {"system:command"}

    def test_another_root_takes_it_in(self, cast: Cast, tmp_path: Path) -> None:
        command(write(tmp_path), tmp_path / "r.csv")
        city = Unit.objects.get(code="boston311")
        assert city.parent == cast.zone
        assert case_of("1").unit.parent == city
        assert case_of("1").steps.order_by("id").first().post.unit == case_of("1").unit

    def test_each_role_once_in_each_unit(self, said: str) -> None:
        posts = Counter(Post.objects.values_list("role", "unit__depth"))
        assert posts == {
            ("unit_head", 0): 1,
            ("unit_head", 1): 2,
            ("duty_officer", 1): 2,
            ("verifier", 1): 2,
            ("handler", 2): 2,
        }
        assert Tenure.objects.count() == 9

    def test_the_desk_shows_an_imported_case(
        self, cast: Cast, tmp_path: Path, client: Client
    ) -> None:
        command(write(tmp_path), tmp_path / "r.csv")
        Tenure.objects.create(
            post=Post.objects.get(unit=case_of("6").unit, role="duty_officer"),
            officer=cast.wang.officer,
            starts_at=cast.at,
        )
        client.force_login(cast.wang.officer, "django.contrib.auth.backends.ModelBackend")
        for number in ("1", "6", "9"):
            answer = client.get(reverse("desk:grid:case", args=[case_of(number).number]))
            assert answer.status_code == 200
            assert "外部导入" in answer.content.decode()


TABLES = (Case, CaseStep, Clock, Incident, Entry, PersonalDatum, Unit, Post, Officer, Tenure)


def counts() -> dict[str, int]:
    """Return how many rows each table holds."""
    return {model.__name__: model._default_manager.count() for model in TABLES}


class Stop(Exception):
    """The power goes."""


def stop_after(batches: int) -> Callable[[int], None]:
    """Return a progress that stops the run when so many batches are done."""
    left = iter(range(batches - 1))

    def progress(_rows: int) -> None:
        if next(left, None) is None:
            raise Stop

    return progress


class TestAgain:
    """A run that stopped goes on where it was; a second run adds nothing."""

    def run(self, file: Path, progress: Callable[[int], object] = lambda rows: None) -> Replay:
        run = Replay(file, load_mapping(BOSTON), NOW, lambda *row: None)
        run.run(batch=4, limit=None, progress=progress)
        return run

    def test_a_second_run_adds_nothing(self, said: str, tmp_path: Path) -> None:
        before = counts()
        again = command(write(tmp_path), tmp_path / "again.csv")
        assert counts() == before
        assert f"新增 0 件，此前已导入 {len(TAKEN)} 件" in again
        assert reported(tmp_path / "again.csv") == reported(tmp_path / "report.csv")
        agreement = [line for line in said.splitlines() if "按期结论" in line]
        assert agreement == [line for line in again.splitlines() if "按期结论" in line]

    def test_a_stopped_run_goes_on(self, tmp_path: Path) -> None:
        file = write(tmp_path)
        with pytest.raises(Stop):
            self.run(file, stop_after(2))
        assert Case.objects.count() == 8
        run = self.run(file)
        assert (run.tally.there, run.tally.taken.total()) == (8, len(TAKEN) - 8)
        assert run.tally.refused == Counter(story.refused for story in REFUSED)
        assert Case.objects.count() == len(TAKEN)
        assert Entry.objects.filter(event__startswith="grid.case.").count() == 83

    def test_a_batch_that_breaks_half_way_leaves_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = write(tmp_path)
        with pytest.raises(Stop):
            self.run(file, stop_after(1))
        before, load = counts(), upkeep.load

        def broken(rows: list[Any]) -> None:
            load(rows)
            raise Stop

        # The last table of a batch: everything else has been written by then.
        monkeypatch.setattr(upkeep, "load", broken)
        with pytest.raises(Stop):
            self.run(file)
        assert counts() == before

    def test_what_the_database_refuses_is_tried_again_and_then_given_up(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tries, load = [], upkeep.load

        def refused(rows: list[Any]) -> None:
            tries.append(load(rows))
            raise IntegrityError

        monkeypatch.setattr(upkeep, "load", refused)
        with pytest.raises(BatchNotWritten):
            self.run(write(tmp_path))
        assert len(tries) == running.TRIES
        assert counts()["Case"] == counts()["Unit"] == counts()["Entry"] - len(PROCEDURES) == 0
