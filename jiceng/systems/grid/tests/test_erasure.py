"""Erasing a report: no word of it stays anywhere, and history verifies as before."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from jiceng.kernel.attachments.models import Attachment
from jiceng.kernel.base import clock
from jiceng.kernel.base.errors import Refusal
from jiceng.kernel.ledger.models import Entry
from jiceng.kernel.ledger.service import (
    OPERATOR,
    Done,
    check_receipt,
    entries_of,
    erase_personal,
    receipt_for,
    seal,
    verify,
)
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.models import Incident
from jiceng.systems.grid.tests import scene
from jiceng.systems.grid.tests.scene import Grid
from jiceng.systems.grid.tests.sending import desk, press, send_report

# Latin letters and long fractions, so that no way of writing them down hides them.
WORDS = {
    "description": "CANARY-DESCRIPTION",
    "place": "CANARY-PLACE",
    "reporter_name": "CANARY-NAME",
    "phone": "13987654321",
    "point_lng": "117.02134",
    "point_lat": "30.52134",
}
SPOKEN = {"note": "CANARY-NOTE"}
FILE_NAME = "CANARY-FILE.jpg"
TAKEN = "2026-03-01 13:30:15"
CANARIES = ("CANARY", "13987654321", "117.02134", "30.52134", TAKEN)


@pytest.fixture
def case(grid: Grid, store: Path) -> Case:
    """A case from the report to its end, with a word of somebody at every step."""
    case = send_report(Client(), **WORDS, photos=[scene.upload(1, FILE_NAME)])
    for move in scene.PATH:
        holder = scene.holder_of(grid, case)
        spoken = SPOKEN | ({"photo": scene.upload(2, FILE_NAME)} if move == "dispose" else {})
        assert press(desk(holder), case, move, **spoken).status_code == 302
    case.refresh_from_db()
    return case


def stored() -> str:
    """Return all that any table of the database holds, as text."""
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += [(table, *row) for row in cursor.fetchall()]
    plain = [[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in rows]
    return "\n".join(" ".join(map(str, row)) for row in plain)


def standing(text: str) -> set[str]:
    return {canary for canary in CANARIES if canary in text}


def written(folder: Path) -> set[str]:
    """Return the canaries that stand in the files of the installation."""
    call_command("ledger", "export", "-o", str(folder), stdout=StringIO())
    files = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    files += [Path(settings.LEDGER_ANCHOR_FILE), *filter(Path.is_file, folder.iterdir())]
    assert len(files) >= 6
    found = [path.read_bytes() for path in files]
    return {canary for canary in CANARIES[:4] if any(canary.encode() in data for data in found)}


def erase(case: Case) -> Done[int]:
    return erase_personal(subject=case.subject, by=OPERATOR, at=clock.read(), reason="本人申请")


@pytest.mark.django_db
class TestErasing:
    def test_no_word_stays_in_a_table_or_a_file(self, case: Case, tmp_path: Path) -> None:
        seal(clock.read())
        assert standing(stored()) == set(CANARIES)
        erase(case)
        seal(clock.read())

        assert standing(stored()) == set()
        assert written(tmp_path) == set()
        places = set(Attachment.objects.values_list("captured_lat", "captured_lng"))
        assert places == {(None, None)}

    def test_the_title_is_the_category_s_and_the_rest_stays(self, case: Case) -> None:
        before = case.incident
        assert case.title == "井盖缺失、移位（CANARY-PLACE）"
        erase(case)

        after = Case.objects.select_related("incident").get()
        assert (after.title, after.outcome) == ("井盖缺失、移位", case.outcome)
        assert after.incident.cell == before.cell is not None
        assert after.incident.category == before.category

    def test_history_and_what_was_handed_out_still_hold(self, case: Case) -> None:
        promise = receipt_for(entries_of(case.subject)[0].uid, opened=True)
        seal(clock.read())
        opened = receipt_for(entries_of(case.subject)[0].uid, opened=True)
        bare = {name: value for name, value in opened.items() if name != "opened"}
        erase(case)
        seal(clock.read())

        assert opened["opened"]["description"]["value"] == "CANARY-DESCRIPTION"
        for receipt in (promise, opened, bare):
            assert check_receipt(receipt, at=clock.read()).ok
        assert receipt_for(entries_of(case.subject)[0].uid, opened=True) == bare | {"opened": {}}
        report = verify()
        assert report.exit_code == 0, report.as_dict()
        call_command("attachments", "verify", stdout=StringIO())  # refuses what is not intact

    def test_the_entry_names_what_was_erased_and_none_of_it(self, case: Case) -> None:
        payload = json.loads(erase(case).entry.payload)

        assert payload["fields"] == [
            "attachment.captured_at",
            "attachment.captured_lat",
            "attachment.captured_lng",
            "attachment.original_name",
            "description",
            "incident.datum",
            "incident.description",
            "incident.lat",
            "incident.lng",
            "incident.place",
            "incident.sent_lat",
            "incident.sent_lng",
            "note",
            "phone",
            "place",
            "reporter_name",
        ]

    def test_another_case_keeps_its_words(self, case: Case, grid: Grid) -> None:
        other = send_report(Client(), description="别的事", photos=[scene.upload(3, "别的.jpg")])
        erase(case)

        assert Incident.objects.get(pk=other.pk).description == "别的事"
        assert Case.objects.get(pk=other.pk).title == other.title
        photo = Attachment.objects.get(subject=other.subject)
        assert (photo.original_name, photo.captured_lat is None) == ("别的.jpg", False)

    def test_the_pages_still_open(self, grid: Grid) -> None:
        reporter = Client()
        case = send_report(reporter, **WORDS, photos=[scene.upload(1, FILE_NAME)])
        erase(case)

        pages = [
            reporter.get(f"/cases/{case.number}/"),
            desk(grid.cast.wang).get(f"/desk/grid/cases/{case.number}/"),
        ]
        for answer in pages:
            assert answer.status_code == 200
            assert "CANARY" not in answer.content.decode()


@pytest.mark.django_db
class TestCommand:
    def run(self, subject: str, reason: str = "本人申请") -> str:
        out = StringIO()
        call_command("ledger", "erase", subject, "--reason", reason, stdout=out)
        return out.getvalue()

    def test_the_operator_erases_and_history_says_so(self, case: Case) -> None:
        told = self.run(case.subject)

        entry = Entry.objects.get(event="ledger.personal.erased")
        assert (entry.by, entry.subject) == ("system:command", case.subject)
        assert json.loads(entry.payload)["reason"] == "本人申请"
        assert entry.uid in told
        assert "incident.description" in told
        assert standing(stored()) == set()

    @pytest.mark.parametrize("subject", ["grid.case:0000000000000", "nothing", "grid.cell:1"])
    def test_nothing_to_erase(self, case: Case, subject: str) -> None:
        with pytest.raises(CommandError, match="nothing_to_erase"):
            self.run(subject)
        assert standing(stored()) == set(CANARIES)

    def test_a_second_time_finds_nothing(self, case: Case) -> None:
        self.run(case.subject)
        with pytest.raises(CommandError, match="nothing_to_erase"):
            self.run(case.subject)

    def test_a_reason_is_due(self, case: Case) -> None:
        with pytest.raises(CommandError):
            call_command("ledger", "erase", case.subject)


@pytest.mark.django_db
def test_an_imported_case_keeps_the_category_of_its_source(grid: Grid) -> None:
    case = scene.report(grid)
    Incident.objects.filter(case=case).update(category=None)
    erase(case)

    case.refresh_from_db()
    assert case.title == "C101"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_file_of_the_database_holds_no_word_either(grid: Grid) -> None:
    """SQLite keeps what is deleted in the gaps of its file, unless it is told not to."""
    if connection.vendor != "sqlite":
        pytest.skip("the files of PostgreSQL are its server's; VACUUM clears them")
    case = send_report(Client(), **WORDS)
    path = Path(str(connection.settings_dict["NAME"]))

    def on_disk() -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        data = path.read_bytes()
        return {canary for canary in CANARIES[:2] if canary.encode() in data}

    assert on_disk() == set(CANARIES[:2])
    erase(case)
    assert on_disk() == set()
    with pytest.raises(Refusal):
        erase(case)
