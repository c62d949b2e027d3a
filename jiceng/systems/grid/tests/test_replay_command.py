"""The command: what it says of verdicts, what it refuses to begin, and that it seals."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from jiceng.kernel.ledger.service import seal, verify
from jiceng.kernel.procedures.models import Case
from jiceng.systems.grid.tests.requests_file import (
    BOSTON,
    STORIES,
    as_csv,
    command,
    reported,
    write,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def said(db: None, tmp_path: Path) -> str:
    """Replay the small file and return what was said."""
    return command(write(tmp_path), tmp_path / "report.csv")


class TestVerdict:
    """The verdict that follows from the stored day, beside that of the city."""

    def test_it_is_compared_class_by_class(self, said: str) -> None:
        assert "按期结论：12 件可比，11 件一致（91.6667%），1 件不一致。" in said
        assert "10  一致 9，不一致 1  已办结" in said
        assert "1  一致 1，不一致 0  未办结，截至时点已到期" in said
        assert "1  一致 1，不一致 0  未办结，截至时点未到期" in said
        assert "不比对：有到期时间，原系统无结论（已办结）" in said
        assert said.count("不比对：没有到期时间") == 2

    def test_the_row_that_differs_is_listed(self, said: str, tmp_path: Path) -> None:
        rows = [row for row in reported(tmp_path / "report.csv") if row[2] == "verdict_differs"]
        assert [row[1] for row in rows] == ["15"]

    def test_as_of_is_the_latest_instant_of_the_file(self, said: str) -> None:
        assert "截至时点 2015-11-01T05:30:00.000000Z（文件中最晚的受理或办结时间）" in said
        assert "在 2015-03-04T13:30:00.000000Z 与 2016-03-20T12:30:00.000000Z 之间" in said

    def test_or_the_one_that_the_mapping_states(self, tmp_path: Path) -> None:
        mapping = tmp_path / "m.toml"
        text = BOSTON.read_text(encoding="utf-8")
        stated = text.replace("[columns]", 'as_of = "04/01/2016 12:00:00 AM"\n[columns]')
        mapping.write_text(stated, encoding="utf-8")
        out = StringIO()
        arguments = [str(write(tmp_path)), "--mapping", str(mapping), "--report"]
        call_command("replay", *arguments, str(tmp_path / "r.csv"), stdout=out)
        assert "2016-04-01T04:00:00.000000Z（对照表所定）" in out.getvalue()
        # By then the second open request was due too, which the city did not say.
        assert "2  一致 1，不一致 1  未办结，截至时点已到期" in out.getvalue()


class TestCommand:
    """What is asked wrongly is refused before anything is written."""

    def refused(self, *arguments: str) -> str:
        with pytest.raises(CommandError) as error:
            call_command("replay", *arguments, stdout=StringIO())
        assert not Case.objects.exists()
        return str(error.value)

    def test_a_broken_mapping(self, tmp_path: Path) -> None:
        mapping = tmp_path / "m.toml"
        mapping.write_text('origin = "x"', encoding="utf-8")
        said = self.refused(str(write(tmp_path)), "--mapping", str(mapping))
        assert "bad_mapping" in said

    def test_no_mapping_at_all(self, tmp_path: Path) -> None:
        self.refused(str(write(tmp_path)), "--mapping", str(tmp_path / "none.toml"))

    def test_a_file_that_was_cut_off(self, tmp_path: Path) -> None:
        file = write(tmp_path, packed=True)
        file.write_bytes(file.read_bytes()[:-20])
        report = str(tmp_path / "r.csv")
        said = self.refused(str(file), "--mapping", str(BOSTON), "--report", report)
        assert "bad_file" in said

    @pytest.mark.parametrize("option", ["--limit", "--batch"])
    @pytest.mark.parametrize("value", ["0", "-1", "many", "１"])
    def test_numbers_that_are_none(self, option: str, value: str, tmp_path: Path) -> None:
        self.refused(str(write(tmp_path)), "--mapping", str(BOSTON), f"{option}={value}")

    def test_a_batch_that_would_hold_the_others_up(self, tmp_path: Path) -> None:
        said = self.refused(str(write(tmp_path)), "--mapping", str(BOSTON), "--batch", "5001")
        assert "5000" in said

    def test_a_file_without_a_row_to_compare(self, tmp_path: Path) -> None:
        file = tmp_path / "r.csv"
        file.write_text(as_csv(STORIES[3:4]), encoding="utf-8")
        assert "没有可以比对的按期结论" in command(file, tmp_path / "report.csv")


@pytest.mark.django_db(transaction=True)
def test_seal_afterwards(tmp_path: Path) -> None:
    said = command(write(tmp_path), tmp_path / "r.csv", "--seal")
    assert "已封存：" in said
    assert seal(NOW + timedelta(days=1)) is None
    assert verify().exit_code == 0
